"""Attention of many rows to one beginning that they share, of which no row holds a copy.

What a row attends to is in two parts, the beginning and its own tokens. The first is one large matrix product for all
rows at once. Each part gives its result and the logarithm of its weights' sum, by which the two are put together.
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

NAME = "xlt_shared"
Layers = Sequence[tuple[torch.Tensor, torch.Tensor]]  # keys and values of each layer: (rows, heads, tokens, head size)
_here = threading.local()


def install(model: PreTrainedModel) -> bool:
    """Lets the model attend to shared beginnings; whether it can, which is tried on a few tokens."""
    if model.config._attn_implementation != "sdpa" or not model._can_set_attn_implementation():
        return False
    model.set_attn_implementation(NAME)
    try:
        able = _apart(model) < max(1e-3, 64 * torch.finfo(model.dtype).eps)
    except (RuntimeError, TypeError, ValueError, AttributeError):  # a model with an attention of another kind
        able = False
    if not able:
        model.set_attn_implementation("sdpa")
    return able


@torch.inference_mode()
def _apart(model: PreTrainedModel) -> float:
    """How far apart (nats) the model's words on a text are when it attends to the text in two parts, and as a whole."""
    ids, positions = (torch.tensor([numbers], device=model.device) for numbers in ([5, 4, 3, 2, 1, 6], range(6)))
    cache = DynamicCache(config=model.config)
    whole = model(input_ids=ids, position_ids=positions).logits[0, -1]
    model(input_ids=ids[:, :3], position_ids=positions[:, :3], past_key_values=cache, use_cache=True)
    mask = torch.full((1, 1, 3, 3), torch.finfo(model.dtype).min, dtype=model.dtype, device=model.device).triu(1)
    with beginning([(layer.keys, layer.values) for layer in cache.layers]):
        parts = model(input_ids=ids[:, 3:], position_ids=positions[:, 3:], attention_mask=mask, use_cache=False)
    found = parts.logits[0, -1]
    return float((whole.float().log_softmax(-1) - found.float().log_softmax(-1)).abs().max())


@contextmanager
def beginning(layers: Layers) -> Iterator[None]:
    """Every row of the forward passes in this thread begins with these layers, which are of one row."""
    _here.layers = layers
    try:
        yield
    finally:
        _here.layers = ()


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls for a layer. query: (rows, heads, places, size). Returns (rows, places, heads, size)."""
    layers = getattr(_here, "layers", ())
    if not layers:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **more)
    rows, heads, places, size = query.shape
    scale = size**-0.5 if scaling is None else scaling
    own, own_sum = _grouped(query, key, value, attention_mask, scale)
    flat = query.transpose(1, 2).reshape(1, rows * places, heads, size).transpose(1, 2)
    shared, shared_sum = _grouped(flat, *layers[module.layer_idx], None, scale)
    share = torch.sigmoid(shared_sum.view_as(own_sum) - own_sum).to(own.dtype)
    return torch.lerp(own, shared.view_as(own), share[..., None]), None


def _grouped(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention where several heads of the query may share one of the keys: these stand side by side as more places.

    Returns (rows, places, heads, size) and the logarithm of the weights' sum, (rows, places, heads).
    """
    rows, heads, places, size = query.shape
    group = heads // key.shape[1]
    query = query.unflatten(1, (-1, group)).transpose(2, 3).reshape(rows, -1, places * group, size)
    if mask is not None and group > 1:
        mask = mask.repeat_interleave(group, -2)
    found, total = _weighed(query, key, value, mask, scale)
    found = found.unflatten(2, (places, group)).transpose(1, 2)
    total = total.unflatten(2, (places, group)).transpose(1, 2)
    return found.reshape(rows, places, heads, -1), total.reshape(rows, places, heads)


def _weighed(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention, and the logarithm of the weights' sum, for as many heads of the query as of the keys."""
    if query.device.type == "cpu" and key.shape[-1] == value.shape[-1]:
        return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            query, key, value, attn_mask=mask, scale=scale
        )
    return _spelled_out(query, key, value, mask, scale)


def _spelled_out(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, scale: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same by its definition, in float32, for any device."""
    scores = (query.float() * scale) @ key.float().mT
    scores = scores if mask is None else scores + mask
    total = scores.logsumexp(-1)
    return ((scores - total[..., None]).exp() @ value.float()).to(value.dtype), total


AttentionInterface.register(NAME, _attend)
AttentionMaskInterface.register(NAME, sdpa_mask)
