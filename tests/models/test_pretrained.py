"""Loading from folders and the Hub: errors in a sentence, no long waits, no warnings."""

from __future__ import annotations

import json
import time
import warnings
from threading import Thread

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, LlamaConfig, LlamaForCausalLM

from xlt_core.models import hub, pretrained
from xlt_core.records import InputError
from xlt_core.settings import POCKET

SMALL = LlamaConfig(vocab_size=16, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)


@pytest.fixture
def unreachable(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    hub._answers.cache_clear()
    yield
    hub._answers.cache_clear()


def test_ids_on_an_unreachable_hub_are_refused_within_seconds(unreachable):
    started = time.monotonic()
    with pytest.raises(InputError, match="No language model could be loaded from 'org/none'"):
        pretrained.load(AutoModelForCausalLM, "org/none", "language model")
    with pytest.raises(InputError, match=r"adapter 'org/none' could not be fetched.*does not answer"):
        pretrained.adapter_folder("org/none")
    assert time.monotonic() - started < 30


def test_cached_models_load_without_the_hub(unreachable, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "models--org--small"
    LlamaForCausalLM(SMALL).save_pretrained(folder / "snapshots" / ("0" * 40))
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0" * 40)
    model = pretrained.load(AutoModelForCausalLM, "org/small", "language model")
    assert pretrained.revision("org/small", model) == "0" * 40


def test_damaged_weights_are_one_sentence(tmp_path):
    LlamaForCausalLM(SMALL).save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(InputError, match="No language model could be loaded") as caught:
        pretrained.load(AutoModelForCausalLM, str(tmp_path), "language model")
    assert "\n" not in str(caught.value)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "nothing"}))
    with pytest.raises(InputError, match="No language model could be loaded"):
        pretrained.load(AutoModelForCausalLM, str(tmp_path), "language model")


def test_an_adapter_is_added_without_a_warning():
    from peft import LoraConfig

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = pretrained.wrap_with_adapter(LlamaForCausalLM(SMALL), LoraConfig(target_modules=["q_proj"]))
    assert model(torch.tensor([[1, 2]])).logits.shape == (1, 2, 16)


def test_models_can_be_loaded_by_several_threads_at_once() -> None:
    found: list[object] = []

    def load(kind: object, part: str) -> None:
        for _ in range(3):
            try:
                found.append(pretrained.load(kind, str(POCKET / part), part).to("cpu"))
            except Exception as error:
                found.append(error)

    threads = [
        Thread(target=load, args=given)
        for given in ((AutoModelForCausalLM, "model"), (AutoModelForSeq2SeqLM, "translator"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(model).__name__ for model in found if isinstance(model, Exception)] == [] and len(found) == 6


def test_whether_an_unreachable_hub_has_a_file_is_an_error(unreachable):
    with pytest.raises(OSError):
        hub.has_file("org/none", "adapter_config.json")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "spiece.model"])
def test_a_folder_with_other_weights_or_another_tokenizer_is_another_model(tmp_path, name):
    (tmp_path / "config.json").write_text("{}")
    revisions = set()
    for content in (b"one", b"two"):
        (tmp_path / "new").write_bytes(content)
        (tmp_path / "new").replace(tmp_path / name)
        revisions.add(pretrained.revision_at(str(tmp_path), ""))
    assert len(revisions) == 2
