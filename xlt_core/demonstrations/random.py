"""`random`: the same rows for all items, drawn by the seed whatever their labels."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from xlt_core.contracts import Picker
from xlt_core.records import Example


class Uniform(Picker):
    """Drawn by the seed, each row alike; fewer shots are among more."""

    title = "Random"
    summary = "The same rows for all items, drawn by the seed whatever their labels."
    per_item = False

    def order(self, rows: Sequence[Example], seed: int) -> Sequence[Example]:
        return Random(f"random demonstrations {seed}").sample(list(rows), len(rows))
