"""What readers of inference and of multiple choice share: relations by number, options by letter, English by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from xlt_core.formats.lines import one_line
from xlt_core.records import Example

RELATIONS = ("entailment", "neutral", "contradiction")  # in XNLI's order: its files have numbers


def pairs(rows: Iterable[Mapping[str, Any]], split: str) -> Iterator[Example]:
    """The rows of premise, hypothesis and label, a name or its number, that have all three."""
    for number, row in enumerate(rows, 1):
        texts = {name: str(row[name] or "").strip() for name in ("premise", "hypothesis")}
        label = str(row["label"]).strip().casefold()
        relation = RELATIONS[int(label)] if label in ("0", "1", "2") else label
        if all(texts.values()) and relation in RELATIONS:
            yield Example(f"{split}-{number}", texts, relation, RELATIONS)


def question(name: str, texts: Mapping[str, str], options: Sequence[str], right: int) -> Example | None:
    """A question with its options, lettered; None where it lacks something. right: counted from 0."""
    entries = [one_line(str(option)).strip() for option in options]
    if not texts["question"].strip() or not all(entries) or not 0 <= right < len(entries) > 1:
        return None
    letters = tuple(ascii_uppercase[: len(entries)])
    asked = {"passage": "", **texts, "options": "\n".join(entries)}
    return Example(name, asked, letters[right], letters)


def with_english(examples: Iterable[Example], english: Iterable[Example]) -> Iterator[Example]:
    """Each example with the English row of the same id as its pivot, where both have the same answer."""
    known = {example.id: example for example in english}
    for example in examples:
        pivot = known.get(example.id)
        same = pivot is not None and pivot.answer == example.answer
        yield Example(example.id, example.texts, example.answer, example.choices, pivot if same else None)
