"""Attention of many rows to one prefix that they share, without a copy of the prefix for each row.

Attention is computed in two parts: to the prefix, which is one large matrix product for all rows at once, and to a
row's own tokens. Each part gives its output and the logarithm of the sum of its weights, from which the parts are
combined.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, DynamicCache, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

NAME = "xlt_shared_prefix"
KeyValues = Sequence[tuple[torch.Tensor, torch.Tensor]]  # of each layer: (rows, heads, tokens, head size)
_active = threading.local()


def install(model: PreTrainedModel) -> bool:
    """Gives the model this attention if it works there, which is tried on a few tokens; returns whether it does."""
    if model.config._attn_implementation != "sdpa" or not model._can_set_attn_implementation():
        return False
    model.set_attn_implementation(NAME)
    try:
        works = _largest_difference(model) < max(1e-3, 64 * torch.finfo(model.dtype).eps)
    except (RuntimeError, TypeError, ValueError, AttributeError):  # a model with an attention of another kind
        works = False
    if not works:
        model.set_attn_implementation("sdpa")
    return works


@torch.inference_mode()
def _largest_difference(model: PreTrainedModel) -> float:
    """The largest difference between next-token log-probabilities (nats) with the prefix shared, and without."""
    ids, positions = (torch.tensor([numbers], device=model.device) for numbers in ([5, 4, 3, 2, 1, 6], range(6)))
    cache = DynamicCache(config=model.config)
    whole = model(input_ids=ids, position_ids=positions).logits[0, -1]
    model(input_ids=ids[:, :3], position_ids=positions[:, :3], past_key_values=cache, use_cache=True)
    mask = torch.full((1, 1, 3, 3), torch.finfo(model.dtype).min, dtype=model.dtype, device=model.device).triu(1)
    with shared_prefix([(layer.keys, layer.values) for layer in cache.layers]):
        output = model(input_ids=ids[:, 3:], position_ids=positions[:, 3:], attention_mask=mask, use_cache=False)
    shared = output.logits[0, -1]
    return float((whole.float().log_softmax(-1) - shared.float().log_softmax(-1)).abs().max())


@contextmanager
def shared_prefix(key_values: KeyValues) -> Iterator[None]:
    """In this thread's forward passes, every row attends to these keys and values of one row before its own."""
    _active.prefix = key_values
    try:
        yield
    finally:
        _active.prefix = ()


def _attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls for a layer. query: (rows, heads, length, size). Returns (rows, length, heads, size)."""
    prefix = getattr(_active, "prefix", ())
    if not prefix:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **more)
    rows, heads, length, size = query.shape
    scale = size**-0.5 if scaling is None else scaling
    own, own_sum = _grouped_query(query, key, value, attention_mask, scale)
    flat = query.transpose(1, 2).reshape(1, rows * length, heads, size).transpose(1, 2)
    shared, shared_sum = _grouped_query(flat, *prefix[module.layer_idx], None, scale)
    weight = torch.sigmoid(shared_sum.view_as(own_sum) - own_sum).to(own.dtype)
    return torch.lerp(own, shared.view_as(own), weight[..., None]), None


def _grouped_query(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Grouped-query attention: the query heads that share a key head become further positions of one head.

    Returns (rows, length, heads, size) and the logarithm of the sum of the weights, (rows, length, heads).
    """
    rows, heads, length, size = query.shape
    group = heads // key.shape[1]
    query = query.unflatten(1, (-1, group)).transpose(2, 3).reshape(rows, -1, length * group, size)
    if mask is not None and group > 1:
        mask = mask.repeat_interleave(group, -2)
    found, total = _weighted(query, key, value, mask, scale)
    found = found.unflatten(2, (length, group)).transpose(1, 2)
    total = total.unflatten(2, (length, group)).transpose(1, 2)
    return found.reshape(rows, length, heads, -1), total.reshape(rows, length, heads)


def _weighted(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention and the logarithm of the sum of its weights, for as many query heads as key heads."""
    if query.device.type == "cpu" and key.shape[-1] == value.shape[-1]:
        return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            query, key, value, attn_mask=mask, scale=scale
        )
    return _eager(query, key, value, mask, scale)


def _eager(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same from its definition, in float32, for any device."""
    scores = (query.float() * scale) @ key.float().mT
    scores = scores if mask is None else scores + mask
    total = scores.logsumexp(-1)
    return ((scores - total[..., None]).exp() @ value.float()).to(value.dtype), total


AttentionInterface.register(NAME, _attention)
AttentionMaskInterface.register(NAME, sdpa_mask)
