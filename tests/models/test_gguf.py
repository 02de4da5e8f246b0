"""GGUF files as models: they answer, are adapted, and say in a sentence why they cannot be loaded."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, quants
from helpers import adaptations
from helpers.gguf_files import WIDTH, make_gguf
from helpers.model_hub import HubServer
from helpers.tiny_models import make_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.integrations.gguf import dequant

from xlt_core import settings
from xlt_core.documents.plan_link import _without_folder
from xlt_core.hosts.local import LocalHost
from xlt_core.models import gguf, gguf_blocks, loading, pretrained
from xlt_core.models.names import model_path
from xlt_core.models.pool import ModelPool
from xlt_core.records import HostError, InputError, Limits, Message
from xlt_core.settings import ROOT

PROMPTS = [(Message("user", "The team won"),), (Message("user", "Minisitiri w'ubuzima"),)]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_gguf(tmp_path_factory.mktemp("gguf") / "tiny.Q8_0.gguf")


@pytest.fixture(scope="module")
def ordinary(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights as an ordinary folder, by transformers alone."""
    folder = tmp_path_factory.mktemp("ordinary")
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    gguf.forget_quantization(model)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
    return folder


def answers(host: LocalHost) -> list[object]:
    texts = {index: reply.text for index, reply in host.generate(PROMPTS, "", Limits(8, stop=())) if reply.final}
    choices = [("sports", "health")] * len(PROMPTS)
    scores = {index: reply.choices for index, reply in host.score(PROMPTS, choices)}
    return [(texts[index], scores[index]) for index in sorted(texts)]


def test_it_answers_as_the_same_weights_in_a_folder(file: Path, ordinary: Path, capfd) -> None:
    host, same = LocalHost(file, device="cpu"), LocalHost(ordinary, device="cpu")
    for (text, scores), (other, expected) in zip(answers(host), answers(same), strict=True):
        assert text == other and scores == pytest.approx(expected, abs=1e-4)
    assert host.name == file.name and host.context == 512 and host._model.end_tokens == {1}
    assert "<|assistant|>" in host.render(PROMPTS[0]) and host._model.bytes == loading.model_bytes(host._engine.model)
    assert "%|" not in capfd.readouterr().err, "no progress bar of a library"


@pytest.mark.parametrize("kind", ["Q5_0", "Q5_1", "TQ2_0", "MXFP4"])
def test_blocks_that_transformers_cannot_read_are_read_as_gguf_does(kind: str, tmp_path: Path) -> None:
    blocks = GGMLQuantizationType[kind]
    assert kind in gguf_blocks.register() or int(blocks) in dequant.GGML_BLOCK
    random = np.random.default_rng(0).normal(0, 0.3, (4, 256)).astype(np.float32)
    packed = quants.quantize(random, blocks)
    read = dequant.dequantize(torch.from_numpy(packed.ravel()), int(blocks)).numpy()
    assert np.array_equal(read, quants.dequantize(packed, blocks).ravel())
    if GGML_QUANT_SIZES[blocks][0] > WIDTH:
        return  # too wide for the tiny model
    host = LocalHost(make_gguf(tmp_path / "tiny.gguf", blocks=blocks), device="cpu")
    weights = host._engine.model.get_input_embeddings().weight
    expected = {tensor.name: tensor for tensor in GGUFReader(tmp_path / "tiny.gguf").tensors}["token_embd.weight"]
    assert torch.equal(weights, torch.from_numpy(quants.dequantize(expected.data, blocks)))
    assert len(answers(host)) == len(PROMPTS)


def test_its_revision_is_a_digest_of_the_file(file: Path, tmp_path: Path) -> None:
    same = tmp_path / file.name
    same.write_bytes(file.read_bytes())
    revision = pretrained.revision_at(str(file), "")
    assert revision == pretrained.revision_at(str(same), "") and len(revision) == 12
    same.write_bytes(file.read_bytes() + b"\0")
    assert pretrained.revision_at(str(same), "") != revision


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.filterwarnings("error::UserWarning")
def test_it_is_adapted_like_others(file: Path, tmp_path: Path, method: str) -> None:
    plan = adaptations.plan(adaptations.text(tmp_path), model=file, method=method, steps=2)
    card = adaptations.finished(plan, tmp_path / "out").card
    host = LocalHost(file, device="cpu")
    assert card["base"] == {"model": file.name, "revision": host.revision}
    replies = dict(host.score(PROMPTS, [("sports", "health")] * 2, str(tmp_path / "out")))
    assert len(replies) == 2 and all(reply.choices for reply in replies.values())


def test_a_model_is_a_file_or_a_folder_with_one(file: Path, tmp_path: Path, monkeypatch) -> None:
    assert model_path(str(file)) == model_path(str(file.parent)) == str(file)
    assert model_path("org/name:tiny.gguf") == "org/name:tiny.gguf"
    for name in ("a.gguf", "b.GGUF"):
        (tmp_path / name).write_bytes(b"GGUF")
    with pytest.raises(InputError, match=r"several GGUF files; name one of them: a\.gguf, b\.GGUF\."):
        model_path(str(tmp_path))
    with pytest.raises(InputError, match="There is no model"):
        model_path(str(tmp_path / "c.gguf"))
    make_model(tmp_path)
    assert model_path(str(tmp_path)) == str(tmp_path), "a folder with weights of its own is that"
    monkeypatch.chdir(tmp_path)
    assert _without_folder("../" + tmp_path.name + "/a.gguf") == "a.gguf" and _without_folder("org/a") == "org/a"


