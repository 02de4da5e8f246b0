"""`spread`: the nearest row of each label in turn, so that no label is left out because others are nearer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlt_core.contracts import Pool
from xlt_core.demonstrations._ranking import CharacterGrams, Ranked, nearest_first
from xlt_core.records import Answer


class Spread(Ranked):
    """Entities count by the kinds that a row holds; texts are all alike, as `similar` has them."""

    title = "Nearest of each label"
    summary = "For each item the nearest row of one label after the other."

    def chooser(self, pool: Pool, texts: Sequence[str]) -> Callable[[str], Sequence[int]]:
        grams, groups = CharacterGrams(texts), [_group(row.answer, row.choices) for row in pool.rows]

        def choose(text: str) -> Sequence[int]:
            ranked = nearest_first(grams.likeness(text))
            seen: dict[str, int] = {}
            rounds = []
            for rank, index in enumerate(ranked):
                seen[groups[index]] = seen.get(groups[index], 0) + 1
                rounds.append((seen[groups[index]], rank, index))
            return [index for _, _, index in sorted(rounds)[: pool.shots]]

        return choose


def _group(answer: Answer | None, choices: Sequence[str]) -> str:
    if isinstance(answer, tuple):
        return ", ".join(sorted({span.kind for span in answer}))
    return str(answer) if answer in choices else ""
