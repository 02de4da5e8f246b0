"""`align`: the prompt of `prompt`, to weights in which the language lies nearer to English (arXiv 2502.14830)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.strategies._adapted import OnAdapted


@dataclass(frozen=True)
class Aligned(OnAdapted):
    """Few-shot prompting of a model that was adapted by contrast on parallel sentences."""

    title = "Align"
    summary = (
        "Demonstrations and input stay in the language; a model whose sentences were brought near to English answers."
    )
    paper = "Liu & Niehues 2025, arXiv 2502.14830; Li et al. 2024, arXiv 2311.08089"
    objective = "align"
    asks_for = ("labels", "parallel data")
