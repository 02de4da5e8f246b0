"""Pairs of a right and a wrong answer as tokens, and the loss by which the right one is preferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch.nn.functional import logsigmoid

from xlt_core.adaptation.records import Base
from xlt_core.adaptation.supervised import prompted
from xlt_core.adaptation.supervised.prompted import ROWS, Row
from xlt_core.adaptation.supervised.task_rows import TaskRows

Pair = dict[str, Row]
SIDES = ("chosen", "rejected")


def pairs_of(base: Base, given: TaskRows) -> list[Pair]:
    """Both answers of each row behind its prompt. Raises InputError where none fits."""
    sides = (prompted.encoded(base, replace(given, rows=rows)) for rows in (given.rows, given.wrong))
    return prompted.fitting(base, (dict(zip(SIDES, both, strict=True)) for both in zip(*sides, strict=True)
                                   if all(both)))  # fmt: skip


def collate(pairs: Sequence[Pair]) -> dict[str, torch.Tensor]:
    """Tensors of the shape (pairs, 2, tokens), the chosen answer first, so that a batch can be cut between pairs."""
    batch = prompted.collate([pair[side] for pair in pairs for side in SIDES])
    batch["completion_mask"] = (batch.pop("labels") != -100).long()
    return {name: tensor.unflatten(0, (-1, 2)) for name, tensor in batch.items()}


def in_a_column(batch: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same as trl has it: all that are chosen, then all that are rejected."""
    return {name: tensor.transpose(0, 1).flatten(0, 1) for name, tensor in batch.items()}


def loss(model: Any, batch: Mapping[str, torch.Tensor], beta: float) -> torch.Tensor:
    """-log sigmoid(beta * margin), in nats a pair: by how much more likely the chosen answer became than the rejected
    one, since the adapter was new."""
    own = _likelihoods(model, batch)
    with torch.no_grad(), model.disable_adapter():
        former = _likelihoods(model, batch)
    chosen, rejected = (own - former).unbind(1)
    return -logsigmoid(beta * (chosen - rejected)).mean()


@torch.inference_mode()
def share_preferred(base: Base, given: TaskRows) -> float:
    """The share of pairs of which the right answer is likelier."""
    base.model.eval()
    pairs, found = pairs_of(base, given), 0
    for at in range(0, len(pairs), ROWS):
        batch = {name: tensor.to(base.model.device) for name, tensor in collate(pairs[at : at + ROWS]).items()}
        chosen, rejected = _likelihoods(base.model, batch).unbind(1)
        found += int((chosen > rejected).sum())
    return found / len(pairs)


def _likelihoods(model: Any, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Log-likelihood of each answer, (pairs, 2). The output product is computed where some row has an answer only."""
    ids, mask, answers = (batch[name].flatten(0, 1) for name in ("input_ids", "attention_mask", "completion_mask"))
    read = answers[:, 1:].any(0).nonzero().squeeze(1)
    logits = model(input_ids=ids, attention_mask=mask, logits_to_keep=read).logits.float()
    found = logits.log_softmax(-1).gather(2, ids[:, 1:][:, read, None].to(logits.device)).squeeze(2)
    return (found * answers[:, 1:][:, read].to(logits.device)).sum(1).unflatten(0, (-1, 2))
