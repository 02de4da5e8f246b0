"""Which way through the engine a model takes, found by its configuration and a trial of a few tokens at load."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from xlt_core.engine import (
    attention,  # noqa: F401 - registers the attention function
    kv_cache,
    masks,
)
from xlt_core.engine.masks import Layout

TRIAL = 6  # tokens, the first half of them as the prefix
CLOSE = 1e-4  # nats; or so many times the difference of the model to itself in another batch
NOISE = 16


@dataclass(frozen=True)
class Way:
    """shares_prefix: a prefix runs once, and all choices of an item in one row; own_masks: with this project's masks
    and attention; splits_attention: with no copy of the prefix in each row. reason: why no faster way is taken."""

    shares_prefix: bool
    own_masks: bool = False
    splits_attention: bool = False
    reason: str = ""

    def __str__(self) -> str:
        if not self.shares_prefix:
            return f"slow: every choice from its first token ({self.reason})"
        shared = "prefix shared" if self.splits_attention else "prefix copied to each row"
        return f"fast: {shared}, choices packed" + f" ({self.reason})" * bool(self.reason)


def choose(model: PreTrainedModel) -> Way:
    """The fastest way on which the model's answers stay the same; sets the attention that it needs."""
    if "position_ids" not in inspect.signature(model.forward).parameters:
        return Way(False, reason="the model takes no positions of tokens")
    if not all(isinstance(layer, DynamicLayer) for layer in DynamicCache(config=model.config).layers):
        return Way(False, reason="the model has recurrent layers")
    reason = install(model)
    if not reason:
        return Way(True, own_masks=True, splits_attention=True)
    reason_of_masks = install(model, splits=False)
    if not reason_of_masks:
        return Way(True, own_masks=True, reason=reason)
    full = kv_cache.has_full_attention(model.config)
    return Way(full, reason=reason_of_masks)


def install(model: PreTrainedModel, splits: bool = True) -> str:
    """Gives the model this project's masks and attention if its results stay the same; else returns why it keeps its
    own. splits: with the prefix apart from a row's own tokens."""
    own = model.config._attn_implementation
    if not model._can_set_attn_implementation():
        return "the model computes attention in a way of its own"
    expected, noise = _alone_and_beside(model)
    model.set_attn_implementation(masks.NAME)
    try:
        found = _continued(model, splits)
        reason = "" if _difference(found, expected) <= max(noise * NOISE, _least(model)) else "results would change"
    except (RuntimeError, TypeError, ValueError, AttributeError, IndexError, KeyError) as error:
        reason = f"its attention is of another kind: {' '.join(str(error).split())[:80]}"
    if reason:
        model.set_attn_implementation(own)
    return reason


def _least(model: PreTrainedModel) -> float:
    return max(CLOSE, 64 * torch.finfo(model.dtype).eps)


def _tokens(model: PreTrainedModel) -> torch.Tensor:
    """Token ids from the middle of the vocabulary: the first ones are often control tokens, with odd results."""
    size = model.get_input_embeddings().weight.shape[0]
    return torch.linspace(size // 3, size - 1 - size // 4, TRIAL, device=model.device).long()[None]


@torch.inference_mode()
def _alone_and_beside(model: PreTrainedModel) -> tuple[torch.Tensor, float]:
    """The next token's logits after the trial tokens, and how much they differ beside another row."""
    ids = _tokens(model)
    alone = model(input_ids=ids, use_cache=False).logits[:, -1]
    beside = model(input_ids=torch.cat([ids.flip(-1), ids]), use_cache=False).logits[1:, -1]
    return alone, _difference(alone, beside)


@torch.inference_mode()
def _continued(model: PreTrainedModel, splits: bool) -> torch.Tensor:
    """The same logits with the first half of the tokens as a prefix."""
    ids, half = _tokens(model), TRIAL // 2
    positions = torch.arange(TRIAL, device=model.device)[None]
    cache = kv_cache.StaticKVCache(kv_cache.layer_count(model.config), 1, half, ())
    layout = Layout(positions[:, :half], positions[:, :half], None, model.dtype)
    with masks.active(layout):
        model(input_ids=ids[:, :half], position_ids=positions[:, :half], past_key_values=cache, use_cache=True)
    if not layout.limited and not kv_cache.has_full_attention(model.config):
        raise ValueError("it does not ask for the masks of its windows")
    prefix = cache.key_values()
    own_positions = positions[:, half:] if splits else positions
    visible = torch.ones(1, 1, TRIAL - half, own_positions.shape[1], dtype=torch.bool, device=model.device)
    layout = Layout(positions[:, half:], own_positions, visible, model.dtype, prefix if splits else ())
    rest = kv_cache.StaticKVCache(len(prefix), 1, own_positions.shape[1], () if splits else prefix)
    with masks.active(layout):
        output = model(
            input_ids=ids[:, half:],
            position_ids=positions[:, half:],
            attention_mask=torch.ones_like(own_positions),
            past_key_values=rest,
            use_cache=True,
        )
    return output.logits[:, -1]


def _difference(one: torch.Tensor, other: torch.Tensor) -> float:
    """The largest difference between log-probabilities (nats)."""
    return float((one.float().log_softmax(-1) - other.float().log_softmax(-1)).abs().max())
