"""`instruct`: supervised tuning on prompts of a task's train rows (arXiv 2506.19187; BayLing, arXiv 2306.10968)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.adaptation.supervised.objective import OfGold


@dataclass(frozen=True)
class Instruct(OfGold):
    """All of it is what tuning on gold answers is by default."""

    title = "Instruct"
    summary = "Learns to answer prompts of the task's train rows, in the language, in English, or translated."
    paper = "Toukmaji & Flanigan 2025, arXiv 2506.19187; Zhang et al. 2023, arXiv 2306.10968"
