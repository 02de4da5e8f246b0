"""`instruct`: the prompt of `prompt`, to weights tuned on prompts of the task's train rows (arXiv 2506.19187)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.strategies._adapted import OnAdapted


@dataclass(frozen=True)
class Instructed(OnAdapted):
    """Few-shot prompting of a model that was tuned to answer such prompts."""

    title = "Instruct"
    summary = "Demonstrations and input stay in the language; a model tuned on prompts of train rows answers."
    paper = "Toukmaji & Flanigan 2025, arXiv 2506.19187"
    objective = "instruct"
    transfers = True
    asks_for = ("labels",)
