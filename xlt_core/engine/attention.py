"""Attention of many rows to one prefix that they share, without a copy of the prefix for each row.

Attention is computed in two parts: to the prefix, which is one large matrix product for all rows at once, and to a
row's own tokens. Each part gives its output and the logarithm of the sum of its weights, from which the parts are
combined. In the same way a sink (a learned score that takes weight and gives nothing) is a part without an output.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from xlt_core.engine import masks

Part = tuple[torch.Tensor, torch.Tensor]  # (rows, length, heads, size), and the sums' logarithms (rows, length, heads)


def _attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers calls for a layer. query: (rows, heads, length, size). Returns (rows, length, heads, size).

    more: softcap, the largest score, approached smoothly; s_aux, the score of each head's sink; and what else it gives.
    """
    softcap, s_aux = more.pop("softcap", None), more.pop("s_aux", None)
    layout = masks.current()
    shares = layout is not None and bool(layout.prefix)
    if not shares and softcap is None and s_aux is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **more)
    if more.get("position_bias") is not None:
        raise ValueError("a bias by position cannot be split into two parts")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    mask = _causal(query, key) if attention_mask is None else attention_mask
    found, total = _grouped_query(query, key, value, mask, scale, softcap)
    if shares:
        prefix, prefix_mask = layout.prefix[module.layer_idx], layout.prefix_mask(attention_mask)
        if prefix_mask.start < prefix[0].shape[-2]:
            found, total = _merge((found, total), _to_prefix(query, prefix, prefix_mask, scale, softcap))
    if s_aux is not None:
        found = found * torch.sigmoid(total - s_aux.float()).to(found.dtype)[..., None]
    return found, None


def _to_prefix(query: torch.Tensor, prefix: Part, mask: masks.PrefixMask, scale: float, softcap: float | None) -> Part:
    """Attention of all rows to the prefix, as if they were one row."""
    rows, heads, length, size = query.shape
    key, value = (part[:, :, mask.start :] for part in prefix)
    flat = query.transpose(1, 2).reshape(1, rows * length, heads, size).transpose(1, 2)
    found, total = _grouped_query(flat, key, value, mask.mask, scale, softcap)
    return found.view(rows, length, heads, -1), total.view(rows, length, heads)


def _merge(one: Part, other: Part) -> Part:
    """Attention to what two parts attend to together."""
    (found, total), (more, more_total) = one, other
    weight = torch.sigmoid(more_total - total).to(found.dtype)
    return torch.lerp(found, more, weight[..., None]), torch.logaddexp(total, more_total)


def _causal(query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
    """The mask of tokens that attend to all before them, of which the last are the query's."""
    allowed = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool, device=query.device)
    return masks.additive_mask(allowed.tril(key.shape[-2] - query.shape[-2])[None, None], query.dtype)


def _grouped_query(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float,
    softcap: float | None = None,
) -> Part:
    """Grouped-query attention: the query heads that share a key head become further positions of one head."""
    rows, heads, length, size = query.shape
    group = heads // key.shape[1]
    query = query.unflatten(1, (-1, group)).transpose(2, 3).reshape(rows, -1, length * group, size)
    if mask is not None and group > 1:
        mask = mask.repeat_interleave(group, -2)
    found, total = _weighted(query, key, value, mask, scale, softcap)
    found = found.unflatten(2, (length, group)).transpose(1, 2)
    total = total.unflatten(2, (length, group)).transpose(1, 2)
    return found.reshape(rows, length, heads, -1), total.reshape(rows, length, heads)


def _weighted(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float,
    softcap: float | None = None,
) -> Part:
    """Attention and the logarithm of the sum of its weights, for as many query heads as key heads."""
    if query.device.type == "cpu" and key.shape[-1] == value.shape[-1] and softcap is None:
        return torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            query, key, value, attn_mask=mask, scale=scale
        )
    return _eager(query, key, value, mask, scale, softcap)


def _eager(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    scale: float,
    softcap: float | None = None,
) -> Part:
    """The same from its definition, in float32, for any device."""
    scores = (query.float() * scale) @ key.float().mT
    scores = scores if softcap is None else torch.tanh(scores / softcap) * softcap
    scores = scores if mask is None else scores + mask
    total = scores.logsumexp(-1)
    return ((scores - total[..., None]).exp() @ value.float()).to(value.dtype), total


AttentionInterface.register(masks.NAME, _attention)
