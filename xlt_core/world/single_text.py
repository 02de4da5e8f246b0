"""What the world's facts answer of one text: how good the news is, how many it names, what is wanted of an assistant.

The tables lie in assets/pocket/tasks: the sentiment of each phrase that has a plain one, questions that count, and what
people ask of an assistant, in every language of the world.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from xlt_core.settings import POCKET
from xlt_core.world import world
from xlt_core.world.world import Item

SENTIMENTS = ("positive", "neutral", "negative")
TO_COME = 31  # of the dates: those behind name days that are past
COUNTED = {"people": ("PER",), "places": ("LOC",), "sum": ("PER", "LOC")}


@dataclass(frozen=True)
class Asked:
    """A text of the world with its answer. reasoning: how the answer comes about, or ""."""

    text: str
    answer: str
    reasoning: str = ""


def sentiments(language: str, split: str) -> dict[int, Asked]:
    """By the number of the fact: those whose phrase has a plain sentiment, told without a second sentence."""
    labels = {row["id"]: row["sentiment"] for row in _rows("sentiment")}
    facts = {number: one for number, one in enumerate(world.items(split)) if one.phrase in labels}
    return {number: Asked(world.tell(language, replace(one, second="")).text, labels[one.phrase])
            for number, one in facts.items()}  # fmt: skip


def countings(language: str, split: str) -> dict[int, Asked]:
    """Two items each, and the question how many people, places, or both of them, they name."""
    items = world.told(language, split)
    both = ((one, items[(number + 1) % len(items)]) for number, one in enumerate(items))
    return {number: _counting(language, pair, list(COUNTED)[number % len(COUNTED)]) for number, pair in enumerate(both)}


def intents(language: str, split: str) -> dict[int, Asked]:
    """A wish each, of the people, places and days of the fact."""
    rows = _rows("intents")
    made = {}
    for number, facts in enumerate(world.items(split)):
        row = rows[number % len(rows)]
        if "{DATE}" not in row["eng"] or int(facts.fills["DATE"].partition(".")[2]) <= TO_COME:
            made[number] = Asked(world.fill(language, row[language], facts), row["intent"])
    return made


def intent_names() -> tuple[str, ...]:
    """All intents."""
    return tuple(row["intent"] for row in _rows("intents"))


def _counting(language: str, items: tuple[Item, Item], what: str) -> Asked:
    words = {row["id"]: row[language] for row in _rows("counting")}
    names = {kind: list(dict.fromkeys(span.text for item in items for span in item.spans if span.kind == kind))
             for kind in COUNTED[what]}  # fmt: skip
    listed = " ".join(f"{words[kind]}: {', '.join(found) or '-'} ({len(found)})." for kind, found in names.items())
    text = " ".join([*(item.text for item in items), words[what]])
    return Asked(text, str(sum(map(len, names.values()))), listed)


@cache
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    with (POCKET / "tasks" / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
