"""Whether a difference is real: paired tests over the same items, their correction, and a test over many cells.

A column may have been asked under several seeds (or numbers of shots). Its score is then the mean of its scores under
each; an item that was asked under several is resampled, and changes sides, in all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np

from xlt_core.records import PairedTest, Run, Score
from xlt_core.scoring import metrics, resampling
from xlt_core.scoring.corrections import corrected
from xlt_core.scoring.item_answers import ItemAnswers, classes_in, common_items, rows_by_id, stacked
from xlt_core.scoring.metrics import LABEL, RESAMPLES, Answers, Golds, family_of, support, value_of
from xlt_core.scoring.resampling import Array, counts, interval, weighted, weighted_blocks

SWAPS = 2000
SMALL = 0.02  # p below which more swaps are worth their time
RANDOMIZATION, MCNEMAR = "paired randomization", "McNemar exact"


@dataclass(frozen=True)
class Estimate:
    """A score, the same of RESAMPLES bootstrap resamples of its items, and on how many items it is."""

    name: str
    value: float
    resampled: Array
    items: int


def estimate(name: str, samples: Sequence[ItemAnswers], seed: int = 0) -> Estimate | None:
    """The mean score over the samples. None where there are no items or the score is undefined."""
    samples = [sample for sample in samples if sample.ids]
    if not samples:
        return None
    rows, classes = stacked(name, samples, rows_by_id(samples), classes_in(samples))
    value, sums = float(_mean(name, rows.sum(0), classes)), weighted(counts, _flat(rows), RESAMPLES, seed)
    resampled = _mean(name, sums.reshape(RESAMPLES, *rows.shape[1:]), classes)
    items = support(name, rows.any(1), classes)
    return Estimate(name, value, resampled, items) if np.isfinite(value) else None


def score_of(estimates: Sequence[Estimate]) -> Score:
    """The mean of estimates over languages and tasks, with its 95% interval."""
    if len(estimates) == 1:
        one = estimates[0]
        return Score(one.value, *metrics.interval_of(one.name, one.value, one.resampled, one.items))
    value = float(np.mean([one.value for one in estimates]))
    resampled = np.mean([one.resampled for one in estimates], axis=0)
    # Languages may share their items: together they know no more than the one with the most.
    return Score(value, *interval(value, resampled, max(one.items for one in estimates)))


def paired_test(
    name: str, golds: Golds, a_answers: Answers, b_answers: Answers, seed: int = 0, columns: Sequence[str] = ("a", "b")
) -> PairedTest | None:
    """The two-sided paired randomization test of a - b on the same items; None where the score is undefined for either.

    SWAPS times, every item's outputs change sides with probability 1/2; p = (1 + times that the difference is as
    large as seen) / (1 + SWAPS). The interval is the difference's 95% bootstrap interval over items.
    """
    return randomization(name, *_sides(golds, a_answers, b_answers), seed, columns)


def mcnemar_test(
    golds: Golds, a_answers: Answers, b_answers: Answers, seed: int = 0, columns: Sequence[str] = ("a", "b")
) -> PairedTest | None:
    """McNemar's exact test (binomial, two-sided) on the items that one of the two has right and the other wrong."""
    return mcnemar(*_sides(golds, a_answers, b_answers), seed, columns)


def randomization(
    name: str,
    a: Sequence[ItemAnswers],
    b: Sequence[ItemAnswers],
    seed: int = 0,
    columns: Sequence[str] = ("a", "b"),
    swaps: int = SWAPS,
) -> PairedTest | None:
    """As `paired_test`, of mean scores over samples. a, b: the same samples of the same items, one by one.

    swaps: where SWAPS give a small p, so many; a table of many tests needs them, as p cannot be under 1 / (1 + swaps).
    """
    pair = _Pair.of(name, a, b)
    if pair is None:
        return None
    p = pair.p(SWAPS, seed)
    if p < SMALL and swaps > SWAPS:
        p = pair.p(swaps, seed)
    return PairedTest(*columns, name, pair.seen, *pair.interval(seed), p, RANDOMIZATION)


def mcnemar(
    a: Sequence[ItemAnswers], b: Sequence[ItemAnswers], seed: int = 0, columns: Sequence[str] = ("a", "b")
) -> PairedTest | None:
    """As `mcnemar_test`; an item in several samples counts for the column that has it right in more of them."""
    pair = _Pair.of("accuracy", a, b)
    if pair is None:
        return None
    hits = (pair.ours - pair.theirs)[..., 0::3].sum((1, 2))
    wins, decided = int(np.sum(hits > 0)), int(np.sum(hits != 0))
    return PairedTest(*columns, "accuracy", pair.seen, *pair.interval(seed), sign_test(wins, decided), MCNEMAR)


