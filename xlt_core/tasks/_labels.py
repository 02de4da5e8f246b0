"""Reads the one label that an output names, whatever stands around it: a sentence, markdown, several lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlt_core.formats.lines import refuses
from xlt_core.formats.outputs import without_thoughts
from xlt_core.text.forms import caseless
from xlt_core.text.words import words

ANSWER = re.compile(r"\banswer(?: is)?[\s*_`]*[:：](.*)", re.IGNORECASE)
FIELD = re.compile(
    r"\b(?:topic|sentiment|intent|label|category|class|classification)(?: is)?[\s*_`]*[:：](.*)", re.IGNORECASE
)
BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
NEXT_ITEM = re.compile(r"^\s*(?:Text|Input)\s*:", re.IGNORECASE)  # a base model that goes on with the next item
APART = re.compile(r"\s+and\s+|[/&,;|+]", re.IGNORECASE)
LEAST_PART = 3  # letters; shorter ones stand in any text


@dataclass(frozen=True)
class Labels:
    """Labels and their spellings: the plain label, and each of its parts that no other label has."""

    choices: tuple[str, ...]
    spellings: Mapping[str, set[str]]

    def alone(self, place: str) -> set[str]:
        """The labels that the place is, and nothing else."""
        return {place} if place in self.choices else self.spellings.get(_plain(place), set())

    def within(self, place: str) -> set[str]:
        """The labels that the place names as whole words; one inside a longer one does not count."""
        if self.alone(place) or not self.spellings:
            return self.alone(place)
        longest = sorted(self.spellings, key=len, reverse=True)
        pattern = r"(?<!\S)(?:" + "|".join(map(re.escape, longest)) + r")(?!\S)"
        return set[str]().union(*(self.spellings[match] for match in re.findall(pattern, _plain(place))))

    def denied(self, label: str, place: str) -> bool:
        """Whether the English before the label says that it is not the one ("isn't" is "isn t" here)."""
        spelt = "|".join(re.escape(spelling) for spelling, labels in self.spellings.items() if label in labels)
        return bool(
            spelt and re.search(rf"(?<!\S)(?:not|non|t) (?:(?:about|an?|the) )*(?:{spelt})(?!\S)", _plain(place))
        )


def read_label(text: str, choices: Sequence[str]) -> str | None:
    """The one label named; None for none, for several, for one that is denied ("not sports"), and for a refusal.

    Where lines name different labels, the one behind "Answer:" counts, else the one behind another field such as
    "Topic:", else the one that is alone on the first or the last line, else the one in bold. A part of a label that
    no other label has stands for it.
    """
    if text.strip() in choices:
        return text.strip()
    lines = _lines(without_thoughts(text))
    labels = Labels(tuple(choices), _spellings(choices))
    ends = [line for line in (*lines[:1], *lines[-1:]) if labels.alone(line)]
    if refuses("\n".join(lines)) and not ends:
        return None
    bold = [one or other for line in lines for one, other in BOLD.findall(line)]
    for places in (_behind(ANSWER, lines), _behind(FIELD, lines), ends, list(filter(labels.alone, bold)), lines):
        named = set[str]().union(*map(labels.within, places))
        if named:
            (label, *others) = named
            return None if others or any(labels.denied(label, place) for place in places) else label
    return None


def _lines(text: str) -> list[str]:
    """The lines that are not blank, up to where the output goes on with another item."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    end = next((number for number, line in enumerate(lines) if number and NEXT_ITEM.match(line)), len(lines))
    return lines[:end]


def _behind(field: re.Pattern[str], lines: Sequence[str]) -> list[str]:
    """What stands behind each field, which may be on the next line."""
    found = [(field.search(line), behind) for line, behind in zip(lines, [*lines[1:], ""], strict=False)]
    return [match[1].strip() if _plain(match[1]) else behind for match, behind in found if match]


def _spellings(choices: Sequence[str]) -> Mapping[str, set[str]]:
    """The labels by what stands for them: the plain label, and each of its parts that no other label has."""
    found: dict[str, set[str]] = {}
    for choice in choices:
        found.setdefault(_plain(choice), set()).add(choice)
        found.setdefault(_plain(choice.replace("_", " ")), set()).add(choice)
    parts: dict[str, set[str]] = {}
    for choice in choices:
        for part in map(_plain, APART.split(choice)):
            parts.setdefault(part, set()).add(choice)
    for part, labels in parts.items():
        if len(labels) == 1 and len(part) >= LEAST_PART:
            found.setdefault(part, labels)
    found.pop("", None)
    return found


def _plain(text: str) -> str:
    """The words in lower case, one space between them, in one spelling of canonically equivalent ones."""
    return " ".join(words(caseless(text)))
