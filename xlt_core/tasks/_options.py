"""The options of a question: one a line, or on one line with a vertical bar between them; lettered from A on."""

from __future__ import annotations

import re
from string import ascii_uppercase

from xlt_core.formats.lines import first_line, one_line
from xlt_core.formats.outputs import without_thoughts
from xlt_core.text.forms import key

BAR = "|"
LETTERED = re.compile(r"^\W*([A-Z])(?:\W|$)")  # "B", "(B)", "B. Kigali", "**B**"
SAID = re.compile(r"\b(?i:answer|option|choice)\b(?: is)?[\s*_`:(]*([A-Z])\b")


def options_of(text: str) -> list[str]:
    """The options that are written."""
    entries = text.splitlines() if len(text.strip().splitlines()) > 1 else text.split(BAR)
    return [one_line(entry).strip() for entry in entries if entry.strip()]


def letters_of(text: str) -> tuple[str, ...]:
    return tuple(ascii_uppercase[: len(options_of(text))])


def read_option(output: str, text: str, letters: tuple[str, ...]) -> str | None:
    """The letter of the option that an output names, by its letter or by its whole text; None for none, or several."""
    said = first_line(without_thoughts(output))
    named = {match[1] for match in (SAID.search(said), LETTERED.match(said)) if match and match[1] in letters}
    if len(named) == 1:
        return named.pop()
    same = [letter for letter, option in zip(letters, options_of(text), strict=False) if key(option) == key(said)]
    return same[0] if len(same) == 1 else None
