"""Sentences as vectors, one behind each layer of a model, as MEXA takes them (Kargaran et al. 2024)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

BATCH_TOKENS = 2048  # tokens in a forward pass, padding included: a place to stop every few seconds
Batch = list[tuple[int, list[int]]]  # (index of the sentence, its tokens)


@dataclass(frozen=True)
class SentenceStates:
    """One sentence, (layers + 1, width) in 32 bits; the first is of the input embeddings. weighted: the mean over
    tokens, each weighted by its position, from 1; last: of the last token."""

    weighted: NDArray[np.float32]
    last: NDArray[np.float32]


def sentence_states(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, sentences: Sequence[str]
) -> list[SentenceStates]:
    """All sentences, with the tokens that the tokenizer itself puts around them. model: with or without an adapter of
    peft; of an encoder-decoder the encoder is read."""
    rows = tokenizer(list(sentences), verbose=False)["input_ids"]
    found = dict(pair for batch in batches(rows) for pair in states_of(model, batch))
    return [found[index] for index in range(len(sentences))]


def batches(rows: Sequence[Sequence[int]]) -> Iterator[Batch]:
    """Sentences of like length together."""
    batch: Batch = []
    for index in sorted(range(len(rows)), key=lambda index: len(rows[index])):
        if batch and (len(batch) + 1) * len(rows[index]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append((index, list(rows[index])))
    if batch:
        yield batch


@torch.inference_mode()
def states_of(model: PreTrainedModel, batch: Batch) -> Iterator[tuple[int, SentenceStates]]:
    """Yields (index, states) of one forward pass. A sentence without tokens is a vector of zeros."""
    network = _network(model.eval())
    longest = max(1, *(len(row) for _, row in batch))
    ids = torch.tensor([row + [0] * (longest - len(row)) for _, row in batch], device=model.device)
    real = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for _, row in batch], device=model.device)
    layers = network(input_ids=ids, attention_mask=real, output_hidden_states=True).hidden_states
    weights = real * torch.arange(1, longest + 1, device=model.device)
    shares = (weights / weights.sum(1, keepdim=True).clamp(min=1)).float()
    ends = (real.sum(1) - 1).clamp(min=0)
    at = torch.arange(len(batch), device=model.device)
    means = torch.stack([torch.einsum("bt,btw->bw", shares, layer.float()) for layer in layers], 1)
    lasts = torch.stack([layer[at, ends].float() for layer in layers], 1) * (real.sum(1) > 0)[:, None, None]
    for (index, _), mean, last in zip(batch, means.cpu().numpy(), lasts.cpu().numpy(), strict=True):
        yield index, SentenceStates(mean, last)


def stacked(states: Sequence[SentenceStates], kind: str) -> NDArray[np.float32]:
    """One kind of embedding of all sentences: (layers + 1, sentences, width)."""
    return np.stack([getattr(one, kind) for one in states], axis=1)


def _network(model: Any) -> Any:
    """What returns the hidden states, without the output product: of peft's wrapper too, whose adapter stays on."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return inner.get_encoder() if inner.config.is_encoder_decoder else inner.base_model
