"""Rows of tokens as batches, and the loss of next-token prediction on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy


def collate(rows: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
    """Rows as a batch; what fills up a short one is not learned."""
    length = max(map(len, rows))
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    real = torch.zeros(len(rows), length, dtype=torch.long)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.from_numpy(np.asarray(row, dtype=np.int64))
        real[index, : len(row)] = 1
    return {"input_ids": ids, "labels": ids.masked_fill(real == 0, -100), "attention_mask": real}


def next_token_loss(model: Any, batch: Mapping[str, torch.Tensor], count: Any = None) -> torch.Tensor:
    """In nats: summed over the labels of the batch and divided by `count`, or by how many it has."""
    outputs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
    return label_loss(outputs.logits, batch["labels"], count)


def label_loss(logits: torch.Tensor, labels: torch.Tensor, count: Any = None) -> torch.Tensor:
    """The same of logits (rows, tokens, vocabulary) and labels (rows, tokens), of which -100 are not learned."""
    logits, targets = logits[:, :-1].float(), labels[:, 1:].to(logits.device)
    total = cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
    return total / (count if count is not None else (targets != -100).sum())
