"""Tests of a whole table: p-values corrected for their number, and a test over many cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from xlt_core.records import PairedTest


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979): the p-values adjusted so that the chance of any false alarm is kept."""
    adjusted, least, count = [0.0] * len(p_values), 0.0, len(p_values)
    for rank, index in enumerate(sorted(range(count), key=p_values.__getitem__)):
        least = max(least, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = least
    return adjusted


def corrected(tests: Sequence[PairedTest]) -> tuple[PairedTest, ...]:
    """The tests of a table with p_holm; each sort of test is a family of its own."""
    made = list(tests)
    for sort in {test.test for test in tests}:
        indices = [index for index, test in enumerate(tests) if test.test == sort]
        for index, p in zip(indices, holm([tests[i].p for i in indices]), strict=True):
            made[index] = replace(tests[index], p_holm=p)
    return tuple(made)


def signed_rank(differences: Sequence[float]) -> float | None:
    """p of Wilcoxon's signed-rank test, two-sided, of paired differences; None where none differs from zero.

    Exact by scipy's own choice (few differences without ties); differences of zero are left out (Wilcoxon 1945).
    """
    moved = [float(value) for value in np.round(differences, 12) if value]
    sizes = sorted({abs(value) for value in moved})
    return _signed_rank(tuple((1 + sizes.index(abs(value))) * np.sign(value) for value in moved)) if moved else None


@lru_cache(maxsize=4096)
def _signed_rank(moved: tuple[float, ...]) -> float:
    """The same of differences of which only order and sign are kept: all that the test asks of them."""
    from scipy.stats import wilcoxon

    return float(wilcoxon(moved).pvalue)