@lru_cache(maxsize=4096)
def sign_test(wins: int, decided: int) -> float:
    """p of the exact test, two-sided, that each of two wins with probability 1/2; 1 where nothing is decided."""
    from scipy.stats import binomtest

    return float(binomtest(wins, decided).pvalue) if decided else 1.0


def pair_tests(
    name: str,
    a: Sequence[ItemAnswers],
    b: Sequence[ItemAnswers],
    seed: int = 0,
    columns: Sequence[str] = ("a", "b"),
    swaps: int = SWAPS,
) -> list[PairedTest]:
    """The tests between two columns: randomization in the headline score, and McNemar's beside it for labels."""
    found = [randomization(name, a, b, seed, columns, swaps)]
    found += [mcnemar(a, b, seed, columns)] if family_of(name) == LABEL else []
    return [test for test in found if test]


def between(runs: Sequence[Run], metric: str, seed: int = 0) -> tuple[PairedTest, ...]:
    """The tests between each two finished columns of a comparison, on the items that both have."""
    found: list[PairedTest] = []
    for a, b in combinations([run for run in runs if run.state == "done"], 2):
        ours, theirs = common_items(a, b)
        found += pair_tests(metric, [ours], [theirs], seed, (a.name, b.name))
    return corrected(found)


@dataclass(frozen=True)
class _Pair:
    """The statistics of two columns on the same items, (items, samples, d)."""

    name: str
    ours: Array
    theirs: Array
    classes: Sequence[str]

    @classmethod
    def of(cls, name: str, a: Sequence[ItemAnswers], b: Sequence[ItemAnswers]) -> _Pair | None:
        """None where there are no items, or the score is undefined for either."""
        sides = [[sample for sample in side if sample.ids] for side in (a, b)]
        if not sides[0]:
            return None
        items, classes = rows_by_id(sides[0]), classes_in([*sides[0], *sides[1]])
        (ours, lean_classes), (theirs, _) = (stacked(name, side, items, classes) for side in sides)
        made = cls(name, ours, theirs, lean_classes)
        return made if np.isfinite(made.seen) else None

    def difference(self, ours: Array, theirs: Array) -> Array:
        """Of summed statistics (..., samples, d) -> (...)."""
        return _mean(self.name, ours, self.classes) - _mean(self.name, theirs, self.classes)

    @cached_property
    def seen(self) -> float:
        return float(self.difference(self.ours.sum(0), self.theirs.sum(0)))

    def p(self, times: int, seed: int) -> float:
        """The share of drawn swaps after which the difference is as large as seen, what was seen among them."""
        moves = _flat(self.theirs - self.ours)
        told = moves.any(0)  # the gold answers' statistics are the same on both sides
        # The margin: rounding must not make a swap that changes nothing look smaller than what was seen.
        least, ours, theirs = abs(self.seen) - 1e-9, *(_flat(rows).sum(0)[:, None] for rows in (self.ours, self.theirs))
        reached, defined = 1, 1
        for sums in weighted_blocks(resampling.swaps, moves[:, told], times, seed):
            moved = np.zeros((moves.shape[1], len(sums)))
            moved[told] = sums.T
            sides = (side.T.reshape(-1, *self.ours.shape[1:]) for side in (ours + moved, theirs - moved))
            null = self.difference(*sides)
            null = np.abs(null[np.isfinite(null)])
            reached, defined = reached + int(np.sum(null >= least)), defined + len(null)
        return reached / defined

    def interval(self, seed: int) -> tuple[float, float]:
        """The difference's 95% bootstrap interval over items."""
        both = np.stack([self.ours, self.theirs], 1)
        if not (self.ours - self.theirs).any():
            return self.seen, self.seen  # the same answers
        sums = weighted(counts, _flat(both), RESAMPLES, seed).reshape(RESAMPLES, *both.shape[1:])
        moved, items = self.difference(sums[:, 0], sums[:, 1]), int(self.ours.any((1, 2)).sum())
        # A difference is in -1..1, and the interval of what never varies is made for 0..1.
        low, high = interval((self.seen + 1) / 2, (moved + 1) / 2, items)
        return 2 * low - 1, 2 * high - 1


def _sides(golds: Golds, a: Answers, b: Answers) -> tuple[list[ItemAnswers], list[ItemAnswers]]:
    ids, wanted = tuple(map(str, range(len(golds)))), tuple(golds)
    return [ItemAnswers(ids, wanted, tuple(a))], [ItemAnswers(ids, wanted, tuple(b))]


def _flat(rows: Array) -> Array:
    return rows.reshape(len(rows), -1)


def _mean(name: str, sums: Array, classes: Sequence[str]) -> Array:
    """The mean score over samples of summed statistics (..., samples, d) -> (...)."""
    return np.asarray(value_of(name, sums, classes)).mean(-1)
