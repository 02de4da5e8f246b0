"""`similar`: the rows most like the item, by the TF-IDF of character n-grams (Liu et al. 2022, arXiv 2101.06804)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlt_core.contracts import Pool
from xlt_core.demonstrations._ranking import CharacterGrams, Ranked, nearest_first


class Similar(Ranked):
    """Knows nothing of the language: words share characters with their inflections and with loans."""

    title = "Similar"
    summary = "For each item the rows most like it, by the characters that their words share."

    def chooser(self, pool: Pool, texts: Sequence[str]) -> Callable[[str], Sequence[int]]:
        grams = CharacterGrams(texts)
        return lambda text: nearest_first(grams.likeness(text))[: pool.shots]
