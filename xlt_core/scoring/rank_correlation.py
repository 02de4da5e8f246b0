"""Spearman's rank correlation with its bootstrap interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlt_core.scoring.resampling import Array

FEWEST = 4  # pairs; of three any order is likely by chance
RESAMPLES = 2000


@dataclass(frozen=True)
class RankCorrelation:
    """rho with its 95% bootstrap interval over pairs."""

    rho: float
    low: float
    high: float
    pairs: int


def rank_correlation(x: Sequence[float], y: Sequence[float], seed: int = 0) -> RankCorrelation | None:
    """Spearman's rho, ties by their mean rank; None for fewer than FEWEST pairs, or where one side is constant."""
    if len(x) < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    drawn = np.random.default_rng(seed).integers(len(x), size=(RESAMPLES, len(x)))
    rho, found = float(_spearman(x, y)), _spearman(x[drawn], y[drawn])
    low, high = np.quantile(found[np.isfinite(found)], (0.025, 0.975))
    return RankCorrelation(rho, min(float(low), rho), max(float(high), rho), len(x))


def _spearman(x: Array, y: Array) -> Array:
    """(..., n) -> (...); NaN where one side is constant."""
    from scipy.stats import rankdata

    a, b = (ranks - ranks.mean(-1, keepdims=True) for ranks in (rankdata(x, axis=-1), rankdata(y, axis=-1)))
    scale = np.sqrt((a * a).sum(-1) * (b * b).sum(-1))
    return np.divide((a * b).sum(-1), scale, out=np.full(np.shape(scale), np.nan), where=scale > 0)
