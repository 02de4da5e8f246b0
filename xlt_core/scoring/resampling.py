"""Bootstrap resamples and swaps of items, as sums of their statistics under drawn weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import sqrt

import numpy as np

BATCH_SIZE = 1_000_000  # weights at once, of 8 bytes each
BLOCK_SIZE = 1024  # draws, few enough that the sums stay in a processor's cache
CACHE_SIZE = 5_000_000  # weights that are cached, of one or two bytes each
Z = 1.959964  # the normal distribution's quantile of a 95% interval

Array = np.ndarray
Draw = Callable[[np.random.Generator, int, int], Array]  # (generator, times, n) -> weights (times, n)


def counts(rng: np.random.Generator, times: int, n: int) -> Array:
    """How often each of n items is in each bootstrap resample: (times, n)."""
    drawn = rng.integers(0, n, (times, n)) + n * np.arange(times)[:, None]
    return np.bincount(drawn.ravel(), minlength=times * n).reshape(times, n).astype(np.uint16)


def swaps(rng: np.random.Generator, times: int, n: int) -> Array:
    """Whether each of n items changes sides, with probability 1/2: (times, n)."""
    return rng.integers(0, 2, (times, n), dtype=np.uint8)


def weighted(draw: Draw, rows: Array, times: int, seed: int) -> Array:
    """Sums of the rows (n, d) under drawn weights: (times, d)."""
    return np.concatenate([sums.T for sums in weighted_blocks(draw, rows, times, seed)], 1).T


def weighted_blocks(draw: Draw, rows: Array, times: int, seed: int) -> Iterator[Array]:
    """The same, (up to BLOCK_SIZE, d) after the other. All draws of one of the d stand together in memory: what is made
    of the sums then takes a fraction of the time."""
    step = max(1, BATCH_SIZE // len(rows))
    cached = times * len(rows) <= CACHE_SIZE
    batches = (_cached_batches if cached else _batches)(draw, times, len(rows), seed, step)
    telling = np.flatnonzero(rows.any(1))
    told = np.ascontiguousarray(rows[telling].T, _enough_for(rows))
    for batch in batches:
        for start in range(0, batch.shape[1], BLOCK_SIZE):
            drawn = batch[telling, start : start + BLOCK_SIZE].astype(told.dtype)
            yield (told @ drawn).astype(float).T


def _enough_for(rows: Array) -> type:
    """The floats in which any sum of as many of the rows is exact, or as exact as can be."""
    whole = np.abs(rows).max(initial=0) * len(rows) < 2**24 and (rows == np.rint(rows)).all()
    return np.float32 if whole else np.float64


def _batches(draw: Draw, times: int, n: int, seed: int, step: int) -> Iterator[Array]:
    """Drawn weights, (n, times), some times after the other."""
    rng = np.random.default_rng(seed)
    for done in range(0, times, step):
        yield np.ascontiguousarray(draw(rng, min(step, times - done), n).T)


# A table tests many pairs of columns on as many items each, so the same draws are cached for the next pair.
@lru_cache(maxsize=8)
def _cached_batches(draw: Draw, times: int, n: int, seed: int, step: int) -> tuple[Array, ...]:
    return tuple(_batches(draw, times, n, seed, step))


def interval(value: float, resampled: Array, items: int) -> tuple[float, float]:
    """The 95% percentile interval over the resamples where the score is defined.

    Where all resamples have the same score, as where every answer is right, they say nothing about other items: the
    interval is Wilson's on so many items, which is the widest that a mean in 0..1 can have.
    """
    defined = resampled[np.isfinite(resampled)]
    if not len(defined) or float(np.ptp(defined)) < 1e-9:
        return wilson(value, items)
    low, high = np.quantile(defined, (0.025, 0.975))
    # Rare classes can leave the value itself outside the percentiles; an interval that excludes its value helps nobody.
    return min(float(low), value), max(float(high), value)


def wilson(share: float, items: int) -> tuple[float, float]:
    """Wilson's 95% score interval (1927) of a share of items."""
    if not items:
        return 0.0, 1.0
    squared = Z * Z / items
    middle, half = share + squared / 2, Z * sqrt(max(share * (1 - share), 0.0) / items + squared / items / 4)
    low, high = (middle - half) / (1 + squared), (middle + half) / (1 + squared)
    return min(max(low, 0.0), share), max(min(high, 1.0), share)
