"""What a local host answers, beside transformers as in its documentation: one text at a time, from its first token."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
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


def check_scores(
    host: LocalHost, model: PreTrainedModel, prompts: Sequence[Prompt], choices: Sequence[str] = CHOICES
) -> None:
    """The log-likelihood of every label is that of one text at a time, from its first token."""
    found = dict(host.score(prompts, [choices] * len(prompts)))
    for index, prompt in enumerate(prompts):
        start = len(_ids(host, host.render(prompt))[0])
        for choice in choices:
            whole = _ids(host, f"{host.render(prompt)} {choice}")
            with torch.inference_mode():
                logs = model(whole).logits[0, start - 1 : -1].log_softmax(-1)
            expected = float(logs.gather(1, whole[0, start:, None]).sum())
            assert found[index].choices[choice] == pytest.approx(expected, abs=1e-4)


def check_texts(host: LocalHost, model: PreTrainedModel, prompts: Sequence[Prompt]) -> None:
    """So is every greedy text."""
    found = {i: r.text for i, r in host.generate(prompts, limits=Limits(TOKENS, stop=())) if r.final}
    for index, prompt in enumerate(prompts):
        ids = _ids(host, host.render(prompt))
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=TOKENS, do_sample=False)
        text = host._tokenizer.decode([out[0, ids.shape[1] :].tolist()])[0]
        assert found[index] == text.lstrip(" ")


def _ids(host: LocalHost, text: str) -> torch.Tensor:
    return torch.tensor(host._tokenizer.encode([text]))
