"""Of numbers: whether the answer's number is the gold one, however both are written."""

from __future__ import annotations

from xlt_core.scoring.resampling import Array
from xlt_core.scoring.text_scores import ratio
from xlt_core.text.numbers import number_of

SCORES = ("number_match",)


def row(gold: str, answer: str) -> tuple[float, ...]:
    """Whether the numbers are the same, and 1."""
    return item(gold, answer), 1.0


def value(name: str, sums: Array) -> Array:
    """The share of the items, of summed statistics (..., 2)."""
    return ratio(sums[..., 0], sums[..., 1])


def reduced(name: str, rows: Array) -> Array:
    return rows


def item(gold: str, answer: str) -> float:
    """1 where the numbers are the same."""
    found = number_of(answer)
    return float(found is not None and found == number_of(gold))
