"""How good a machine translation is: chrF++ against a human one, and signs that need none.

The signs: the length ratio (characters of the translation for each of the source), the repetition (share of its word
4-grams that stood in it before: seq-rep-4 of Welleck et al. 2020, arXiv 1908.04319), the untranslated share (of the
source's words, numbers aside, those that stand in the translation as they were, names among them) and the other script
(share of its letters that are not of the target language's script).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import regex

from xlt_core.records import Score
from xlt_core.scoring.metrics import RESAMPLES
from xlt_core.scoring.resampling import Array, counts, interval, weighted
from xlt_core.scoring.text_scores import chrf_of, tokens
from xlt_core.scoring.translation_scores import chrf_pp_row, item, signatures

REPEATED = 4  # words of an n-gram that is looked for again
FEWEST = 10  # right items, and wrong ones, without which a correlation says nothing
LETTER = regex.compile(r"\p{L}")


@dataclass(frozen=True)
class Signs:
    """The signs of one translation, by the names that the file's first lines define."""

    length_ratio: float
    repetition: float
    untranslated: float
    other_script: float


@dataclass(frozen=True)
class Correlation:
    """The point-biserial correlation of a number with being right, and its 95% bootstrap interval over items."""

    r: float
    low: float
    high: float


@lru_cache(maxsize=8192)
def signs(source: str, translation: str, script: str = "Latn") -> Signs:
    """The signs of a translation. script: of the target language, by its ISO 15924 code."""
    own, words = tokens(source), tokens(translation)
    length = len(translation.strip()) / max(len(source.strip()), 1)
    return Signs(length, _repeated(words), _kept(own, words), _other_script(translation, script))


def chrf_pp(translations: Sequence[str], references: Sequence[str], seed: int = 0) -> Score | None:
    """Corpus chrF++ in 0..1, as sacreBLEU's but for texts in NFC, with its 95% bootstrap interval; None for no text."""
    if not translations:
        return None
    rows = np.array([chrf_pp_row(*pair) for pair in zip(references, translations, strict=True)])
    value = float(chrf_of(rows.sum(0)))
    return Score(value, *interval(value, chrf_of(weighted(counts, rows, RESAMPLES, seed)), len(rows)))


def item_chrf_pp(translation: str, reference: str) -> float:
    """One text's chrF++ in 0..1."""
    return item(reference, translation)


def chrf_pp_signature() -> str:
    """sacreBLEU's signature of its chrF++."""
    return signatures()["chrf_pp"]


def correlation(values: Sequence[float], right: Sequence[bool], seed: int = 0) -> Correlation | None:
    """The point-biserial correlation (Pearson's with a variable of 0 and 1); None where all values are the same, or
    fewer than FEWEST items are right, or wrong."""
    hits = np.array(right, dtype=float)
    if min(hits.sum(), len(hits) - hits.sum()) < FEWEST or np.ptp(values) == 0:
        return None
    x = np.array(values)
    rows = np.stack([np.ones(len(x)), x, hits, x * x, x * hits], axis=1)
    r = float(_pearson(rows.sum(0)))
    low, high = np.nanquantile(_pearson(weighted(counts, rows, RESAMPLES, seed)), (0.025, 0.975))
    return Correlation(r, min(float(low), r), max(float(high), r))


def _pearson(sums: Array) -> Array:
    """Pearson's r of summed n, x, y, x², xy (y is 0 or 1), (..., 5) -> (...); NaN where one of them is constant."""
    n, x, y, xx, xy = np.moveaxis(sums, -1, 0)
    scale = (n * xx - x * x) * (n * y - y * y)
    return np.divide(n * xy - x * y, np.sqrt(np.abs(scale)), out=np.full(np.shape(n), np.nan), where=scale > 1e-12)


def _repeated(words: Sequence[str]) -> float:
    grams = list(zip(*(words[start:] for start in range(REPEATED)), strict=False))
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _kept(source: Sequence[str], translation: Sequence[str]) -> float:
    own = Counter(word for word in source if LETTER.search(word))
    return (own & Counter(translation)).total() / own.total() if own else 0.0


def _other_script(text: str, script: str) -> float:
    """Letters of no script of their own (Common, Inherited) are of any."""
    letters = LETTER.findall(text)
    own = regex.compile(rf"\p{{Script={script}}}|\p{{Common}}|\p{{Inherited}}")
    return sum(not own.match(letter) for letter in letters) / len(letters) if letters else 0.0
