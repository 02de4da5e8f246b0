"""Which way through the engine a model takes, found by its configuration and a trial of a few tokens at load."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import LinearAttentionCacheLayerMixin

from xlt_core.engine import (
    attention,  # noqa: F401 - registers the attention function
    batching,
    kv_cache,
    masks,
    states,
)
from xlt_core.engine.batching import Item
from xlt_core.engine.network import Network

TRIAL = 6  # tokens, the first half of them as the prefix
CLOSE = 1e-4  # nats; or so many times the difference of the model to itself in another batch
NOISE = 16
ERRORS = RuntimeError, TypeError, ValueError, AttributeError, IndexError, KeyError  # of a model of another kind


@dataclass(frozen=True)
class Way:
    """How prompts run.

    packs: all choices of an item in one row, and any part of a prefix shared; own_masks: with this project's masks and
    attention; splits_attention: with no copy of the prefix in each row. Where it packs nothing: keeps: whether the
    state after a prefix is kept and copied to rows; continues: whether several tokens may follow it in one pass.
    reason: why no faster way is taken.
    """

    packs: bool
    own_masks: bool = False
    splits_attention: bool = False
    keeps: bool = True
    continues: bool = True
    reason: str = ""

    def __str__(self) -> str:
        why = f" ({self.reason})" * bool(self.reason)
        if self.packs:
            shared = "shared" if self.splits_attention else "copied to each row"
            return f"fast: prefix {shared}, choices packed{why}"
        if not self.keeps:
            return f"slow: every prompt from its first token{why}"
        steps = "" if self.continues else ", one token of each a pass"
        return f"fast: state after the prefix copied to rows, choices as rows{steps}{why}"


def choose(model: PreTrainedModel, network: Network) -> Way:
    """The fastest way on which the model's answers stay the same; sets the attention that it needs."""
    states.keep_in_cache(model)
    layers = DynamicCache(config=model.config).layers
    if any(isinstance(layer, LinearAttentionCacheLayerMixin) for layer in layers):
        return _as_rows(model, network, "recurrent layers")
    if "position_ids" not in inspect.signature(model.forward).parameters:
        return _as_rows(model, network, "no positions of tokens are taken")
    reason = install(model, network)
    if not reason:
        return Way(True, own_masks=True, splits_attention=True)
    reason_of_masks = install(model, network, splits=False)
    if not reason_of_masks:
        return Way(True, own_masks=True, reason=reason)
    if kv_cache.has_full_attention(model.config):
        return Way(True, reason=reason_of_masks)
    return _as_rows(model, network, reason_of_masks)


def _as_rows(model: PreTrainedModel, network: Network, reason: str) -> Way:
    """With the state after a prefix, if the model goes on from a copy of it as from the prefix itself."""
    expected, noise = _alone_and_beside(model)
    for continues in (True, False):
        try:
            found = _from_state(model, network, continues)
        except ERRORS:
            continue
        if _difference(found, expected) <= max(noise * NOISE, _least(model)):
            return Way(False, continues=continues, reason=reason)
    return Way(False, keeps=False, reason=f"{reason}, whose state cannot be copied")


@torch.inference_mode()
def _from_state(model: PreTrainedModel, network: Network, continues: bool) -> torch.Tensor:
    """The logits after the trial tokens, in a row with a copy of the state after half of them."""
    ids, half = _tokens(model), TRIAL // 2
    cache, read = states.empty(model), torch.ones(1, 1, dtype=torch.bool, device=model.device)
    none = torch.zeros_like(ids[:, :half], dtype=torch.bool)
    network(batching.aligned(ids[:, :half].tolist(), 0).to(model.device), none, cache)
    cache = states.select(cache, [0, 0])
    rest = [ids.flip(-1)[0, half:].tolist(), ids[0, half:].tolist()]
    tokens = batching.aligned(rest, half).to(model.device)
    if continues:
        read = torch.zeros_like(tokens.ids, dtype=torch.bool)
        read[:, -1] = True
        return network(tokens, read, cache)[1:]
    for index in range(TRIAL - half):
        logits = network(batching.column(tokens, index), read.expand(2, 1), cache)
    return logits[1:]


def install(model: PreTrainedModel, network: Network, splits: bool = True) -> str:
    """Gives the model this project's masks and attention if its results stay the same; else returns why it keeps its
    own. splits: with the prefix apart from a row's own tokens."""
    own = model.config._attn_implementation
    if not model._can_set_attn_implementation():
        return "the model computes attention in a way of its own"
    expected, noise = _alone_and_beside(model)
    model.set_attn_implementation(masks.NAME)
    try:
        found = _continued(model, network, splits)
        reason = "" if _difference(found, expected) <= max(noise * NOISE, _least(model)) else "results would change"
    except ERRORS as error:
        reason = f"its attention is of another kind: {' '.join(str(error).split())[:80]}"
    if reason:
        model.set_attn_implementation(own)
    return reason


def _least(model: PreTrainedModel) -> float:
    return max(CLOSE, 64 * torch.finfo(model.dtype).eps)


def _tokens(model: PreTrainedModel) -> torch.Tensor:
    """Token ids from the middle of the vocabulary: the first ones are often control tokens, with odd results.

    In whole numbers: while another thread builds a model, torch's default for others may be of 16 bits.
    """
    size = model.get_input_embeddings().weight.shape[0]
    first, last = size // 3, size - 1 - size // 4
    ids = [first + index * (last - first) // (TRIAL - 1) for index in range(TRIAL)]
    return torch.tensor([ids], device=model.device)


@torch.inference_mode()
def _alone_and_beside(model: PreTrainedModel) -> tuple[torch.Tensor, float]:
    """The next token's logits after the trial tokens, and how much they differ beside another row."""
    ids = _tokens(model)
    alone = model(input_ids=ids, use_cache=False).logits[:, -1]
    beside = model(input_ids=torch.cat([ids.flip(-1), ids]), use_cache=False).logits[1:, -1]
    return alone, _difference(alone, beside)


@torch.inference_mode()
def _continued(model: PreTrainedModel, network: Network, splits: bool) -> torch.Tensor:
    """The same logits with the first half of the tokens as a prefix."""
    ids, half = _tokens(model)[0].tolist(), TRIAL // 2
    cache = kv_cache.StaticKVCache(kv_cache.layer_count(model.config), 1, half, ())
    first = batching.aligned([ids[:half]], 0).to(model.device)
    network(first, torch.zeros_like(first.ids, dtype=torch.bool), cache, lays_out=True)
    if not network.limited and not kv_cache.has_full_attention(model.config):
        raise ValueError("it does not ask for the masks of its windows")
    prefix, in_cache = cache.key_values(), 0 if splits else half
    tokens = batching.packed([Item(ids, [])], half, in_cache).to(model.device)
    cache = kv_cache.StaticKVCache(len(prefix), 1, tokens.key_positions.shape[1], () if splits else prefix)
    last = torch.arange(TRIAL - half, device=model.device)[None] == TRIAL - half - 1
    return network(tokens, last, cache, prefix if splits else (), lays_out=True)


def _difference(one: torch.Tensor, other: torch.Tensor) -> float:
    """The largest difference between log-probabilities (nats)."""
    return float((one.float().log_softmax(-1) - other.float().log_softmax(-1)).abs().max())
