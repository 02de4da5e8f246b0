"""The average of adapters: exact, and refused where there is none."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from helpers import adaptations as seam
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from xlt_core.adaptation import average as average_module
from xlt_core.adaptation.folders import average
from xlt_core.records import InputError

IDS = torch.tensor([[5, 17, 90, 300, 41, 8, 77]])


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return seam.neox(tmp_path_factory.mktemp("neox"))


def adapter(base, folder, seed, rank=4, alpha=8, **more):
    """A LoRA adapter whose weights are random, not zero."""
    torch.manual_seed(seed)
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=["query_key_value", "dense"], **more)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    for name, weight in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.3)
    model.save_pretrained(folder)
    return folder


def deltas(base, folder):
    """What an adapter adds to each weight."""
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folder)
    return {name: part.get_delta_weight("default").detach() for name, part in model.named_modules()
            if hasattr(part, "get_delta_weight")}  # fmt: skip


def logits(base, folder):
    with torch.no_grad():
        return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folder)(input_ids=IDS).logits


def test_the_average_of_copies_of_an_adapter_is_that_adapter(tmp_path, base):
    one = adapter(base, tmp_path / "one", 1)
    copies = [shutil.copytree(one, tmp_path / f"copy{number}") for number in range(3)]
    average(copies, tmp_path / "mean")
    assert torch.allclose(logits(base, one), logits(base, tmp_path / "mean"), atol=1e-5)
    plain = AutoModelForCausalLM.from_pretrained(base)(input_ids=IDS).logits
    assert not torch.allclose(logits(base, one), plain, atol=1e-2)


@pytest.mark.parametrize("more", [{}, {"use_rslora": True}])
def test_the_average_adds_to_each_weight_the_mean_of_what_they_add(tmp_path, base, more):
    folders = [adapter(base, tmp_path / "a", 1, 4, 8, **more), adapter(base, tmp_path / "b", 2, 2, 16, **more)]
    average(folders, tmp_path / "mean")
    first, second, mean = (deltas(base, folder) for folder in (*folders, tmp_path / "mean"))
    assert len(mean) == 4
    for name, weight in mean.items():
        assert torch.allclose(weight, (first[name] + second[name]) / 2, atol=1e-5)
    assert json.loads((tmp_path / "mean" / "adapter_config.json").read_text("utf-8"))["r"] == 6


def test_the_average_of_runs_has_a_card(tmp_path, base):
    for seed in (1, 2):
        seam.finished(seam.plan(seam.text(tmp_path), model=base, steps=2, seed=seed), tmp_path / f"run{seed}")
    average([tmp_path / "run1", tmp_path / "run2"], tmp_path / "mean")
    card = json.loads((tmp_path / "mean" / "adaptation.json").read_text("utf-8"))
    assert card["average_of"] == ["run1", "run2"] and card["plan"]["rank"] == 4 and not card["losses"]
    assert "the average of run1, run2" in (tmp_path / "mean" / "README.md").read_text("utf-8")


def test_an_averaged_run_is_the_mean_of_its_checkpoints(tmp_path, base, monkeypatch):
    write, seen = average_module.average, []

    def noted(folders, out, *rest):
        seen.extend(shutil.copytree(folder, tmp_path / folder.name) for folder in folders)
        write(folders, out, *rest)

    monkeypatch.setattr(average_module, "average", noted)
    given = seam.plan(seam.text(tmp_path), model=base, steps=25, rate=1e-2, average=True)
    last = seam.finished(given, tmp_path / "out")
    assert len(seen) == 9 and last.bits["kin"][1] < last.bits["kin"][0]
    mean, parts = deltas(base, tmp_path / "out"), [deltas(base, folder) for folder in seen]
    for name, weight in mean.items():
        assert torch.allclose(weight, sum(part[name] for part in parts) / len(parts), atol=1e-5)


def test_an_averaged_run_of_full_weights_is_the_mean_of_its_checkpoints(tmp_path, base, monkeypatch):
    write, seen = average_module.average_weights, []

    def noted(folders, into):
        seen.extend(AutoModelForCausalLM.from_pretrained(folder).state_dict() for folder in folders)
        write(folders, into)

    monkeypatch.setattr(average_module, "average_weights", noted)
    given = seam.plan(seam.text(tmp_path), model=base, steps=4, rate=1e-2, method="full", average=True)
    seam.finished(given, tmp_path / "out")
    got = AutoModelForCausalLM.from_pretrained(tmp_path / "out", dtype=torch.float32).state_dict()
    for name, weight in got.items():
        expected = sum(state[name] for state in seen) / 4
        assert len(seen) == 4 and torch.allclose(weight, expected, rtol=0.01, atol=1e-3)


def test_what_cannot_be_averaged_is_one_sentence(tmp_path, base):
    one = adapter(base, tmp_path / "one", 1)
    other = adapter(seam.neox(tmp_path / "wider", 64), tmp_path / "other", 1)
    dora = adapter(base, tmp_path / "dora", 1, use_dora=True)
    for folders, said in (((one, tmp_path / "none"), "There is no adapter"), ((one, dora), "no plain LoRA"),
                          ((one, other), "another base model")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            average(folders, tmp_path / "mean")
    with pytest.raises(InputError, match="is one of the adapters"):
        average((one, one), one)
