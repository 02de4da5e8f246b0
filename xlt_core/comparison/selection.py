"""What a comparison works on: items and demonstrations drawn by the seed."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from xlt_core.contracts import Dataset, Task
from xlt_core.formats.rows import read_row, same
from xlt_core.records import Answer, Example, InputError, Row
from xlt_core.text.forms import canonical

PARALLEL = 4  # rows that a model is shown before it translates


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
            row = written(task, example)
            if survives(task, row, example.choices):
                used.add(same(example.text))
                rows.append(row)
    if len(rows) < shots:
        raise InputError(f"There are only {len(rows)} examples to draw demonstrations from; lower the shots.")
    return tuple(rows)


def draw_parallel(examples: Sequence[Example], seed: int, taken: Iterable[Example]) -> tuple[Row, ...]:
    """A few texts with their English, drawn by the seed: none that is taken in either language."""
    used = {same(text) for example in taken for text in _both(example)}
    rows: list[Row] = []
    for example in spread(examples, seed):
        text, *english = _both(example)
        if len(rows) < PARALLEL and english and not used & {same(text), same(english[0])}:
            used.add(same(text))
            rows.append(Row(text, id=example.id, english=english[0]))
    return tuple(rows)


def _both(example: Example) -> list[str]:
    """The text, and its English where there is one."""
    return [e.text for e in (example, example.pivot) if e and e.text.strip()]


def survives(task: Task, row: Row, choices: tuple[str, ...]) -> bool:
    """Whether the row can be read as a demonstration: entities of real data may overlap, or stand in another order."""
    try:
        return bool(read_row(task, row, choices, "Row", True))
    except InputError:
        return False


def written(task: Task, example: Example) -> Row:
    """The example as a row that a person can edit, with its English where that has an answer."""
    pivot = example.pivot if example.pivot and example.pivot.answer is not None else None
    answers = [task.write(e.answer) if e and e.answer is not None else "" for e in (example, pivot)]
    return Row(example.text, answers[0], example.id, pivot.text if pivot else "", answers[1])


def relabelled(examples: Sequence[Example], labels: tuple[str, ...]) -> tuple[Example, ...]:
    """The examples to be answered with these labels, or kinds. Raises InputError for an answer that is none of them."""
    known = {canonical(label): label for label in labels}
    made = []
    for example in examples:
        kinds = [s.kind for s in example.answer] if isinstance(example.answer, tuple) else [example.answer]
        odd = next((kind for kind in kinds if kind is not None and canonical(kind) not in known), None)
        if odd is not None:
            raise InputError(f"The item {example.id} has the answer {odd[:60]!r}, which is none of the labels "
                             f"{', '.join(labels)}; add it to them.")  # fmt: skip
        pivot = example.pivot and replace(example.pivot, choices=labels)
        made.append(replace(example, answer=_spelt(example.answer, known), choices=labels, pivot=pivot))
    return tuple(made)


def _spelt(answer: Answer | None, known: Mapping[str, str]) -> Answer | None:
    """The answer with its label, or kinds, as they are spelt among those known by their canonical form."""
    if isinstance(answer, tuple):
        return tuple(replace(span, kind=known[canonical(span.kind)]) for span in answer)
    return answer and known[canonical(answer)]


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
    found: dict[str, str] = {}
    for example in examples:
        for choice in example.choices:
            found.setdefault(canonical(choice), choice)
    return tuple(found.values())
