"""Sentences as vectors: batched as one at a time, with an adapter and without."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers.tiny_models import make_tokenizer
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig

from xlt_core.probing.sentence_states import sentence_states

SENTENCES = ["Minisitiri w'ubuzima yasuye ibitaro.", "sports", "ƙaddamar da sabuwar hanya", "a", "The team won"]


@pytest.fixture(scope="module")
def parts():
    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    config = LlamaConfig(vocab_size=len(tokenizer), hidden_size=16, intermediate_size=24, num_hidden_layers=3,
                         num_attention_heads=2, num_key_value_heads=1)  # fmt: skip
    return AutoModelForCausalLM.from_config(config).eval(), tokenizer


def alone(model, tokenizer, sentence):
    """The definition, for one sentence without padding: position-weighted mean, and last token, of each layer."""
    given = tokenizer(sentence, return_tensors="pt")
    with torch.no_grad():
        layers = model(**{name: given[name] for name in ("input_ids", "attention_mask")},
                       output_hidden_states=True).hidden_states  # fmt: skip
    weights = np.arange(1, layers[0].shape[1] + 1)
    return ([np.average(layer[0].numpy(), axis=0, weights=weights) for layer in layers],
            [layer[0, -1].numpy() for layer in layers])  # fmt: skip


def test_a_batch_gives_what_each_sentence_gives_alone(parts):
    for states, sentence in zip(sentence_states(*parts, SENTENCES), SENTENCES, strict=True):
        weighted, last = alone(*parts, sentence)
        assert states.weighted.shape == (4, 16)
        assert np.allclose(states.weighted, weighted, atol=1e-5) and np.allclose(states.last, last, atol=1e-5)


def test_an_adapter_of_peft_is_read_with_the_model(parts):
    model, tokenizer = parts
    bare = sentence_states(model, tokenizer, SENTENCES[:2])
    adapted = get_peft_model(model, LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False))
    own = sentence_states(adapted, tokenizer, SENTENCES[:2])
    assert np.allclose(own[0].last[0], bare[0].last[0]) and not np.allclose(own[0].last[-1], bare[0].last[-1])
    with adapted.disable_adapter():
        assert np.allclose(sentence_states(adapted, tokenizer, SENTENCES[:2])[0].last, bare[0].last, atol=1e-6)
