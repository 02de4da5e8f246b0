"""What a local host answers, beside transformers as in its documentation: one text at a time, from its first token."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pytest
import torch
from transformers import PreTrainedModel

from xlt_core.hosts.local import LocalHost
from xlt_core.records import Limits, Message, Prompt

TEXTS = ("The team won the match in Kigali on Monday.", "a b", "Minisitiri w'ubuzima yasuye ibitaro bya Huye i Butare.")
CHOICES = ("x", "sports news", "health", "religion and sports")
TOKENS = 12
Ids = tuple[int, ...]


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
    expected = plain_scores(model, tuple(_ids(host, host.render(prompt)) for prompt in prompts), tuple(
        tuple(_ids(host, f"{host.render(prompt)} {choice}") for choice in choices) for prompt in prompts))  # fmt: skip
    for index, scores in enumerate(expected):
        assert [found[index].choices[choice] for choice in choices] == pytest.approx(scores, abs=1e-4)


def check_texts(host: LocalHost, model: PreTrainedModel, prompts: Sequence[Prompt]) -> None:
    """So is every greedy text."""
    found = {i: r.text for i, r in host.generate(prompts, limits=Limits(TOKENS, stop=())) if r.final}
    for index, tokens in enumerate(plain_texts(model, tuple(_ids(host, host.render(prompt)) for prompt in prompts))):
        assert found[index] == host._tokenizer.decode([tokens])[0].lstrip(" ")


@lru_cache(maxsize=2)
def plain_scores(
    model: PreTrainedModel, prompts: tuple[Ids, ...], labelled: tuple[tuple[Ids, ...], ...]
) -> list[list[float]]:
    """The log-likelihood (nats) of each label behind each prompt: a pass for each. labelled: prompts with labels."""
    scores: list[list[float]] = []
    with torch.inference_mode():
        for prompt, wholes in zip(prompts, labelled, strict=True):
            scores.append([])
            for whole in wholes:
                logs = model(torch.tensor([whole])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
                scores[-1].append(float(logs.gather(1, torch.tensor(whole[len(prompt) :])[:, None]).sum()))
    return scores


@lru_cache(maxsize=2)
def plain_texts(model: PreTrainedModel, prompts: tuple[Ids, ...]) -> list[list[int]]:
    """What the model writes behind each prompt, greedily."""
    texts = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=TOKENS, do_sample=False)
        texts.append(out[0, len(prompt) :].tolist())
    return texts


def _ids(host: LocalHost, text: str) -> Ids:
    return tuple(host._tokenizer.encode([text])[0])
