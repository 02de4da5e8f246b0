"""The engine of encoder-decoders on families with windows, blocks and other positions, against transformers alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from transformers import (
    LongT5Config,
    LongT5ForConditionalGeneration,
    M2M100Config,
    M2M100ForConditionalGeneration,
    PreTrainedModel,
    T5GemmaConfig,
    T5GemmaForConditionalGeneration,
    UMT5Config,
    UMT5ForConditionalGeneration,
)
from transformers.models.t5gemma.configuration_t5gemma import T5GemmaModuleConfig

from xlt_core.engine.batching import Item
from xlt_core.engine.encoder_decoder import EncoderDecoderEngine
from xlt_core.records import Limits

T5 = {"vocab_size": 120, "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4,
      "decoder_start_token_id": 0}  # fmt: skip
SIDES = {f"{side}_{what}": n for side in ("encoder", "decoder")
         for what, n in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 64))}  # fmt: skip
ITEMS = [Item([*range(5, 5 + length)], [[7, 8, 9], [10], [11, 12]]) for length in (3, 20, 12)]
TOKENS = 10


def t5gemma() -> PreTrainedModel:
    """With windows that are shorter than the prompts."""
    half = T5GemmaModuleConfig(vocab_size=120, hidden_size=32, intermediate_size=64, num_hidden_layers=2, head_dim=8,
                               num_attention_heads=4, num_key_value_heads=2, sliding_window=8,
                               query_pre_attn_scalar=8, initializer_range=0.3)  # fmt: skip
    return T5GemmaForConditionalGeneration(T5GemmaConfig(encoder=half, decoder=half, vocab_size=120))


MODELS: dict[str, Callable[[], PreTrainedModel]] = {
    "umt5": lambda: UMT5ForConditionalGeneration(UMT5Config(**T5)),
    "longt5": lambda: LongT5ForConditionalGeneration(LongT5Config(**T5, local_radius=4)),
    "m2m100": lambda: M2M100ForConditionalGeneration(
        M2M100Config(vocab_size=120, d_model=32, max_position_embeddings=64, init_std=0.3, decoder_start_token_id=2,
                     **SIDES)),
    "t5gemma": t5gemma,
}  # fmt: skip


@pytest.fixture(params=MODELS)
def engine(request: pytest.FixtureRequest) -> EncoderDecoderEngine:
    torch.manual_seed(0)
    return EncoderDecoderEngine(MODELS[request.param]().eval(), frozenset([1]))


@torch.no_grad()
def alone(model: PreTrainedModel, context: Sequence[int], choice: list[int]) -> float:
    """The log-likelihood of a choice by the model alone."""
    start = model.generation_config.decoder_start_token_id
    given = {"input_ids": torch.tensor([context]), "attention_mask": torch.ones(1, len(context), dtype=torch.long)}
    start = model.config.bos_token_id if start is None else start
    logs = model(**given, decoder_input_ids=torch.tensor([[start, *choice]])).logits[0].log_softmax(-1)
    return sum(float(logs[place, token]) for place, token in enumerate(choice))


def generated(model: PreTrainedModel, context: Sequence[int]) -> str:
    given = {"input_ids": torch.tensor([context]), "attention_mask": torch.ones(1, len(context), dtype=torch.long)}
    tokens = model.generate(**given, max_new_tokens=TOKENS, do_sample=False, eos_token_id=1)[0, 1:].tolist()
    return str(tokens[: tokens.index(1)] if 1 in tokens else tokens)


def test_choices_and_texts_are_those_of_the_model_alone(engine: EncoderDecoderEngine) -> None:
    for index, output in engine.score(ITEMS, ""):
        expected = [alone(engine.model, ITEMS[index].context, choice) for choice in ITEMS[index].choices]
        assert output.log_likelihoods == pytest.approx(expected, abs=1e-4)
    rows = [item.context for item in ITEMS]
    work = engine.generate(rows, "", Limits(TOKENS, stop=()), [TOKENS] * len(rows),
                           lambda outputs: [(str(tokens), False) for tokens in outputs])  # fmt: skip
    found = {index: output.text for index, output in work if output.final}
    assert [found[index] for index in range(len(rows))] == [generated(engine.model, row) for row in rows]
