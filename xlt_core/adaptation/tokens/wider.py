"""A model with new pieces in its tokenizer: their embeddings begin as means, and are trained beside a LoRA adapter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from xlt_core.adaptation.lora import with_lora
from xlt_core.adaptation.records import Base
from xlt_core.adaptation.tokens.pieces import widened


def with_pieces(model: Any, base: Base, documents: Iterable[str], pieces: int) -> Base:
    """The base with a wider tokenizer and model. Raises InputError for a tokenizer whose merges cannot be continued."""
    made = widened(base.tokenizer, documents, pieces)
    rows = max(made.new, default=0) + 1
    if rows > model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(rows, mean_resizing=False)
    names = _layers(model)
    for layer in names.values():
        _begin(layer.weight, made.new)
    trained = {name: sorted(made.new) for name in names} if made.new else None
    adapted = with_lora(model, base.plan, trainable_token_indices=trained)
    adapted.peft_config["default"].base_model_name_or_path = ""  # else each checkpoint holds all embeddings
    return replace(base, tokenizer=made.tokenizer, former=base.tokenizer, model=adapted)


@contextmanager
def as_before(base: Base) -> Iterator[Base]:
    """The base with the tokenizer that it had, and none of the new pieces possible: it computes what it did then."""
    new = torch.tensor(sorted({*base.tokenizer.get_vocab().values()} - {*base.former.get_vocab().values()}))
    hook = base.model.get_output_embeddings().register_forward_hook(
        lambda layer, given, logits: logits.index_fill(-1, new.to(logits.device), torch.finfo(logits.dtype).min)
    )
    try:
        yield replace(base, tokenizer=base.former)
    finally:
        hook.remove()


def _layers(model: Any) -> dict[str, Any]:
    """The layer of embeddings and, where it is another one, that of outputs, by the ends of their names."""
    own = model.get_input_embeddings(), model.get_output_embeddings()
    tied = own[0].weight is own[1].weight
    found = {name.rpartition(".")[2]: layer for name, layer in model.named_modules() if layer in own[: 1 + (not tied)]}
    return found


@torch.no_grad()
def _begin(weights: torch.Tensor, new: Mapping[int, Sequence[int]]) -> None:
    for token, old in new.items():
        weights[token] = weights[list(old)].float().mean(0).to(weights)
