"""How well a model predicts text, as bits per byte, which are comparable across tokenizers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import cross_entropy

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LONGEST = 1024  # tokens that are read at once
BATCH_TOKENS = 2048  # in a batch, padding included; 32-bit logits of 49,152 tokens take 0.4 GB


def bits_per_byte(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> float:
    """Negative log-likelihood of the texts in nats, over ln 2 times their UTF-8 bytes.

    Each text is read on its own, after the tokenizer's first token or, where it has none, the end-of-text token. A long
    one is read in windows that share one token, so that every token is predicted once.
    """
    model.eval()
    rows = tokenizer(list(texts), verbose=False)["input_ids"]
    parts = batches(windows(model, tokenizer, rows))
    return bits(sum(negative_log_likelihood(model, batch) for batch in parts), texts)


def bits(nats: float, texts: Sequence[str]) -> float:
    """Nats of the texts as bits per byte."""
    return nats / (math.log(2) * sum(len(text.encode()) for text in texts))


def windows(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[Sequence[int]]
) -> list[list[int]]:
    """What is read at once, the shortest first. rows: the texts' tokens, as the tokenizer gives them."""
    config = model.config.get_text_config(decoder=True)
    length = min(LONGEST, getattr(config, "max_position_embeddings", None) or LONGEST)
    first = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    found = []
    for ids in map(list, rows):
        whole = ids if first is None or ids[:1] == [first] else [first, *ids]
        found += [whole[at : at + length] for at in range(0, len(whole) - 1, length - 1)]
    return sorted(found, key=len)


def batches(windows: Sequence[list[int]], tokens: int = BATCH_TOKENS) -> Iterator[list[list[int]]]:
    """Windows of like length together. tokens: in a batch, padding included."""
    batch: list[list[int]] = []
    for window in windows:
        if batch and (len(batch) + 1) * len(window) > tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


@torch.inference_mode()
def negative_log_likelihood(model: PreTrainedModel, windows: Sequence[list[int]]) -> float:
    """Summed over the windows, in nats."""
    longest = max(map(len, windows))
    ids = torch.tensor([window + [0] * (longest - len(window)) for window in windows]).to(model.device)
    real = torch.tensor([[1] * len(window) + [0] * (longest - len(window)) for window in windows]).to(model.device)
    logits = model(input_ids=ids, attention_mask=real).logits[:, :-1]
    targets = ids[:, 1:].masked_fill(real[:, 1:] == 0, -100)
    rows = zip(logits, targets, strict=True)  # a row at a time: 32-bit logits of a large vocabulary fill the memory
    return sum(cross_entropy(row.float(), target, reduction="sum").item() for row, target in rows)
