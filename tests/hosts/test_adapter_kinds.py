"""Adapters of every kind run beside one another on one model, and each answers as if it were alone."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
import torch
from helpers.tiny_models import make_adapter, make_model
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core.hosts.local import LocalHost
from xlt_core.models.pool import ModelPool
from xlt_core.records import InputError, Message, Prompt

REWRITING = ("pissa", "head", "embeddings", "both", "tokens", "lora-embeddings", "lora-head")
PROMPTS: list[Prompt] = [(Message("user", f"Text: {text}\nTopic:"),) for text in ("The team won.", "ɗalibai")]
CHOICES = ("sports", "health")
KINDS = {
    "all-linear": {},
    "rank": {"r": 8, "target_modules": ["q_proj", "v_proj", "down_proj"]},
    "attention": {"target_modules": ["q_proj", "k_proj", "v_proj", "o_proj"]},
    "dora": {"use_dora": True},
    "rslora": {"use_rslora": True, "r": 2},
    "pissa": {"init_lora_weights": "pissa"},
    "head": {"modules_to_save": ["lm_head"]},
    "embeddings": {"modules_to_save": ["embed_tokens"]},
    "both": {"modules_to_save": ["embed_tokens", "lm_head"], "target_modules": ["q_proj"]},
    "tokens": {"trainable_token_indices": {"embed_tokens": [5, 40, 261]}, "target_modules": ["q_proj", "v_proj"]},
    "lora-embeddings": {"target_modules": ["embed_tokens", "q_proj"]},
    "lora-head": {"target_modules": ["lm_head", "q_proj"]},
}


@pytest.fixture(scope="module", params=[False, True], ids=["untied", "tied"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_model(tmp_path_factory.mktemp("base"), tied=request.param, layers=1)
    for seed, (name, options) in enumerate(KINDS.items(), 1):
        make_adapter(folder, folder / "adapters" / name, seed, **options)
    return folder


def scores(host: LocalHost, adapter: str) -> list[float]:
    found = dict(host.score(PROMPTS, [CHOICES] * len(PROMPTS), adapter))
    return [value for _, reply in sorted(found.items()) for value in reply.choices.values()]


def by_peft(base: Path, adapter: str) -> list[float]:
    """The same log-likelihoods by plain transformers and peft, on a base model that nothing else has used."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    model = PeftModel.from_pretrained(model, base / "adapters" / adapter) if adapter else model
    tokenizer, host = AutoTokenizer.from_pretrained(base), LocalHost(base, device="cpu", pool=ModelPool())
    values = []
    for prompt in PROMPTS:
        start = len(tokenizer(host.render(prompt)).input_ids)
        for choice in CHOICES:
            ids = tokenizer(f"{host.render(prompt)} {choice}", return_tensors="pt").input_ids
            with torch.no_grad():
                logs = model(ids).logits[0].log_softmax(-1)
            values.append(sum(float(logs[i - 1, ids[0, i]]) for i in range(start, ids.shape[1])))
    return values


@pytest.fixture(scope="module")
def alone(base: Path) -> dict[str, list[float]]:
    """What each answers by peft."""
    found = {name: by_peft(base, name) for name in ("", *KINDS)}
    assert len({tuple(values) for values in found.values()}) == len(KINDS) + 1
    return found


def wrong(host: LocalHost, names: Iterable[str], alone: dict[str, list[float]]) -> list[str]:
    """Those of the adapters, one after the other, that do not answer as they do alone."""
    found = []
    for name in names:
        try:
            right = scores(host, name) == pytest.approx(alone[name], abs=1e-4)
        except (InputError, ValueError, KeyError, RuntimeError, AttributeError) as error:
            right = repr(error)[:80]
        if right is not True:
            found.append(f"{name}: {right}")
    return found


@pytest.mark.parametrize("pair", list(combinations([name for name in KINDS if name not in REWRITING], 2)), ids=" ".join)
def test_each_of_two_adapters_on_the_same_weights_answers_as_it_does_alone(
    base: Path, alone: dict[str, list[float]], pair: tuple[str, str]
) -> None:
    assert not wrong(LocalHost(base, device="cpu", pool=ModelPool()), (*pair, "", *pair), alone)


@pytest.mark.parametrize("names", [[*KINDS], [*KINDS][::-1]], ids=["in this order", "in the other"])
def test_each_of_all_adapters_answers_as_it_does_alone(
    base: Path, alone: dict[str, list[float]], names: list[str]
) -> None:
    assert not wrong(LocalHost(base, device="cpu", pool=ModelPool()), (*names, "", *names), alone)


def test_only_adapters_that_rewrite_the_model_get_a_copy_of_it(base: Path) -> None:
    pool = ModelPool()
    host = LocalHost(base, device="cpu", pool=pool)
    for name in ("", *KINDS):
        scores(host, name)
    assert set(pool.loaded()) == {host.name, *(f"{host.name} + {name}" for name in REWRITING)}
    del host
    gc.collect()
    assert not pool.loaded()


def test_another_adapter_in_the_folder_of_one_that_rewrites_runs_without_it(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", layers=1)
    host = LocalHost(base, device="cpu", pool=ModelPool())
    for seed, kind in enumerate(("both", "head", "rank")):
        make_adapter(base, base / "adapters" / "kin", seed, **KINDS[kind])
        assert scores(host, "kin") == pytest.approx(by_peft(base, "kin"), abs=1e-4)


@pytest.mark.parametrize("options", [{}, {"modules_to_save": ["embed_tokens"]}])
def test_another_vocabulary_is_refused_with_both_sizes(tmp_path: Path, options: dict[str, list[str]]) -> None:
    base = make_model(tmp_path / "base", layers=1)
    make_adapter(base, base / "adapters" / "kin", size=432, **options)
    with pytest.raises(InputError) as caught:
        LocalHost(base, device="cpu").adapted("kin")
    assert "'kin' was trained with a vocabulary of 432 tokens, and this model has 420; merge it" in str(caught.value)