def test_configuration_and_tokenizer_are_read_from_the_file_once(file: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "MODEL_FOLDER", tmp_path / "kept")
    first = LocalHost(file, device="cpu")
    with monkeypatch.context() as patched:
        patched.setattr(gguf, "_write_description", None)
        again = LocalHost(file, device="cpu")
    assert answers(again) == answers(first) and len(list(tmp_path.glob("kept/gguf/*"))) == 1
    (tmp_path / "file").touch()
    monkeypatch.setattr(settings, "MODEL_FOLDER", tmp_path / "file")
    assert answers(LocalHost(file, device="cpu")) == answers(first), "where nothing can be kept"


def test_its_quantization_is_not_kept(file: Path) -> None:
    pytest.importorskip("bitsandbytes")
    with pytest.raises(InputError, match="leave out #4bit"):
        LocalHost(f"{file}#4bit", device="cpu")


def damaged(kind: str, folder: Path) -> Path:
    path, whole = folder / "odd.gguf", make_gguf(folder / "whole.gguf").read_bytes()
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "head":
        path.write_bytes(whole[:200])
    elif kind == "cut":
        path.write_bytes(whole[:-5000])
    elif kind == "other":
        path.write_bytes(b"<!doctype html>" * 100)
    elif kind == "blocks":  # type 4 was given up
        head, name, rest = whole.partition(b"token_embd.weight")
        path.write_bytes(head + name + rest[:20] + (4).to_bytes(4, "little") + rest[24:])
    else:
        more = {
            "kind": {"kind": "clip"},
            "tokenizer": {"tokenizer": False},
            "parts": {"parts": 3},
        }[kind]
        make_gguf(path, **more)
    return path


@pytest.mark.parametrize(("kind", "said"), [
    ("empty", "odd.gguf is empty (0 bytes); fetch it again"), ("head", "its header cannot be read; fetch it again"),
    ("cut", "odd.gguf is cut: it has"), ("other", "does not start with the GGUF magic bytes"),
    ("kind", "of the architecture 'clip'"), ("tokenizer", "odd.gguf holds no tokenizer"),
    ("parts", "one of 3 parts; join them"), ("blocks", "of ggml type 4, which nothing here can read; choose"),
])  # fmt: skip
def test_what_is_wrong_with_a_file_is_one_sentence(kind: str, said: str, tmp_path: Path) -> None:
    path = damaged(kind, tmp_path)
    for load in (lambda: LocalHost(path, device="cpu"), lambda: pretrained.gguf_file(str(path))):
        with pytest.raises(InputError) as caught:
            load()
        assert said in str(caught.value) and "\n" not in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_without_the_package_it_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(InputError, match=r"^GGUF files need the package gguf; install it with `pip install gguf`\.$"):
        LocalHost(file, device="cpu")


FETCH = """
import sys
from xlt_core.models import pretrained
from xlt_core.records import InputError
for name in sys.argv[1:]:
    try:
        print(pretrained.gguf_file(name))
    except InputError as error:
        print(error)
"""


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_file_is_one_sentence(file: Path, tmp_path: Path, seed: int) -> None:
    chance, content = random.Random(seed), bytearray(file.read_bytes())
    if seed % 2:
        del content[chance.randrange(len(content)) :]
    else:
        for place in chance.choices(range(4000), k=20):
            content[place] = chance.randrange(256)
    damaged = tmp_path / "tiny.gguf"
    damaged.write_bytes(content)
    try:
        answers(LocalHost(damaged, device="cpu", pool=ModelPool()))
    except (InputError, HostError) as error:
        assert "\n" not in str(error) and str(error).endswith(".")
    else:
        assert seed % 2 == 0, "what was cut off is missed"


def test_one_file_of_a_hub_id_is_fetched(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "org" / "name"
    folder.mkdir(parents=True)
    for name in (file.name, "other.gguf"):
        (folder / name).write_bytes(file.read_bytes())
    server = HubServer(tmp_path / "hub")
    reach = {"HF_ENDPOINT": server.address, "HF_HOME": str(tmp_path / "home"), "NO_PROXY": "127.0.0.1",
             "HF_HUB_DISABLE_XET": "1"}  # fmt: skip
    call = [sys.executable, "-c", FETCH, f"org/name:{file.name}", "org/name:none.gguf", "org/none:a.gguf"]
    done = subprocess.run(call, cwd=ROOT, env=os.environ | reach, capture_output=True, text=True, check=True)
    server.stop()
    path, lacking, unknown = done.stdout.splitlines()
    assert Path(path).read_bytes() == file.read_bytes()
    assert "it has no file none.gguf" in lacking and "there is no such id" in unknown
    assert not any("/resolve/" in asked and "other" in asked for asked in server.asked)
