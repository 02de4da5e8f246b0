"""The generated world: short parallel news items in English and the languages beside it, from tables that are data.

The tables lie in assets/pocket: world/CODE.tsv (id, english, text; one file per language) and people.tsv.
In a text `{NAME}` is a slot, `{a|b}` the form for a man or a woman, `{{a|b}}` the same for the second person,
and `[...]` around a part of a place, organisation or date marks the entity itself.
"""

from __future__ import annotations

import csv
import random
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from xlt_core.records import InputError, Span
from xlt_core.settings import POCKET

TOPICS = ("business", "entertainment", "health", "politics", "religion", "sports", "technology")
KINDS = ("PER", "LOC", "ORG", "DATE")
SLOT_KINDS = {"PER": "PER", "PER2": "PER", "LOC": "LOC", "LOC2": "LOC", "ORG": "ORG", "DATE": "DATE", "DATE2": "DATE"}
TAUGHT = ("topic", "ner", "summary")  # the tasks that the bundled model was trained on
SIZES = {"train": 700, "validation": 300, "test": 300}
BUCKETS = {"test": (0,), "validation": (1,), "train": (2, 3, 4), "raw": (5, 6, 7)}
SEEN = 5 / 6  # the share of each table that labelled training items may use
PIECE = re.compile(r"\{\{([^|{}]*)\|([^|{}]*)\}\}|\{([^|{}]*)\|([^|{}]*)\}|\{(\w+)\}|\[([^\]]*)\]")


@dataclass(frozen=True)
class Facts:
    """What happened, in no language: row ids of the tables. second: the id of a second sentence, or ""."""

    topic: str
    phrase: str
    frame: str
    fills: Mapping[str, str]
    second: str = ""
    second_first: bool = False


@dataclass(frozen=True)
class Item:
    """Facts told in one language. spans: the entities as characters of text."""

    text: str
    spans: tuple[Span, ...]
    summary: str


