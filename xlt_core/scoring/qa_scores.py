"""Of short answers: exact match and F1 over words, as SQuAD's (Rajpurkar et al. 2016, arXiv 1606.05250), the best of
several gold answers.

What is compared: the text in NFC whatever its case, without punctuation and the English articles a, an, the, its words
at spaces. Beyond SQuAD's script: punctuation of any script goes, not ASCII's alone, with it apostrophes that serve as
letters and characters without a width; where a script puts no spaces between words, ICU's dictionaries cut them.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

from xlt_core.scoring.resampling import Array
from xlt_core.scoring.text_scores import ratio
from xlt_core.text.answers import alternatives
from xlt_core.text.forms import FOLDED, caseless
from xlt_core.text.words import UNSPACED, words

SCORES = ("qa_f1", "exact_match")
ARTICLES = {"a", "an", "the"}
SYMBOLS = "$+<=>^`|~"  # ASCII's that Unicode does not call punctuation, and SQuAD's script does


def normalised(text: str) -> list[str]:
    """The words that are compared."""
    plain = caseless(text).translate(FOLDED)
    kept = "".join(" " if letter.isspace() else letter for letter in plain if not _is_punctuation(letter))
    found = words(kept) if UNSPACED.search(kept) else kept.split()
    return [word for word in found if word not in ARTICLES]


def _is_punctuation(letter: str) -> bool:
    return letter in SYMBOLS or unicodedata.category(letter).startswith("P")


def row(gold: str, answer: str) -> tuple[float, ...]:
    """F1 and exact match, each the best over the gold answers, and 1."""
    found = normalised(answer)
    wanted = [normalised(one) for one in alternatives(gold)] or [[]]
    return max(_f1(one, found) for one in wanted), float(found in wanted), 1.0


def _f1(wanted: list[str], found: list[str]) -> float:
    shared = (Counter(wanted) & Counter(found)).total()
    if not wanted or not found:
        return float(wanted == found)
    return 2 * shared / (len(wanted) + len(found))


def value(name: str, sums: Array) -> Array:
    """The mean, of summed statistics (..., 3)."""
    return ratio(sums[..., SCORES.index(name)], sums[..., 2])


def reduced(name: str, rows: Array) -> Array:
    return rows


def item(gold: str, answer: str) -> float:
    """One item's F1."""
    return row(gold, answer)[0]
