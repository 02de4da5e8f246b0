"""In which precision, on which device and with which end tokens a model is loaded."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from helpers.tiny_models import CHAT, make_adapter, make_model

from xlt_core import catalog
from xlt_core.hosts.local import LocalHost
from xlt_core.models import loading
from xlt_core.records import InputError, Limits, Message

PROMPTS = [(Message("user", "The team won"),)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_model(tmp_path_factory.mktemp("model"))
    make_adapter(folder, folder / "adapters" / "kin")
    return folder


def test_float32_on_a_cpu_unless_only_half_of_it_fits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = LocalHost(folder, device="cpu")
    assert host._known.dtype == torch.float32 and host._known.bytes == loading.taken(host._engine.model)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    halved = make_model(folder.parent / "halved")
    (halved / "config.json").write_text(json.dumps(config | {"dtype": "bfloat16"}), "utf-8")
    small = host._known.bytes // 2
    monkeypatch.setattr(loading, "free", lambda device, held: small)
    assert LocalHost(halved, device="cpu")._known.dtype == torch.bfloat16
    assert LocalHost(folder, device="cpu")._known.dtype == torch.float32, "its checkpoint has no less"
    host = LocalHost(halved, device="cpu")
    assert next(iter(host._engine.model.parameters())).dtype == torch.bfloat16 and "bfloat16" in host.describe()


def test_a_dtype_that_is_given_is_kept_by_full_weights_too(folder: Path) -> None:
    make_model(folder / "adapters" / "kin-full", seed=2)
    host = LocalHost(folder, device="cpu", dtype="bfloat16")
    assert host.adapted("kin-full")._known.dtype == torch.bfloat16


def test_end_tokens_are_those_of_the_generation_configuration(tmp_path: Path) -> None:
    folder = make_model(tmp_path, CHAT)
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [1, 3]}), "utf-8")
    assert LocalHost(folder, device="cpu")._known.end == {1, 3}
    (folder / "generation_config.json").unlink()
    assert LocalHost(folder, device="cpu")._known.end == {1}


def test_code_of_the_model_is_not_run(tmp_path: Path) -> None:
    folder = make_model(tmp_path)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"}}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nclass Config: pass\n", "utf-8")
    with pytest.raises(InputError, match="No language model could be loaded"):
        LocalHost(folder, device="cpu")
    assert not (tmp_path / "ran").exists()


def test_four_bits_are_refused_where_they_cannot_be_had(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "bitsandbytes" else found(name)
    )
    with pytest.raises(InputError, match="need bitsandbytes"):
        catalog.host(f"{folder}#4bit")
    with pytest.raises(InputError, match="There is no form '3bit'"):
        catalog.host(f"{folder}#3bit")


def test_four_bits_take_less_and_go_with_adapters(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    folder = make_model(tmp_path / "wide", width=256)
    make_adapter(folder, folder / "adapters" / "kin")
    whole, small = (catalog.host(f"{folder}{form}") for form in ("", "#4bit"))
    assert "4 bits" in small.describe() and small.name.endswith("#4bit")
    texts = {name: [r.text for _, r in small.generate(PROMPTS, name, Limits(8, stop=())) if r.final]
             for name in ("", "kin")}  # fmt: skip
    assert texts[""] != texts["kin"]
    bare = LocalHost(f"{folder}#4bit", device="cpu")
    assert loading.taken(bare._engine.model) == pytest.approx(small._known.bytes, rel=0.1)
    assert small._known.bytes < whole._known.bytes / 2


def test_only_a_model_larger_than_a_gpu_is_spread_over_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, asked = LocalHost(folder, device="cpu")._known, []
    monkeypatch.setattr(loading.pretrained, "load", lambda *given, **options: asked.append(options["device_map"]))
    for device, share in (("cpu", 0.1), ("cuda", 2.0), ("cuda", 1.0)):
        monkeypatch.setattr(loading, "_gpu_memory", lambda device, share=share: int(share * known.bytes))
        there = replace(known, device=device)
        loading.read(there)
        assert there.need > known.bytes or there.need < share * known.bytes, "else no room would ever be made"
    assert asked == [{"": "cpu"}, {"": "cuda"}, "auto"]
