"""`bm25`: the rows with the item's words, the rare ones counting more (Robertson and Zaragoza 2009)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from xlt_core.contracts import Pool
from xlt_core.demonstrations._ranking import Ranked, nearest_first
from xlt_core.text.forms import caseless
from xlt_core.text.words import words

K1, B = 1.5, 0.75  # the usual ones: how soon a repeated word counts no more, and how much long rows are held back


class Bm25(Ranked):
    """By whole words, whatever their case."""

    title = "BM25"
    summary = "For each item the rows that share most of its words, rare words counting more."

    def chooser(self, pool: Pool, texts: Sequence[str]) -> Callable[[str], Sequence[int]]:
        counts = [Counter(words(caseless(text))) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts], float)
        held = B * lengths / max(lengths.mean(), 1.0) + 1 - B
        rows_with: dict[str, list[int]] = {}
        for index, count in enumerate(counts):
            for word in count:
                rows_with.setdefault(word, []).append(index)

        def choose(text: str) -> Sequence[int]:
            scores = np.zeros(len(texts))
            for word in set(words(caseless(text))) & rows_with.keys():
                rows = rows_with[word]
                weight = math.log(1 + (len(texts) - len(rows) + 0.5) / (len(rows) + 0.5))
                often = np.array([counts[row][word] for row in rows], float)
                scores[rows] += weight * often * (K1 + 1) / (often + K1 * held[rows])
            return nearest_first(scores)[: pool.shots]

        return choose
