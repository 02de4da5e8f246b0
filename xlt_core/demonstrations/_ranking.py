"""Pickers that rank the rows by their likeness to an item's text; what they pick stands nearest last in the prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from xlt_core.contracts import Pick, Picked, Picker, Pool
from xlt_core.records import Example

Array = np.ndarray[Any, Any]


class CharacterGrams:
    """Texts by the TF-IDF of their character 3- to 5-grams within words; likeness is the cosine."""

    def __init__(self, texts: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        self._rows = self._grams.fit_transform(texts)

    def likeness(self, text: str) -> Array:
        """Of a text to each row, 0..1."""
        return (self._rows @ self._grams.transform([text]).T).toarray().ravel()

    def among(self, rows: Sequence[int]) -> Array:
        """Of these rows to each other."""
        chosen = self._rows[list(rows)]
        return (chosen @ chosen.T).toarray()


def nearest_first(scores: Array) -> list[int]:
    """The rows by their scores; of equal ones the earlier."""
    return [int(index) for index in np.argsort(-scores, kind="stable")]


class Ranked(Picker):
    """A picker by one text for each row and item, that of the language."""

    def prepare(self, pool: Pool) -> Pick:
        choose = self.chooser(pool, [row.text for row in pool.rows])

        def pick(examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
            for index, example in enumerate(examples):
                yield index, shown(pool, choose(example.text))

        return pick

    def chooser(self, pool: Pool, texts: Sequence[str]) -> Callable[[str], Sequence[int]]:
        """What names the rows for a text, the nearest first. texts: of the rows."""
        raise NotImplementedError


def shown(pool: Pool, chosen: Sequence[int]) -> Picked:
    """The chosen rows, the nearest of them last."""
    return Picked(tuple(pool.rows[index] for index in reversed(chosen)))
