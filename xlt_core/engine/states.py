"""What a model keeps of the tokens it has seen: keys and values, or the states of its recurrent layers.

Unlike keys and values, a state holds for all its tokens at once: it continues after them, and cannot be cut.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import Cache


def empty(model: PreTrainedModel) -> Cache:
    return DynamicCache(config=model.config)


def select(cache: Cache, rows: Sequence[int]) -> Cache:
    """A copy of the given rows, each as often as it is named. What later runs on it does not change the original."""
    selected = copy.copy(cache)
    selected.layers = [_copy(layer) for layer in cache.layers]
    selected.reorder_cache(torch.tensor(rows))
    return selected


def nbytes(cache: Cache) -> int:
    return sum(tensor.nbytes for layer in cache.layers for tensor in _tensors(layer))


def _copy(layer: object) -> object:
    """A copy that shares the tensors; a recurrent layer has them in dictionaries."""
    copied = copy.copy(layer)
    for name, value in vars(layer).items():
        if isinstance(value, dict):
            setattr(copied, name, dict(value))
    return copied


def _tensors(layer: object) -> Iterator[torch.Tensor]:
    for value in vars(layer).values():
        for tensor in value.values() if isinstance(value, dict) else [value]:
            if isinstance(tensor, torch.Tensor):
                yield tensor
