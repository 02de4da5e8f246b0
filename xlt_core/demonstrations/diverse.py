"""`diverse`: rows like the item but not like each other, by maximal marginal relevance (Ye et al. 2023, arXiv
2211.13892)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlt_core.contracts import Pool
from xlt_core.demonstrations._ranking import Array, CharacterGrams, Ranked, nearest_first

BALANCE = 0.5  # of the likeness to the item against that to what is chosen
CANDIDATES = 50  # the nearest rows, among which it chooses


class Diverse(Ranked):
    """The first is the nearest; each further one is near to the item and far from those before."""

    title = "Diverse"
    summary = "For each item rows that are like it and unlike each other."

    def chooser(self, pool: Pool, texts: Sequence[str]) -> Callable[[str], Sequence[int]]:
        grams = CharacterGrams(texts)

        def choose(text: str) -> Sequence[int]:
            scores = grams.likeness(text)
            near = nearest_first(scores)[: max(CANDIDATES, pool.shots)]
            chosen = _marginal(scores[near], grams.among(near), pool.shots)
            return [near[index] for index in chosen]

        return choose


def _marginal(relevance: Array, likeness: Array, number: int) -> list[int]:
    """Indices in the order in which they are chosen. likeness: of each to each."""
    chosen: list[int] = []
    while len(chosen) < number:
        nearest = likeness[:, chosen].max(1) if chosen else 0.0 * relevance
        gain = BALANCE * relevance - (1 - BALANCE) * nearest
        gain[chosen] = -1e9
        chosen.append(int(gain.argmax()))
    return chosen
