"""What a strategy has swapped in a text, as a note for a reader, and the words of such notes, to be marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MOST = 60  # pairs of a note
NOTE = re.compile(r"swapped in the (?:demonstrations|input) \(\d+ of \d+ words\): ((?:[^;()]+ \([^;()]*\)(?:, )?)+)")
PAIR = re.compile(r"([^;()]+?) \([^;()]*\)(?:, |$)")


def note(where: str, pairs: Sequence[tuple[str, str]], words: int) -> str:
    """What was swapped. where: demonstrations or input; pairs: the new and the old; words: of the texts."""
    if not pairs:
        return f"nothing was swapped in the {where}"
    swapped = sum(len(old.split()) for _, old in pairs)
    listed = ", ".join(f"{_plain(new)} ({_plain(old)})" for new, old in list(dict.fromkeys(pairs))[:MOST])
    return f"swapped in the {where} ({swapped} of {words} words): {listed}"


def swapped(notes: Iterable[str]) -> list[str]:
    """The new words of notes on what was swapped, the longest first."""
    found = {match[1] for text in notes for listed in NOTE.findall(text) for match in PAIR.finditer(listed)}
    return sorted(found, key=len, reverse=True)


def _plain(text: str) -> str:
    """Without what ends a pair."""
    return " ".join(re.sub(r"[;(),]", " ", text).split())
