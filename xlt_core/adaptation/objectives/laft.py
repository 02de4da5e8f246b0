"""`laft`: next-token prediction on plain text of the language (Toukmaji 2024, arXiv 2403.06018)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.adaptation.objective import Objective


@dataclass(frozen=True)
class Laft(Objective):
    """Language-adaptive fine-tuning: all of it is what every objective does by default."""

    title = "LAFT"
    summary = "Predicts the next token of plain text in the language."
    paper = "Toukmaji 2024, arXiv 2403.06018"
