"""Of texts: ROUGE over words of any script, and chrF, as statistics of items that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from xlt_core.scoring.resampling import Array
from xlt_core.text.forms import canonical
from xlt_core.text.words import words

ROUGE = ("rouge_1", "rouge_2", "rouge_l")
SCORES = ("rouge_l", "rouge_1", "rouge_2", "chrf")


def tokens(text: str) -> list[str]:
    """The lower-cased words of any script, in NFC: runs of letters, combining marks and digits; where a script puts no
    spaces between words (Thai, Burmese, Khmer, Lao, Chinese, Japanese), what ICU's dictionaries cut them into."""
    return words(canonical(text.lower()))


# The page measures again after every item: what has been counted is kept.
@lru_cache(maxsize=8192)
def row(gold: str, answer: str) -> tuple[float, ...]:
    """The three ROUGE of an answer, 1, and chrF's 18 statistics."""
    from sacrebleu.metrics import CHRF

    gold, answer = canonical(gold), canonical(answer)
    wanted, found = tokens(gold), tokens(answer)
    shared = (Counter(wanted) & Counter(found)).total()
    pairs = (Counter(pairwise(wanted)) & Counter(pairwise(found))).total()
    size = len(wanted) + len(found)
    rouge = (2 * shared / max(size, 1), 2 * pairs / max(size - 2, 1), 2 * _common(wanted, found) / max(size, 1))
    return (*rouge, 1.0, *map(float, CHRF()._extract_corpus_statistics([answer], [[gold]])[0]))


def value(name: str, sums: Array) -> Array:
    """The score of summed statistics, (..., d) -> (...)."""
    return chrf_of(sums[..., 4:]) if name == "chrf" else ratio(sums[..., ROUGE.index(name)], sums[..., 3])


def reduced(name: str, rows: Array) -> Array:
    """The statistics that the score alone needs."""
    return rows if name == "chrf" else rows[:, : len(ROUGE) + 1]


def item(gold: str, answer: str) -> float:
    """One item's ROUGE-L."""
    return row(gold, answer)[ROUGE.index("rouge_l")]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, a bit per token of `one` (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for index, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << index
    full = row = (1 << len(one)) - 1
    for word in other:
        hits = row & places.get(word, 0)
        row = (row + hits | row - hits) & full
    return len(one) - row.bit_count()


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, NaN where the whole is 0."""
    whole = np.asarray(whole)
    there = whole > 0
    return part / whole if there.all() else np.divide(part, whole, out=np.full_like(whole, np.nan, float), where=there)


def chrf_of(sums: Array) -> Array:
    """chrF2 of sacrebleu's statistics, (..., 3 orders): predicted, gold and hits of each order."""
    predicted, gold, hits = np.moveaxis(sums.reshape(*sums.shape[:-1], -1, 3), -1, 0)
    both = (predicted > 0) & (gold > 0)
    orders = np.maximum(both.sum(-1), 1)
    precision, recall = (np.where(both, ratio(hits, whole), 0).sum(-1) / orders for whole in (predicted, gold))
    return np.nan_to_num(ratio(5 * precision * recall, 4 * precision + recall))
