"""Direct preference optimization by trl: its trainer in place of that of transformers, with the same checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from datasets import Dataset
from trl import DPOConfig, DPOTrainer

from xlt_core.adaptation.halving import HalvesBatches
from xlt_core.adaptation.records import Base
from xlt_core.adaptation.supervised.preference import in_a_column
from xlt_core.adaptation.trainer import Progress, Run, arguments, run_through
from xlt_core.models import pretrained

REFERENCE = "ref"  # the adapter in which trl keeps what the model began as


class _Trainer(HalvesBatches, DPOTrainer):
    """Takes pairs that are tokens already."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        share = len(inputs["input_ids"]) / self.args.per_device_train_batch_size  # less than 1 where memory ran out
        return super().compute_loss(model, in_a_column(inputs)) * share

    def create_model_card(self, *given: Any, **named: Any) -> None:
        """None for a checkpoint: the card is written once, at the end."""


def fit(base: Base, objective: Any, rows: Sequence[Any], run: Run, progress: Progress) -> bool:
    """As trainer.fit, of pairs. objective: with beta."""
    given = arguments(base, run, kind=DPOConfig, max_length=None, beta=objective.beta)
    trainer = _Trainer(model=base.model, args=given, train_dataset=Dataset.from_list(list(rows)),
                       data_collator=objective.collate, processing_class=base.tokenizer)  # fmt: skip
    with pretrained.hide_peft_warning():
        ended = run_through(trainer, run, progress)
    base.model.delete_adapter(REFERENCE)
    return ended
