"""`dpo`: direct preference optimization, the gold answer before the model's own wrong one (arXiv 2305.18290)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xlt_core.adaptation.objective import Material, Split, english, halves
from xlt_core.adaptation.records import Adaptation, Base
from xlt_core.adaptation.supervised.objective import OfGold
from xlt_core.adaptation.supervised.task_rows import TaskRows, with_wrong
from xlt_core.prompting.fewshot import knob

if TYPE_CHECKING:
    import torch

    from xlt_core.adaptation.trainer import Progress, Run


@dataclass(frozen=True)
class DPO(OfGold):
    """Of each train row two answers to the prompt of `prompt` without demonstrations: the gold one, and the model's
    likeliest wrong label or, of other tasks, what it writes. Trained by trl's DPOTrainer; the model that it is held
    near is the one that it began as."""

    title = "DPO"
    summary = "Learns to prefer the right answers of a task's train rows to the model's own wrong ones."
    paper = "Rafailov et al. 2023, arXiv 2305.18290"
    methods = ("lora",)
    unit = "nats a pair"
    reading = "asking the model for its own answers"

    beta: float = knob(0.1, "Beta", "How near the model is held to the one that it began as.", (0, 100))

    def task_rows(self, plan: Adaptation) -> TaskRows:
        return with_wrong(plan, super().task_rows(plan))

    def split(self, plan: Adaptation, material: Material) -> Split:
        given = material.more
        kept, rest = halves(list(zip(given.rows, given.wrong, strict=True)), plan)
        tested, learned = (replace(given, rows=rows, wrong=wrong)
                           for rows, wrong in (zip(*some, strict=True) for some in (kept, rest)))  # fmt: skip
        return Split(learned, {"eng": english()}, tested)

    def encoded(self, base: Base, given: TaskRows) -> Sequence[Any]:
        from xlt_core.adaptation.supervised import preference

        return preference.pairs_of(base, given)

    def collate(self, rows: Sequence[Any]) -> dict[str, torch.Tensor]:
        from xlt_core.adaptation.supervised import preference

        return preference.collate(rows)

    def loss(self, model: Any, batch: Mapping[str, torch.Tensor], count: Any = None, step: int = 0) -> torch.Tensor:
        from xlt_core.adaptation.supervised import preference

        return preference.loss(model, batch, self.beta)

    def measure(self, base: Base, split: Split) -> dict[str, float]:
        """Of rows that are held out."""
        from xlt_core.adaptation.supervised import preference

        right = {"right answers that are likelier, held out": preference.share_preferred(base, split.more)}
        return right | super().measure(base, split)

    def fit(self, base: Base, rows: Sequence[Any], run: Run, progress: Progress) -> bool:
        from xlt_core.adaptation.supervised import dpo

        return dpo.fit(base, self, rows, run, progress)
