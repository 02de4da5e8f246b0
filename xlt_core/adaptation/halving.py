"""A trainer that computes a step in halves where memory runs out."""

from __future__ import annotations

import gc
import math
from typing import Any

import torch

from xlt_core.models.memory import is_out_of_memory
from xlt_core.records import InputError

SHORT = "The model ran out of memory; take fewer rows a step, shorter rows or a smaller model."


class HalvesBatches:
    """Halves the rows that are computed at once where the memory does not suffice, and adds up their gradients: stands
    before the trainer's class."""

    parts, progress = 1, None

    def training_step(self, model: Any, inputs: dict[str, Any], num_items_in_batch: Any = None) -> torch.Tensor:
        rows = len(inputs["input_ids"])
        while True:
            try:
                size = math.ceil(rows / self.parts)
                pieces = [
                    {name: whole[at : at + size] for name, whole in inputs.items()} for at in range(0, rows, size)
                ]
                step = super().training_step
                return sum(step(model, piece, num_items_in_batch) for piece in pieces)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
            # Outside of the handler: its traceback holds on to the tensors that fill the memory.
            self._halve(model, rows)

    def _halve(self, model: Any, rows: int) -> None:
        if self.parts >= rows or self.accelerator.num_processes > 1:
            raise InputError(SHORT)
        self.parts *= 2
        model.zero_grad(set_to_none=True)
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        size = math.ceil(rows / self.parts)
        self.progress.note(f"Memory ran out: each step is now computed in parts of {size} rows.")
