"""What a call of an endpoint gives, checked value by value before anything is made of it: types, ranges, lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from xlt_core.formats.fields import make_row
from xlt_core.formats.rows import clean
from xlt_core.records import InputError, Row

LONGEST_NAME = 1_000  # characters
KINDS = {type(None): "null", bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list",
         dict: "an object"}  # fmt: skip


def text_of(name: str, value: Any) -> str:
    """A text, without halves of characters. Raises InputError, as all of these do."""
    if not isinstance(value, str):
        raise InputError(f"{name} must be text, not {_kind(value)}.")
    return clean(value)


def name_of(name: str, value: Any) -> str:
    """The name of something that there is, such as a language or a model."""
    text = text_of(name, value)
    if not text.strip() or len(text) > LONGEST_NAME:
        wrong = f"has {len(text):,} characters" if text.strip() else "is empty"
        raise InputError(f"{name} {wrong}; give the name of one, 1 to {LONGEST_NAME:,} characters long.")
    return text


def whole_number(name: str, value: Any, most: int) -> int:
    """A whole number between 0 and the most; 2.0 is one."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value != int(value):
        given = "" if isinstance(value, int | float) and not isinstance(value, bool) else f", not {_kind(value)}"
        raise InputError(f"{name} must be a whole number{given}.")
    if not 0 <= value <= most:
        raise InputError(f"{name} must lie between 0 and {most:,}.")
    return int(value)


def names_of(name: str, value: Any) -> tuple[str, ...] | None:
    """A list of names, each once, or null."""
    items = _list_of(name, value)
    return (
        None if items is None else tuple(dict.fromkeys(name_of(f"{name}[{i}]", each) for i, each in enumerate(items)))
    )


def rows_of(value: Any, most: int, fields: Sequence[str] = ("text",)) -> tuple[Row, ...] | None:
    """Demonstrations, or null."""
    rows = _list_of("demonstrations", value)
    if rows is not None and len(rows) > most:
        raise InputError(f"At most {most} demonstrations can be given here, not {len(rows)}; remove some.")
    return None if rows is None else tuple(_row(index, row, fields) for index, row in enumerate(rows, 1))


def _list_of(name: str, value: Any) -> list[Any] | None:
    if value is not None and not isinstance(value, list | tuple):
        raise InputError(f"{name} must be a list or null, not {_kind(value)}.")
    return None if value is None else list(value)


def _row(index: int, row: Any, fields: Sequence[str]) -> Row:
    wanted = (*fields, "answer")
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in wanted):
        shape = ", ".join(f'"{name}": "..."' for name in wanted)
        raise InputError(f"Demonstration {index} must look like {{{shape}}}.")
    return make_row({name: clean(row[name]) for name in fields}, clean(row["answer"]))


def _kind(value: Any) -> str:
    return KINDS.get(type(value), "that")
