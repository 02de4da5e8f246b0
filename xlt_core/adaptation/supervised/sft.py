"""Supervised fine-tuning by trl: its trainer in place of that of transformers, with the same checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from xlt_core.adaptation.halving import HalvesBatches
from xlt_core.adaptation.records import Base
from xlt_core.adaptation.trainer import Learning, Progress, Run, arguments, run_through


class _Trainer(HalvesBatches, SFTTrainer):
    """Computes the output product where an answer stands, and nowhere else."""

    def create_model_card(self, *given: Any, **named: Any) -> None:
        """None for a checkpoint: the card is written once, at the end."""


def fit(base: Base, objective: Learning, rows: Sequence[Any], run: Run, progress: Progress) -> bool:
    """As trainer.fit, of rows that hold input_ids and labels."""
    more = {"max_length": None, "dataset_kwargs": {"skip_prepare_dataset": True}}
    given = arguments(base, run, kind=SFTConfig, **more)
    trainer = _Trainer(model=base.model, args=given, train_dataset=Dataset.from_list(list(rows)),
                       data_collator=objective.collate, processing_class=base.tokenizer)  # fmt: skip
    return run_through(trainer, run, progress)
