"""What can truthfully be asked of the world's items: who, where and when; and what one says of another.

A hypothesis is of the same event as its premise, as in SNLI (arXiv 1508.05326): another place or day contradicts it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache

from xlt_core.world import world
from xlt_core.world.world import Facts

RELATIONS = ("entailment", "neutral", "contradiction")
FRAMES = ("frame.01", "frame.07")  # plain assertions that tell the place and the day
ASKED = {"ask.who": ("PER", "person"), "ask.where": ("LOC", "place"), "ask.when": ("DATE", "date")}
OPTIONS = 4
TOLD = "{PER} {VP} {LOC}."  # what every language's frames hold together
COUNTRIES = {f"place.{number}" for number in ("07", "08", "09", 41, 42, 43, 44, 45, 46, 47)}
STATE, ITS_COUNTRY = "place.40", "place.08"  # the one place that is neither town nor country
WEEKDAYS, DAYS = range(1, 8), range(8, 32)  # of the dates; the others, such as last week, may hold one of these


@dataclass(frozen=True)
class Pair:
    """A premise and a hypothesis in one language."""

    premise: str
    hypothesis: str
    relation: str


@dataclass(frozen=True)
class Question:
    """A question on an item: the passage, what is asked, the answer as it stands there, and the options, it among
    them."""

    passage: str
    question: str
    answer: str
    options: tuple[str, ...]


def inference(language: str, split: str, index: int, facts: Facts) -> Pair:
    """The item with what follows from it, what contradicts it, or what it says nothing of."""
    rng = random.Random(f"nli {split} {index}")
    told, relation = _plain(facts, rng), RELATIONS[index % len(RELATIONS)]
    premise = world.tell(language, told).text
    if relation == "neutral":
        row = rng.choice(sorted(key for key in world.table("eng") if key.startswith("second.")))
        about = {**told.fills, "PER2": told.fills["PER"], "DATE2": told.fills["DATE"]}
        return Pair(premise, world.say(language, world.table(language)[row], replace(told, fills=about)), relation)
    template = rng.choice((TOLD, TOLD.replace("{LOC}", "{DATE}")))
    if relation == "contradiction":
        slot, kind = ("LOC", "place") if "{LOC}" in template else ("DATE", "date")
        told = replace(told, fills={**told.fills, slot: rng.choice(_others(kind, told.fills[slot]))})
    elif rng.random() < 0.3:
        template = "{PER} {VP}."
    return Pair(premise, world.say(language, template, told), relation)


def question(language: str, split: str, index: int, facts: Facts) -> Question:
    """Who, where or when, in turn."""
    rng = random.Random(f"asked {split} {index}")
    told, row = _plain(facts, rng), list(ASKED)[index % len(ASKED)]
    slot, kind = ASKED[row]
    right = told.fills[slot]
    used = [right, *rng.sample(_others(kind, right), OPTIONS - 1)]
    rng.shuffle(used)
    passage = world.tell(language, told).text
    return Question(
        passage, world.table(language)[row], _name(language, right), tuple(_name(language, r) for r in used)
    )


def _plain(facts: Facts, rng: random.Random) -> Facts:
    """The facts in one sentence with place and day."""
    day, fills = facts.fills["DATE"], facts.fills
    if _sort(day) == "other":
        fills = {**fills, "DATE": rng.choice([row for row in world.row_ids("date") if _sort(row) == "day"])}
    return replace(facts, frame=rng.choice(FRAMES), second="", fills=fills)


def _sort(row: str) -> str:
    """What excludes another of its sort: towns, countries, weekdays, days of a month, people."""
    kind, _, number = row.partition(".")
    if kind == "place":
        return "state" if row == STATE else "country" if row in COUNTRIES else "town"
    if kind == "date":
        return "weekday" if int(number) in WEEKDAYS else "day" if int(number) in DAYS else "other"
    return kind


@cache
def _others(kind: str, row: str) -> tuple[str, ...]:
    """The rows that cannot be true along with this one."""
    sort = _sort(row)
    if sort == "state":
        return tuple(sorted(COUNTRIES - {ITS_COUNTRY}))
    names = ((one, _name("eng", one)) for one in world.row_ids(kind) if _sort(one) == sort)
    return tuple(one for one, name in names if name != _name("eng", row))


def _name(language: str, row: str) -> str:
    return world.people()[row][0] if row.startswith("person") else world.name(language, row)
