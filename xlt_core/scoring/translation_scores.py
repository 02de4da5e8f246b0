"""Of translations: chrF++, BLEU and the length ratio, as sacreBLEU's statistics, which add up over items."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from xlt_core.scoring.resampling import Array
from xlt_core.scoring.text_scores import chrf_of, ratio
from xlt_core.text.forms import canonical

SCORES = ("chrf_pp", "bleu", "length_ratio")
WORD_ORDER = 2  # chrF++ counts words and their bigrams beside characters (Popović 2017)
CHRF_PP = 24  # statistics: predicted, gold and hits of six orders of characters and two of words
ORDERS = 4  # of BLEU's n-grams


@lru_cache(maxsize=8192)
def row(gold: str, answer: str) -> tuple[float, ...]:
    """chrF++'s 24 statistics, and BLEU's 10: both lengths in tokens, hits and n-grams of each order."""
    from sacrebleu.metrics import BLEU

    own = BLEU()._extract_corpus_statistics([canonical(answer)], [[canonical(gold)]])[0]
    return (*chrf_pp_row(gold, answer), *map(float, own))


@lru_cache(maxsize=8192)
def chrf_pp_row(gold: str, answer: str) -> tuple[float, ...]:
    """chrF++'s statistics alone, of texts in NFC."""
    from sacrebleu.metrics import CHRF

    metric = CHRF(word_order=WORD_ORDER)
    return tuple(map(float, metric._extract_corpus_statistics([canonical(answer)], [[canonical(gold)]])[0]))


def value(name: str, sums: Array) -> Array:
    """The score of summed statistics, (..., d) -> (...); the length ratio is that of tokens, and may exceed 1."""
    if name == "chrf_pp":
        return chrf_of(sums[..., :CHRF_PP])
    ours, theirs = sums[..., CHRF_PP], sums[..., CHRF_PP + 1]
    return ratio(ours, theirs) if name == "length_ratio" else _bleu(ours, theirs, sums[..., CHRF_PP + 2 :])


def reduced(name: str, rows: Array) -> Array:
    """The statistics that the score alone needs."""
    return rows[:, :CHRF_PP] if name == "chrf_pp" else rows


def item(gold: str, answer: str) -> float:
    """One item's chrF++."""
    return float(chrf_of(np.array(chrf_pp_row(gold, answer))))


def signatures() -> dict[str, str]:
    """sacreBLEU's signature of each score that has one."""
    from sacrebleu.metrics import BLEU, CHRF

    found = {}
    for name, metric in (("chrf_pp", CHRF(word_order=WORD_ORDER)), ("bleu", BLEU())):
        metric.corpus_score([""], [[""]])  # the number of references is known after a first score
        found[name] = str(metric.get_signature())
    return found


def _bleu(ours: Array, theirs: Array, counted: Array) -> Array:
    """BLEU as sacreBLEU has it: a 0 among the hits of an order counts half of the one before (smoothing "exp")."""
    hits, grams = counted[..., :ORDERS], counted[..., ORDERS:]
    missed = (hits == 0) & (grams > 0)
    smoothed = np.where(missed, 0.5 ** np.cumsum(missed, -1), hits)
    shares = np.nan_to_num(ratio(smoothed, grams))
    with np.errstate(divide="ignore"):
        mean = np.exp(np.log(shares).mean(-1))
    brief = np.exp(np.minimum(0.0, 1 - np.nan_to_num(ratio(theirs, ours), nan=np.inf)))
    return np.where(hits.sum(-1) > 0, brief * mean, 0.0)
