"""Attention with a shared prefix equals attention of every row to the whole text."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    XGLMConfig,
    XGLMForCausalLM,
)

from xlt_core.engine import attention, masks, ways
from xlt_core.engine.kv_cache import StaticKVCache
from xlt_core.engine.masks import Layout
from xlt_core.engine.network import Network

IMPLEMENTATIONS = {"fused on the CPU": attention._weighted, "eager": attention._eager}


@pytest.fixture
def llama(folder: Path) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("heads", [4, 2, 1])
@pytest.mark.parametrize("length", [5, 1])
@pytest.mark.parametrize("window", [100, 5])
def test_two_parts_make_the_whole(
    monkeypatch: pytest.MonkeyPatch, implementation: str, heads: int, length: int, window: int
) -> None:
    monkeypatch.setattr(attention, "_weighted", IMPLEMENTATIONS[implementation])
    torch.manual_seed(0)
    query = torch.randn(3, length, 4, 8).transpose(1, 2)  # as models lay it out
    key, value = torch.randn(3, heads, 6, 8), torch.randn(3, heads, 6, 8)
    layer = torch.randn(1, heads, 9, 8), torch.randn(1, heads, 9, 8)
    visible = torch.rand(3, 1, length, 6) < 0.5
    visible[..., 0], visible[1] = True, False  # a row of padding attends to none of its own tokens
    # The last token of a window of 5 sees the end of the prefix, or nothing of it.
    positions, key_positions = torch.arange(9, 9 + length).repeat(3, 1), torch.full((3, 6), 9)
    layout = Layout(positions, key_positions, visible, torch.float32, [layer])
    with masks.active(layout):
        mask = layout.mask(lambda row, head, query, key: (key <= query) & (key > query - window))
        found, _ = attention._attention(SimpleNamespace(layer_idx=0), query, key, value, mask)
    keys, values = (
        torch.cat([part.expand(3, -1, -1, -1), own], 2).repeat_interleave(4 // heads, 1)
        for part, own in zip(layer, (key, value), strict=True)
    )
    in_window = torch.arange(9) > positions[:, None, :, None] - window
    whole = torch.cat([in_window, visible & (positions[:, None, :, None] - window < 9)], -1)
    expected = torch.nn.functional.scaled_dot_product_attention(query, keys, values, whole)
    rows = [0, 2] if window < 9 else [0, 1, 2]  # what padding sees in a window is nothing, and its result of no use
    assert torch.allclose(found[rows], expected.transpose(1, 2)[rows], atol=1e-5)


def choose(model: torch.nn.Module) -> ways.Way:
    return ways.choose(model, Network(model))


def test_install_tells_models_that_support_it_from_those_that_do_not(llama: torch.nn.Module) -> None:
    gpt2 = GPT2LMHeadModel(GPT2Config(vocab_size=50, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0))
    xglm = XGLMForCausalLM(XGLMConfig(vocab_size=50, d_model=16, num_layers=2, attention_heads=2, ffn_dim=16))
    assert choose(llama).splits_attention and choose(gpt2.eval()).splits_attention
    way = choose(xglm.eval())
    assert way.packs and not way.own_masks and xglm.config._attn_implementation == "eager"
    assert str(way) == (
        "fast: prefix copied to each row, choices packed (the model computes attention in a way of its own)"
    )


@pytest.mark.parametrize("fault", [lambda own, more: own, lambda own, more: own[0]])
def test_a_model_whose_results_would_change_keeps_its_attention(
    llama: torch.nn.Module, monkeypatch: pytest.MonkeyPatch, fault: object
) -> None:
    monkeypatch.setattr(torch, "lerp", lambda own, shared, share: fault(own, shared))
    way = choose(llama)
    assert way.own_masks and not way.splits_attention and way.reason


def test_each_layer_keeps_its_buffers_on_its_own_device() -> None:
    """As for a model that is spread over several devices."""
    prefix = [(torch.ones(1, 2, 3, 4), torch.ones(1, 2, 3, 4))] * 2
    cache = StaticKVCache(2, 2, 6, prefix)
    for layer, device in enumerate(("cpu", "meta")):
        cache.write_at(0, [3, 3])
        cache.update(*[torch.full((2, 2, 2, 4), 2.0, device=device)] * 2, layer)
        cache.write_at(0, [5, 4])  # a token each, at different positions
        keys, _ = cache.update(*[torch.full((2, 2, 1, 4), 3.0, device=device)] * 2, layer)
        assert (keys.device.type, tuple(keys.shape)) == (device, (2, 2, 6, 4))
    assert cache.layers[0].buffers[0][:, 0, :, 0].tolist() == [[1, 1, 1, 2, 2, 3], [1, 1, 1, 2, 3, 0]]


def test_the_trial_is_of_the_same_tokens_while_another_model_is_built() -> None:
    """transformers makes the dtype of a model that it builds torch's default, in all threads."""
    model = LlamaForCausalLM(LlamaConfig(vocab_size=32_000, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
                                         num_attention_heads=1))  # fmt: skip
    ids = ways._tokens(model)
    torch.set_default_dtype(torch.bfloat16)
    try:
        assert torch.equal(ways._tokens(model), ids)
    finally:
        torch.set_default_dtype(torch.float32)
    assert ids.unique().numel() == ways.TRIAL
