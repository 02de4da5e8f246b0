"""`chance`: a label drawn by the seed, each as likely; no model."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from random import Random

from xlt_core.baselines.answering import LABELS_ONLY, Answering
from xlt_core.contracts import Setting, Solver, Strategy
from xlt_core.records import Example, Prediction, Reply


@dataclass(frozen=True)
class Chance(Strategy):
    """One throw of the dice for each text, the same for the same text and seed."""

    title = "Chance"
    summary = "No model: a label drawn by the seed."
    needs = ()
    reads_items = False

    def unsuited(self, answer_kind: str) -> str:
        return "" if answer_kind == "label" else LABELS_ONLY

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        def answer(example: Example) -> Prediction:
            drawn = Random(f"chance {setting.seed} {example.id} {example.text}").choice(example.choices)
            return Prediction(example.id, drawn, valid=True)

        yield "no model: labels drawn by the seed"
        return Answering(setting.task, answer)
