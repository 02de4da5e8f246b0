"""`distil`: self-distillation, the model's own answers by way of English as targets (compare arXiv 2309.17134)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xlt_core.adaptation.records import Adaptation
from xlt_core.adaptation.supervised.objective import Supervised
from xlt_core.adaptation.supervised.task_rows import TaskRows, by_the_model, without_gold
from xlt_core.prompting.fewshot import knob


@dataclass(frozen=True)
class Distil(Supervised):
    """The strategy `translate` answers train inputs without demonstrations; the model learns to give the same answers
    to the inputs as they are. No gold label is read."""

    title = "Distil"
    summary = "Learns its own answers to the English of train inputs, for the inputs in the language; reads no labels."
    paper = "Compare Carrino et al. 2023, arXiv 2309.17134; Wu et al. 2020, arXiv 2004.12440"

    reading = "asking the model by way of English"

    pivot: Literal["machine", "human"] = knob(
        "machine", "Pivot", "Whose English the model answers: the translator's, or the data's own."
    )
    translator: str = knob("pocket", "Translator", "To English.")
    calibration: Literal["none", "contextual", "pmi"] = knob(
        "contextual", "Calibration", "Of the labels' likelihoods in those answers."
    )

    def task_rows(self, plan: Adaptation) -> TaskRows:
        blank = without_gold(plan, self.task, self.samples)
        return by_the_model(plan, blank, self.translator, {"pivot": self.pivot, "calibration": self.calibration})
