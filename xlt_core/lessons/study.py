"""A study that was run before, in place of a comparison: its committed figures, and their picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from xlt_core.contracts import Chart, Series
from xlt_core.settings import ASSETS

WAYS = {"beside": "beside English", "alone": "without English, in as many steps",
        "batched": "without English, in whole batches"}  # fmt: skip


@dataclass(frozen=True)
class Study:
    """What models learned that were trained with shares of a language. points: a file in assets, as the command
    `imbalance` writes it; language: whose points are drawn; command: computes them anew."""

    points: str
    language: str
    command: str

    def figures(self) -> dict[str, float]:
        """Bits per byte by names such as "kin 2.5% alone": language, share and way of training."""
        return {f"{point['language']} {_percent(point)} {way}": point[way] for point in self._points() for way in WAYS}

    def chart(self) -> Chart:
        """Bits per byte of the language by its share of the text, for each way of training."""
        own = [point for point in self._points() if point["language"] == self.language]
        series = tuple(Series(name, tuple(point[way] for point in own)) for way, name in WAYS.items())
        names = tuple(f"{_percent(point)}: {point['tokens']:,} tokens" for point in own)
        return Chart("bars", "What the models make of new text, by the share they were trained with",
                     "Bits per byte (less is better)", series, names)  # fmt: skip

    def _points(self) -> list[dict[str, Any]]:
        return json.loads((ASSETS / self.points).read_text(encoding="utf-8"))["points"]


def _percent(point: dict[str, Any]) -> str:
    return f"{100 * point['share']:g}%"
