"""`laft`: the prompt of `prompt`, to weights adapted on text of the language (Toukmaji 2024, arXiv 2403.06018)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.strategies._adapted import OnAdapted


@dataclass(frozen=True)
class Adapted(OnAdapted):
    """Few-shot prompting of a model that was adapted to the language without labels."""

    title = "LAFT"
    summary = "Demonstrations and input stay in the language; a model adapted to the language answers."
    paper = "Toukmaji 2024, arXiv 2403.06018"
    asks_for = ("labels", "raw text")
