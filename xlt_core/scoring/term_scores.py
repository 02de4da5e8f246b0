"""Terms kept: the share of a glossary's terms in the sources whose translation stands in the output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlt_core.records import Score
from xlt_core.scoring.metrics import RESAMPLES
from xlt_core.scoring.resampling import counts, interval, weighted
from xlt_core.scoring.text_scores import ratio
from xlt_core.text.terms import Terms, present, stands

TERMS_KEPT = "terms_kept"


def row(terms: Terms, source: str, output: str) -> tuple[int, int]:
    """How many terms of a source are kept, and how many it has; each counts once."""
    there = present(terms, source)
    return sum(stands(translation, output) for _, translation in there), len(there)


def terms_kept(terms: Terms, sources: Sequence[str], outputs: Sequence[str], seed: int = 0) -> Score | None:
    """The share with its 95% bootstrap interval over the items that have a term; None where none has."""
    made = [row(terms, source, output) for source, output in zip(sources, outputs, strict=True)]
    rows = np.array([own for own in made if own[1]], float)
    if not len(rows):
        return None
    value = float(rows[:, 0].sum() / rows[:, 1].sum())
    sums = weighted(counts, rows, RESAMPLES, seed)
    return Score(value, *interval(value, ratio(sums[:, 0], sums[:, 1]), len(rows)))
