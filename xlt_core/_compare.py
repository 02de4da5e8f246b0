"""What a comparison works on: items and demonstrations drawn by the seed, and rows that people wrote, checked."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from xlt_core.contracts import Dataset, Task
from xlt_core.records import Answer, Example, InputError, Row

LONGEST = 200_000  # characters of a typed text; models read a few thousand
SURROGATES = re.compile("[\ud800-\udfff]")  # halves of characters, which no file and no tokenizer can take


@lru_cache(maxsize=16)
def load(dataset: Dataset, task: str, language: str, split: str) -> tuple[Example, ...]:
    """The split, whole. Raises InputError where it is empty."""
    examples = tuple(dataset.load(task, language, split))
    if not examples:
        raise InputError(f"The split {split} has no examples; choose another one.")
    return examples


def spread(examples: Iterable[Example], seed: int, balanced: bool = False) -> list[Example]:
    """The examples shuffled so that every beginning of the list is stratified by label.

    Each beginning has the labels in proportion, or (balanced) in equal numbers as far as they go.
    """
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(str(example.answer) if example.answer in example.choices else "", []).append(example)
    draw = random.Random(f"{'demonstrations' if balanced else 'items'} {seed}")
    names = sorted(groups)
    draw.shuffle(names)
    placed = []
    for rank, name in enumerate(names):
        rows = groups[name]
        draw.shuffle(rows)
        placed += [((i if balanced else (i + 0.5) / len(rows), rank), row) for i, row in enumerate(rows)]
    return [row for _, row in sorted(placed, key=lambda pair: pair[0])]


def draw_rows(task: Task, examples: Sequence[Example], shots: int, seed: int, taken: Iterable[str]) -> tuple[Row, ...]:
    """Demonstrations from the train split: none whose text is taken, nor the same text twice."""
    used, rows = {same(text) for text in taken}, []
    for example in spread(examples, seed, balanced=True):
        if len(rows) < shots and same(example.text) not in used and example.answer is not None:
            used.add(same(example.text))
            rows.append(written(task, example))
    if len(rows) < shots:
        raise InputError(f"There are only {len(rows)} examples to draw demonstrations from; lower the shots.")
    return tuple(rows)


def written(task: Task, example: Example) -> Row:
    """The example as a row that a person can edit."""
    pivot = example.pivot
    answers = [task.write(e.answer) if e and e.answer is not None else "" for e in (example, pivot)]
    return Row(example.text, answers[0], example.id, pivot.text if pivot else "", answers[1])


def read_row(task: Task, row: Row, choices: tuple[str, ...], place: str, demonstration: bool = False) -> Example:
    """The row as an example. place: such as "Demonstration 2", for the InputError that a bad row raises."""
    answer = read_answer(task, row.answer, row.text, choices, place) if demonstration or row.answer.strip() else None
    example = Example(row.id, {"text": checked(row.text, place)}, answer, choices)
    if not row.english.strip():
        return example
    inside = f"The English of {place[0].lower()}{place[1:]}"
    given = row.english_answer or (row.answer if task.answer_kind == "label" else "")
    wanted = read_answer(task, given, row.english, choices, inside) if demonstration or given.strip() else None
    pivot = Example(f"{row.id}-english", {"text": checked(row.english, inside)}, wanted, choices)
    return replace(example, pivot=pivot)


def clean(text: str) -> str:
    """The text without halves of characters."""
    return SURROGATES.sub("\ufffd", text)


def checked(text: str, place: str) -> str:
    """The text, or an InputError where it is empty or too long."""
    if not text.strip():
        raise InputError(f"{place} has no text; write one, or remove the row.")
    if len(text) > LONGEST:
        raise InputError(f"{place} has {len(text):,} characters; shorten it to {LONGEST:,} or less.")
    return text


def read_answer(task: Task, answer: str, text: str, choices: tuple[str, ...], place: str) -> Answer:
    """The answer that a person wrote, which must be one exactly; InputError with what is allowed otherwise."""
    line = " ".join(answer.split())
    hint = {
        "label": f"write one of {', '.join(choices) or 'the labels'}",
        "spans": f"write LABEL: entity $$ LABEL: entity, each entity as it stands in the text and each label one of "
                 f"{', '.join(choices) or 'the kinds'}, or none",
    }.get(task.answer_kind, "write it in one line")  # fmt: skip
    if not line:
        raise InputError(f"{place} has no answer; {hint}.")
    read = task.read(line, Example("", {"text": text}, choices=choices))
    astray = isinstance(read, tuple) and not all(span.located for span in read)
    if read is None or astray or _pieces(task.write(read)) != _pieces(line):
        raise InputError(f"{place} has the answer {line[:80]!r}, which cannot be; {hint}.")
    return read


def same(text: str) -> str:
    """What two texts share that differ only in case and spaces."""
    return "".join(text.casefold().split())


def _pieces(answer: str) -> set[str]:
    return {same(piece) for piece in answer.split("$$")} - {""}


def digest(examples: Iterable[Example]) -> str:
    """Twelve hexadecimal digits that change with any text, answer or label of the examples."""
    total = hashlib.sha256()
    for example in examples:
        answer = example.answer
        gold = [[s.kind, s.start, s.end] for s in answer] if isinstance(answer, tuple) else answer
        total.update(json.dumps([example.id, dict(example.texts), gold, example.choices], sort_keys=True).encode())
    return total.hexdigest()[:12]


def labels(examples: Iterable[Example]) -> tuple[str, ...]:
    """All choices of the examples, in the order of their first appearance."""
    return tuple(dict.fromkeys(choice for example in examples for choice in example.choices))
