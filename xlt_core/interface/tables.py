"""Rows of plain values that print as a table, show as one in a notebook, and go to pandas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from xlt_core.cli import printing

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 100  # rows of a table on the screen


class Rows(list[dict[str, Any]]):
    """A list of rows, each a dict with the same keys."""

    def to_pandas(self) -> DataFrame:
        """The rows as a data frame."""
        import pandas

        return pandas.DataFrame(list(self))

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return Rows(found) if isinstance(key, slice) else found

    def __repr__(self) -> str:
        left = len(self) - SHOWN
        return printing.aligned(texts(self[:SHOWN])) + (f"\n... and {left} more" if left > 0 else "")

    def _repr_html_(self) -> str:
        heads, *lines = texts(self[:SHOWN]) or [()]
        left = len(self) - SHOWN
        return table_html(heads, lines) + (f"<p>... and {left} more</p>" if left > 0 else "")


def texts(rows: Rows) -> list[tuple[str, ...]]:
    """The names of the values, then the values of each row as short texts; nothing where there is no row."""
    return [tuple(rows[0]), *(tuple(printing.short(_text(v)) for v in row.values()) for row in rows)] if rows else []


def _text(value: Any) -> str:
    if isinstance(value, dict):  # of a knob the name will do
        return str(value["name"]) if "name" in value else "; ".join(f"{k}: {_text(v)}" for k, v in value.items())
    if isinstance(value, float):
        return f"{value:.4g}"
    return " ".join(map(_text, value)) if isinstance(value, list) else "" if value is None else str(value)


def table_html(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table in HTML, its cells escaped."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def paragraphs(lines: Iterable[str]) -> str:
    """Each line as a paragraph of its own, escaped."""
    return "".join(f"<p>{escape(line)}</p>" for line in lines)
