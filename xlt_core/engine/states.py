"""What a model keeps of the tokens it has seen: keys and values, or the states of its recurrent layers.

Unlike keys and values, a state holds for all its tokens at once: it continues after them, and cannot be cut.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from functools import partial

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


def keep_in_cache(model: PreTrainedModel) -> None:
    """Lets RecurrentGemma keep what its recurrent layers saw in the cache, like other models, and not in the layers
    themselves, where no row can be copied and no second token of a pass sees it."""
    blocks = (getattr(layer, "temporal_block", None) for layer in getattr(model.base_model, "layers", ()))
    for index, block in enumerate(blocks):
        if hasattr(block, "rg_lru"):
            block.forward = partial(_recurrent_block, block, index)


def _recurrent_block(
    block: torch.nn.Module,
    index: int,
    input_states: torch.Tensor,
    position_ids: torch.Tensor,
    past_key_values: Cache | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """The block's output (rows, width, hidden size): a causal convolution and a linear recurrence, gated (Griffin,
    arXiv 2402.19427), which go on from the states in the cache."""
    layer = past_key_values.layers[index] if past_key_values is not None else None
    new = block.linear_x(input_states).transpose(1, 2)
    before = layer.conv_states[0] if layer is not None else None
    if before is None:
        before = new.new_zeros(*new.shape[:2], block.conv1d_width - 1)
    seen = torch.cat([before, new], -1)
    convolved = torch.nn.functional.conv1d(seen, block.conv_1d.weight, block.conv_1d.bias, groups=len(new[0]))
    block.rg_lru.recurrent_states = layer.recurrent_states[0] if layer is not None else None
    states = block.rg_lru(convolved.transpose(1, 2), position_ids)
    if layer is not None:
        layer.device = new.device
        layer.conv_states[0], layer.recurrent_states[0] = seen[..., new.shape[2] :], block.rg_lru.recurrent_states
        layer.is_conv_states_initialized[0] = layer.is_recurrent_states_initialized[0] = True
    block.rg_lru.recurrent_states = None
    return block.linear_out(states * block.act_fn(block.linear_y(input_states))), None


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
