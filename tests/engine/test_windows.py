"""Models whose layers attend to a window share prefixes and pack choices, and answer what plain transformers does."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from helpers.architectures import SLIDING, Shape, make
from helpers.tiny_models import make_tokenizer
from transformers import PreTrainedModel

from xlt_core.hosts.local import LocalHost
from xlt_core.records import Limits, Message, Prompt

TEXTS = ("The team won the match in Kigali on Monday.", "a b", "Minisitiri w'ubuzima yasuye ibitaro bya Huye i Butare.")
CHOICES = ("x", "sports news", "health", "religion and sports")
TOKENS = 12


def few_shot(text: str) -> Prompt:
    return (
        Message("system", "Give the topic of the text."),
        Message("user", "Text: Abanyeshuri basomye ibitabo byinshi.\nTopic:"),
        Message("assistant", "religion"),
        Message("user", f"Text: {text}\nTopic:"),
    )


PROMPTS = [few_shot(text) for text in TEXTS]


# Shorter than one item (8), than the shared prefix (30), and than the prompt (70); longer than all.
@pytest.mark.parametrize("window", [8, 30, 70, 500])
@pytest.mark.parametrize("name", SLIDING)
def test_every_answer_is_that_of_plain_transformers(name: str, window: int, tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    model = make(name, tmp_path, tokenizer, Shape(window=window))
    host = LocalHost(tmp_path, device="cpu", dtype="float32")
    engine = host._engine
    assert str(engine.way) == "fast: prefix shared, choices packed"
    for engine.splits_attention in (True, False):
        engine.prefix_cache._entries.clear()
        _check_scores(host, model)
        _check_texts(host, model)


def _check_scores(host: LocalHost, model: PreTrainedModel) -> None:
    found = dict(host.score(PROMPTS, [CHOICES] * len(PROMPTS)))
    for index, prompt in enumerate(PROMPTS):
        start = len(_ids(host, host.render(prompt))[0])
        for choice in CHOICES:
            whole = _ids(host, f"{host.render(prompt)} {choice}")
            with torch.inference_mode():
                logs = model(whole).logits[0, start - 1 : -1].log_softmax(-1)
            expected = float(logs.gather(1, whole[0, start:, None]).sum())
            assert found[index].choices[choice] == pytest.approx(expected, abs=1e-4)


def _check_texts(host: LocalHost, model: PreTrainedModel) -> None:
    found = {i: r.text for i, r in host.generate(PROMPTS, limits=Limits(TOKENS, stop=())) if r.final}
    for index, prompt in enumerate(PROMPTS):
        ids = _ids(host, host.render(prompt))
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=TOKENS, do_sample=False)
        text = host._tokenizer.decode([out[0, ids.shape[1] :].tolist()])[0]
        assert found[index] == text.lstrip(" ")


def _ids(host: LocalHost, text: str) -> torch.Tensor:
    return torch.tensor(host._tokenizer.encode([text]))
