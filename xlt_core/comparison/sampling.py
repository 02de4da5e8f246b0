"""Items, demonstrations and parallel rows, drawn at random by the plan's seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from xlt_core.contracts import Picker, Task
from xlt_core.demonstrations._shuffle import stratified_shuffle
from xlt_core.demonstrations.balanced import Balanced
from xlt_core.formats.fields import row_of
from xlt_core.formats.rows import read_row, same
from xlt_core.records import Example, InputError, Row

PARALLEL_ROWS = 4  # that a language model is shown before it translates


def sample(examples: Sequence[Example], n: int, seed: int) -> list[Example]:
    """At most n examples, stratified by label; those of a smaller n are among those of a larger one."""
    return stratified_shuffle(examples, seed)[:n]


def draw_demonstrations(
    task: Task, examples: Sequence[Example], shots: int, seed: int, excluded: Iterable[str], picker: Picker = Balanced()
) -> tuple[Row, ...]:
    """Demonstrations from the train split, in the picker's order: no excluded text, and no text twice."""
    used, rows = {same(text) for text in excluded}, []
    for example in picker.order(examples, seed):
        if len(rows) < shots and same(example.text) not in used and example.answer is not None:
            row = to_row(task, example)
            if readable(task, row, example.choices):
                used.add(same(example.text))
                rows.append(row)
    if len(rows) < shots:
        raise InputError(f"There are only {len(rows)} examples to draw demonstrations from; lower the shots.")
    return tuple(rows)


def draw_parallel(examples: Sequence[Example], seed: int, excluded: Iterable[Example]) -> tuple[Row, ...]:
    """A few texts with their English: none that is excluded in either language."""
    used = {same(text) for example in excluded for text in english_too(example)}
    rows: list[Row] = []
    for example in stratified_shuffle(examples, seed):
        text, *english = english_too(example)
        if len(rows) < PARALLEL_ROWS and english and not used & {same(text), same(english[0])}:
            used.add(same(text))
            rows.append(Row(text, id=example.id, english=english[0]))
    return tuple(rows)


def readable(task: Task, row: Row, choices: tuple[str, ...]) -> bool:
    """Whether the row can be read as a demonstration: entities of real data may overlap, or be out of order."""
    try:
        return bool(read_row(task, row, choices, "Row", True))
    except InputError:
        return False


def to_row(task: Task, example: Example) -> Row:
    """The example as a row that a person can edit, with its English where that has an answer."""
    unanswered = example.pivot is not None and example.pivot.answer is None
    return row_of(task, replace(example, pivot=None) if unanswered else example)


def english_too(example: Example) -> list[str]:
    """The text, and its English where there is one; without what is in another language than the example."""
    if not example.languages:
        return [e.text for e in (example, example.pivot) if e and e.text.strip()]
    both = [e for e in (example, example.pivot) if e]
    own = [{n: text for n, text in e.texts.items() if n not in example.languages} for e in both]
    return [text for texts in own if (text := Example("", texts).text).strip()]