@cache
def table(language: str) -> dict[str, str]:
    """The texts of a language by row id."""
    path = POCKET / "world" / f"{language}.tsv"
    if not path.is_file():
        raise InputError(f"The bundled world is not told in {language}; choose one of {', '.join(languages())}.")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["text"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@cache
def people() -> dict[str, tuple[str, str]]:
    """Name and gender (m or f) of every person, by row id."""
    with (POCKET / "people.tsv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: (row["name"], row["gender"]) for row in csv.DictReader(file, delimiter="\t")}


def languages() -> tuple[str, ...]:
    """Codes of the languages that the world is told in."""
    return tuple(sorted(path.stem for path in (POCKET / "world").glob("*.tsv")))


@cache
def row_ids(kind: str) -> tuple[str, ...]:
    """The ids of a kind's rows."""
    source = people() if kind == "person" else table("eng")
    return tuple(key for key in source if key.split(".")[0] == kind)


def _pick(rng: random.Random, kind: str, split: str, held_out: frozenset[str] = frozenset()) -> str:
    """A row id. Labelled training items keep to the first part of a table; test items prefer what those lack."""
    rows = [row for row in row_ids(kind) if row not in held_out] if held_out else row_ids(kind)
    seen = round(len(rows) * SEEN)
    if split == "train":
        return rng.choice(rows[:seen])
    if split in ("validation", "test") and rng.random() < 0.3:
        return rng.choice(rows[seen:])
    return rng.choice(rows)


def _bucket(phrase: str, person: str) -> int:
    return zlib.crc32(f"{phrase}/{person}".encode()) % 8


def draw(rng: random.Random, split: str, topic: str = "", held_out: frozenset[str] = frozenset()) -> Facts:
    """Random facts of a split (train, validation, test, raw) without the rows held out.

    No two splits share a (phrase, person) pair.
    """
    topic = topic or rng.choice(TOPICS)
    while True:
        phrase, person = _pick(rng, topic, split, held_out), _pick(rng, "person", split)
        if _bucket(phrase, person) in BUCKETS[split]:
            break
    other = person
    while other == person:
        other = _pick(rng, "person", split)
    place, second_place = _pick(rng, "place", split, held_out), _pick(rng, "place", split, held_out)
    fills = {
        "PER": person,
        "PER2": other,
        "LOC": place,
        "LOC2": second_place,
        "ORG": _pick(rng, "org", split, held_out),
        "DATE": _pick(rng, "date", "raw", held_out),
        "DATE2": _pick(rng, "date", "raw", held_out),
    }
    second = _pick(rng, "second", "raw", held_out) if rng.random() < 0.5 else ""
    return Facts(topic, phrase, _pick(rng, "frame", "raw", held_out), fills, second, rng.random() < 0.4)


@cache
def _pieces(template: str) -> tuple[list[tuple[str, tuple[str | None, ...]]], str]:
    """The pieces of a template, each with the plain text before it, and the plain text at its end."""
    found, position = [], 0
    for match in PIECE.finditer(template):
        found.append((template[position : match.start()], match.groups()))
        position = match.end()
    return found, template[position:]


def _expand(language: str, template: str, facts: Facts) -> tuple[str, list[Span]]:
    """Fills a template's slots; entities come back as spans of the result."""
    texts, text, spans = table(language), "", []
    women = [people()[facts.fills[slot]][1] == "f" for slot in ("PER", "PER2")]

    def add(part: str, kind: str = "") -> None:
        nonlocal text
        pieces, tail = _pieces(part)
        for before, (man2, woman2, man, woman, slot, entity) in pieces:
            text += before
            if slot == "VP":
                add(texts[facts.phrase])
            elif slot in ("PER", "PER2"):
                add(f"[{people()[facts.fills[slot]][0]}]", "PER")
            elif slot:
                add(texts[facts.fills[slot]], SLOT_KINDS[slot])
            elif entity is not None:
                spans.append(Span(entity, kind, len(text), len(text) + len(entity)))
                text += entity
            elif man is not None:
                text += woman if women[0] else man
            else:
                text += woman2 if women[1] else man2
        text += tail

    add(template)
    return text, spans


def say(language: str, template: str, facts: Facts) -> str:
    """A sentence of the facts by a template of its own."""
    return _capitalised(language, template, facts)[0]


def _sentence(language: str, row: str, facts: Facts) -> tuple[str, list[Span]]:
    return _capitalised(language, table(language)[row], facts)


def _capitalised(language: str, template: str, facts: Facts) -> tuple[str, list[Span]]:
    text, spans = _expand(language, template, facts)
    start = next((i for i, c in enumerate(text) if c.isalpha()), 0)
    text = text[:start] + text[start].upper() + text[start + 1 :]
    return text, [Span(text[s.start : s.end], s.kind, s.start, s.end) for s in spans]


def fill(language: str, template: str, facts: Facts) -> str:
    """A template of one's own, with the facts in its slots."""
    text, _ = _expand(language, template, facts)
    return text[:1].upper() + text[1:]


def tell(language: str, facts: Facts) -> Item:
    """The facts as a news item of one or two sentences, with its entities and its one-sentence summary."""
    parts = [_sentence(language, facts.frame, facts)]
    if facts.second:
        row = table(language)[facts.second].replace("{LOC}", "{LOC2}")
        second, spans = _expand(language, row, facts)
        parts.append((second[:1].upper() + second[1:], spans))
        if facts.second_first:
            parts.reverse()
    text, spans = "", []
    for sentence, found in parts:
        offset = len(text) + bool(text)
        text = f"{text} {sentence}" if text else sentence
        spans += [
            Span(text[s.start + offset : s.end + offset], s.kind, s.start + offset, s.end + offset) for s in found
        ]
    return Item(text, tuple(spans), _sentence(language, "summary.01", facts)[0])


@cache
def told(language: str, split: str) -> tuple[Item, ...]:
    """The items of a labelled split in a language."""
    return tuple(tell(language, facts) for facts in items(split))


@cache
def items(split: str) -> tuple[Facts, ...]:
    """The facts of a labelled split, the same every time; no fact's main sentence stands in two splits."""
    if split not in SIZES:
        raise InputError(f"The bundled world has no split {split!r}; choose one of {', '.join(SIZES)}.")
    rng, found = random.Random(f"world {split}"), {}
    while len(found) < SIZES[split]:
        facts = draw(rng, split, TOPICS[len(found) % len(TOPICS)])
        found.setdefault((facts.phrase, facts.fills["PER"]), facts)
    return tuple(found.values())


def document(rng: random.Random, language: str) -> str:
    """Unlabelled text: two to four items on one topic, a line each."""
    topic = rng.choice(TOPICS)
    return "\n".join(tell(language, draw(rng, "raw", topic)).text for _ in range(rng.randint(2, 4)))


def documents(language: str, seed: int) -> Iterator[str]:
    """Endless unlabelled documents."""
    rng = random.Random(f"raw {language} {seed}")
    while True:
        yield document(rng, language)


def name(language: str, row: str) -> str:
    """The bare name of a place, organisation or date."""
    return table(language)[row].partition("[")[2].partition("]")[0]
