"""Soft prompts on the local host: as peft computes them, beside LoRA and the base, refused where they do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from helpers.tiny_models import make_adapter, make_model
from peft import PeftModel, PromptTuningConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen2Config

from xlt_core.hosts.local import LocalHost
from xlt_core.models.pool import ModelPool
from xlt_core.records import InputError, Limits, Message, Prompt

PROMPTS: list[Prompt] = [(Message("user", f"Text: {text}\nTopic:"),) for text in ("The team won.", "ɗalibai sun yi")]
CHOICES = ("sports", "health news")
LENGTH = 18


def make_soft_prompt(model: Path, folder: Path, seed: int, length: int = LENGTH) -> Path:
    torch.manual_seed(seed)
    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=length)
    adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32), config)
    adapted.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=[{"tied": True}, {"kind": Qwen2Config}], ids=["llama", "qwen"])
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LocalHost:
    folder = make_model(tmp_path_factory.mktemp("base"), **request.param)
    for seed, name in enumerate(("soft", "other")):
        make_soft_prompt(folder, folder / "adapters" / name, seed)
    make_adapter(folder, folder / "adapters" / "lora")
    return LocalHost(folder, device="cpu", pool=ModelPool())


def by_peft(host: LocalHost, name: str) -> PeftModel:
    folder = Path(host._model.folder)
    return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder), folder / "adapters" / name).eval()


def scores(host: LocalHost, adapter: str) -> list[float]:
    found = dict(host.score(PROMPTS, [CHOICES] * len(PROMPTS), adapter))
    return [value for _, reply in sorted(found.items()) for value in reply.choices.values()]


def test_a_choice_is_as_likely_as_by_peft(host: LocalHost) -> None:
    model, tokenizer = by_peft(host, "soft"), AutoTokenizer.from_pretrained(host._model.folder)
    expected = []
    for prompt in PROMPTS:
        start = len(tokenizer(host.render(prompt)).input_ids)
        for choice in CHOICES:
            ids = tokenizer(f"{host.render(prompt)} {choice}", return_tensors="pt").input_ids
            with torch.no_grad():
                logs = model(input_ids=ids).logits[0, LENGTH:].log_softmax(-1)
            expected.append(sum(float(logs[i - 1, ids[0, i]]) for i in range(start, ids.shape[1])))
    assert scores(host, "soft") == pytest.approx(expected, abs=1e-3)


def test_it_runs_beside_another_a_lora_adapter_and_the_base(host: LocalHost) -> None:
    alone = {name: scores(host, name) for name in ("", "soft", "other", "lora")}
    assert len({tuple(values) for values in alone.values()}) == 4
    for name in ("soft", "lora", "", "other", "soft", ""):
        assert scores(host, name) == pytest.approx(alone[name], abs=1e-4)
    assert len({host.identity(name) for name in alone}) == 4 and list(host._pool.loaded()) == [host.name]


def test_it_writes_what_peft_writes(host: LocalHost) -> None:
    model, tokenizer = by_peft(host, "soft"), AutoTokenizer.from_pretrained(host._model.folder)
    found = dict((i, r) for i, r in host.generate(PROMPTS, "soft", Limits(tokens=6)) if r.final)
    for index, prompt in enumerate(PROMPTS):
        ids = tokenizer(host.render(prompt), return_tensors="pt").input_ids
        for _ in range(found[index].tokens_out):
            with torch.no_grad():
                ids = torch.cat([ids, model(input_ids=ids).logits[:, -1:].argmax(-1)], 1)
        written = tokenizer.decode(ids[0, -found[index].tokens_out :], skip_special_tokens=True)
        assert found[index].text.strip() == written.strip()


def test_its_tokens_are_counted_and_take_room(host: LocalHost) -> None:
    reader, prompt = host.adapted("soft"), (Message("user", "won " * (host.context - 20)),)
    assert reader.count(PROMPTS[0]) == host.count(PROMPTS[0]) + LENGTH and reader.render(PROMPTS[0])
    assert next(host.score([prompt], [CHOICES]))
    with pytest.raises(InputError, match="too long"):
        next(host.score([prompt], [CHOICES], "soft"))


def test_one_of_another_width_is_refused(host: LocalHost, tmp_path: Path) -> None:
    wide = make_soft_prompt(make_model(tmp_path / "wide", width=64), tmp_path / "soft", 0)
    with pytest.raises(InputError, match=r"does not fit this model.*64 wide, and 32 here"):
        host.adapted(str(wide))
