"""What one training step takes: seconds, tokens and memory, measured on the model as it will be trained."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch

from xlt_core.adaptation.trainer import Learning
from xlt_core.models.memory import is_out_of_memory

OPTIMIZER = 2 * 4  # bytes a trained weight: two moments in 32 bits


@dataclass(frozen=True)
class Cost:
    """Of one step. seconds: the mean over the kinds of step; memory: bytes, all that training holds at its peak."""

    seconds: float
    tokens: int
    memory: int


def step_cost(model: Any, objective: Learning, rows: Sequence[Any]) -> Cost:
    """By a forward and a backward pass of each kind; in halves, as in training, where memory runs out."""
    try:
        return _measured(model, objective, rows)
    except RuntimeError as error:
        if len(rows) < 2 or not is_out_of_memory(error):
            raise
    model.zero_grad(set_to_none=True)
    half = step_cost(model, objective, rows[: len(rows) // 2])
    return replace(half, seconds=2 * half.seconds, tokens=2 * half.tokens)


def _measured(model: Any, objective: Learning, rows: Sequence[Any]) -> Cost:
    """Of two tries of each kind of step the second is timed, when all is warm."""
    batch = {name: tensor.to(model.device) for name, tensor in objective.collate(rows).items()}
    model.train()
    took, kept = [], []
    for step in range(2 * objective.cycle):
        began = time.perf_counter()
        with _saved(model) as saved, torch.autocast(model.device.type, torch.bfloat16):
            loss = objective.loss(model, batch, None, step)
        loss.backward()
        loss.item()
        took.append(time.perf_counter() - began)
        kept.append(sum(saved.values()))
    model.zero_grad(set_to_none=True)
    return Cost(sum(took[objective.cycle :]) / objective.cycle, int(batch["attention_mask"].sum()),
                _weights(model) + max(kept))  # fmt: skip


def _weights(model: Any) -> int:
    """Bytes of the weights and, of those that are trained, of gradients and the optimizer."""
    weights = list(model.parameters())
    trained = sum(weight.numel() * (weight.element_size() + OPTIMIZER) for weight in weights if weight.requires_grad)
    return trained + sum(weight.numel() * weight.element_size() for weight in weights)


@contextmanager
def _saved(model: Any) -> Iterator[Mapping[int, int]]:
    """Bytes by address of what the forward pass within keeps for the backward pass, beside the weights."""
    own, found = {weight.data_ptr() for weight in model.parameters()}, {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        address = tensor.untyped_storage().data_ptr()
        if address not in own:
            found[address] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield found
