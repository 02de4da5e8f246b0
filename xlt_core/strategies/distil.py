"""`distil`: the prompt of `prompt`, to weights that learned their own English answers (self-distillation)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.strategies._adapted import OnAdapted


@dataclass(frozen=True)
class Distilled(OnAdapted):
    """Few-shot prompting of a model that learned from its own answers by way of English."""

    title = "Distil"
    summary = "Demonstrations and input stay in the language; a model that learned its own English answers answers."
    paper = "Compare Carrino et al. 2023, arXiv 2309.17134; Wu et al. 2020, arXiv 2004.12440"
    objective = "distil"
    asks_for = ("labels", "a translator")
