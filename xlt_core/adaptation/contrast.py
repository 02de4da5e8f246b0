"""Contrast between sentences and their translations (InfoNCE), on the hidden states of one layer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

NEVER = -1e9  # a logit that no softmax takes


def sentence_vectors(model: Any, ids: Tensor, real: Tensor, layer: int, last_token: bool) -> Tensor:
    """(n, width) in 32 bits, of sentences (n, tokens): the mean over tokens, or the last one. layer: 0 is the input
    embeddings; -1 is the middle one."""
    states = model(input_ids=ids, attention_mask=real, output_hidden_states=True, logits_to_keep=1).hidden_states
    chosen = states[(len(states) - 1) // 2 if layer < 0 else layer].float()
    if last_token:
        return chosen[torch.arange(len(ids), device=ids.device), real.sum(1) - 1]
    return (chosen * real[:, :, None]).sum(1) / real.sum(1, keepdim=True)


def contrastive_loss(own: Tensor, english: Tensor, same: Tensor, temperature: float) -> Tensor:
    """In nats: that each sentence picks its translation among those of the batch by cosine, and the other way round.

    own, english: (n, width), pairs in the same place; same: (n, n), where two pairs share a side, which are not held
    apart.
    """
    with torch.autocast(own.device.type, enabled=False):
        logits = normalize(own, dim=1) @ normalize(english, dim=1).T / temperature
        apart = ~torch.eye(len(own), dtype=torch.bool, device=own.device)
        logits = logits.masked_fill(same & apart, NEVER)
        targets = torch.arange(len(own), device=own.device)
        return (cross_entropy(logits, targets) + cross_entropy(logits.T, targets)) / 2


def shared_sides(ids: Tensor) -> Tensor:
    """(n, n): which pairs (n, 2, tokens) have the same sentence on either side."""
    equal = (ids[:, None] == ids[None]).all(-1)
    return equal.any(-1)
