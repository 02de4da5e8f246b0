"""The fields of rows and examples: one text for most tasks, several for those that ask about more than one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlt_core.contracts import Task
from xlt_core.records import Example, InputError, Row

ENGLISH = "english_"  # before a field's name: its English by a human, where a task has several fields
LINES = " | "  # between the entries of a list where they stand on one line


def make_row(
    texts: Mapping[str, str],
    answer: str = "",
    id: str = "",
    english: Mapping[str, str] | None = None,
    english_answer: str = "",
) -> Row:
    """The row of texts by field; of a single one it holds the text alone, whatever the field is called."""
    english = {name: text for name, text in (english or {}).items() if text}
    if len(texts) == 1:
        return Row(*texts.values(), answer, id, next(iter(english.values()), ""), english_answer)
    return Row("", answer, id, "", english_answer, dict(texts), english)


def texts_of(fields: Sequence[str], row: Row) -> dict[str, str]:
    """A row's texts, by the fields of its task."""
    return _by_field(fields, row.text, row.texts)


def english_of(fields: Sequence[str], row: Row) -> dict[str, str]:
    """The texts of its English, "" where there is none."""
    return _by_field(fields, row.english, row.english_texts)


def _by_field(fields: Sequence[str], text: str, texts: Mapping[str, str]) -> dict[str, str]:
    alone = {fields[0]: text} if len(fields) == 1 and not texts else {}
    return {name: alone.get(name, texts.get(name, "")) for name in fields}


def row_of(task: Task, example: Example) -> Row:
    """The example as a row that a person can edit, with its English where it has one."""
    pivot = example.pivot
    answers = [task.write(e.answer) if e and e.answer is not None else "" for e in (example, pivot)]
    return make_row(fields_of(task, example), answers[0], example.id, fields_of(task, pivot) if pivot else None,
                    answers[1])  # fmt: skip


def fields_of(task: Task, example: Example) -> dict[str, str]:
    """The texts of an example that the task asks about: data may hold further ones."""
    return {name: example.texts.get(name, "") for name in task.fields}


def whole_text(row: Row) -> str:
    """All that a row asks about in one text, as Example.text has it."""
    return row.text or "\n".join(filter(None, row.texts.values()))


def every_text(row: Row) -> tuple[str, ...]:
    """Each text of a row, its answers among them."""
    return (row.text, row.answer, row.english, row.english_answer, *row.texts.values(), *row.english_texts.values())


def without_english(row: Row) -> Row:
    return replace(row, english="", english_texts={})


def columns(fields: Sequence[str]) -> tuple[str, ...]:
    """The columns of a file of rows: the texts, which must be there, the answer, and what may be there."""
    english = ("english",) if len(fields) == 1 else tuple(ENGLISH + name for name in fields)
    return (*fields, "answer", "id", *english, "english_answer")


def row_of_cells(fields: Sequence[str], cells: Mapping[str, str]) -> Row:
    """The row of a file's cells, by their columns; of one field the column may be called text."""
    own = named(fields, cells)
    english = {name: own.get(ENGLISH + name, "") for name in fields}
    english = english if len(fields) > 1 else {fields[0]: own.get("english", "")}
    return make_row({name: own.get(name, "") for name in fields}, own.get("answer", ""), own.get("id", ""), english,
                    own.get("english_answer", ""))  # fmt: skip


def named(fields: Sequence[str], cells: Mapping[str, str]) -> dict[str, str]:
    """The cells by the columns' own names."""
    renamed = {"text": fields[0]} if len(fields) == 1 else {}
    return {renamed.get(name, name): cell for name, cell in cells.items()}


def given_row(fields: Sequence[str], given: Any, place: str) -> Row:
    """The row of a text or of a mapping of its columns; a text for several fields is JSON, such as
    {"premise": "...", "hypothesis": "..."}. Raises InputError that says how to write it."""
    if isinstance(given, str) and len(fields) > 1:
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            given = None
    if isinstance(given, str):
        return Row(given)
    if len(fields) == 1 and not isinstance(given, Mapping):
        raise InputError("A text must be text; put it in quotation marks.")
    known = {*columns(fields), *(["text"] if len(fields) == 1 else [])}
    if not isinstance(given, Mapping) or not {*given} <= known or not all(isinstance(v, str) for v in given.values()):
        shape = ", ".join(f'"{name}": "..."' for name in fields)
        raise InputError(f"{place} must look like {{{shape}}}.")
    return row_of_cells(fields, given)


def label_of(field: str) -> str:
    """A field's name for people."""
    return field.replace("_", " ").capitalize()
