"""Models, adapters and full weights by Hub id, from a server that answers as the Hub does, by the Hub's own client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.model_hub import COMMIT, HubServer
from helpers.tiny_models import GPTNeoXConfig, make_adapter, make_model
from transformers import AutoModelForCausalLM

from xlt_core.hosts.local import LocalHost
from xlt_core.records import Limits, Message
from xlt_core.settings import ROOT

HELD_BACK = "model-00002-of-00002.safetensors"
RUN = """
import json, os, sys, urllib.request
from xlt_core.models import hub
from xlt_core.hosts.local import LocalHost
from xlt_core.records import InputError, Limits, Message

PROMPTS = [(Message("user", "The team won"),), (Message("user", "Minisitiri w'ubuzima"),)]
host = LocalHost("org/base", device="cpu")
notes, found = [], {"revision": host.revision, "before": len(list(hub.downloads()))}
for adapter in ("", "org/lora", "org/lora2", "org/full"):
    texts = {}
    for index, reply in host.generate(PROMPTS, adapter, Limits(8, stop=())):
        if reply.final:
            texts[index] = reply.text
        elif reply.note and reply.note not in notes:
            notes.append(reply.note)
            if " of " in reply.note and ": 0.0" not in reply.note and "HUB" in os.environ:
                urllib.request.urlopen(os.environ["HUB"] + "/go").read()
    found[adapter] = [texts[i] for i in sorted(texts)]
for odd in ("org/none", "org/other"):
    try:
        host.adapted(odd)
    except InputError as error:
        found[odd] = str(error)
print(json.dumps([found, notes]))
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubServer, Path]]:
    """A base in two shards and other formats, two adapters, full weights in the older format, and a misfit."""
    folder = tmp_path_factory.mktemp("hub") / "org"
    base = make_model(folder / "base", width=64)
    whole = AutoModelForCausalLM.from_pretrained(base)
    (base / "model.safetensors").unlink()
    whole.save_pretrained(base, max_shard_size="300KB")
    assert (base / HELD_BACK).is_file()
    for other in ("pytorch_model.bin", "consolidated.safetensors", "onnx/model.onnx", "model.gguf"):
        (base / other).parent.mkdir(exist_ok=True)
        (base / other).write_bytes(b"another format")
    for seed, name in enumerate(("lora", "lora2"), 1):
        make_adapter(base, folder / name, seed)
    _save_as_bin(make_model(folder / "full", width=64, size=300, seed=4))
    make_model(folder / "other", kind=GPTNeoXConfig)
    server = HubServer(folder.parent, HELD_BACK)
    yield server, folder
    server.stop()


def _save_as_bin(folder: Path) -> None:
    """Saves the weights in the format of the Hub's older models."""
    import torch

    model = AutoModelForCausalLM.from_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def run(server: HubServer, home: Path, **more: str) -> tuple[dict[str, object], list[str]]:
    environment = {**os.environ, "HF_ENDPOINT": server.address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1",
                   "NO_PROXY": "127.0.0.1", **more}  # fmt: skip
    environment.pop("HF_HUB_CACHE", None)
    done = subprocess.run([sys.executable, "-c", RUN], cwd=ROOT, env=environment, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def test_models_from_the_hub_answer_as_from_a_folder_and_then_load_from_the_cache(hub, tmp_path) -> None:
    server, folder = hub
    found, notes = run(server, tmp_path, HUB=server.address)
    local = LocalHost(folder / "base", device="cpu")
    for name, adapter in (("", ""), ("org/lora", folder / "lora"), ("org/lora2", folder / "lora2"),
                          ("org/full", folder / "full")):  # fmt: skip
        prompts = [(Message("user", text),) for text in ("The team won", "Minisitiri w'ubuzima")]
        replies = {i: r.text for i, r in local.generate(prompts, str(adapter), Limits(8, stop=())) if r.final}
        assert found[name] == [replies[0], replies[1]], name
    assert len({tuple(found[name]) for name in ("", "org/lora", "org/lora2", "org/full")}) == 4
    assert found["revision"] == COMMIT and found["before"] == 0
    sizes = [(folder / "base" / f"model-0000{n}-of-00002.safetensors").stat().st_size / 1e6 for n in (1, 2)]
    assert f"downloading org/base: {sizes[0]:.1f} of {sum(sizes):.1f} MB" in notes, notes
    assert "there is no such id, or it is private: then set HF_TOKEN" in found["org/none"]
    assert "its kind is gpt_neox, and llama here" in found["org/other"]
    fetched = [path for path in server.asked if path.startswith("GET") and "/resolve/" in path]
    assert not any(path.endswith((".gguf", ".onnx", "consolidated.safetensors", "README.md"))
                   for path in fetched)  # fmt: skip
    assert not any("/base/" in path and path.endswith(".bin") for path in fetched)
    assert not any("/other/" in path and path.endswith("safetensors") for path in fetched), "refused before its weights"
    server.asked.clear()
    again, _ = run(server, tmp_path, HF_HUB_OFFLINE="1")
    assert {name: again[name] for name in ("", "org/lora", "org/full", "revision")} == {
        name: found[name] for name in ("", "org/lora", "org/full", "revision")
    }
    assert not server.asked and "the Hub does not answer" in again["org/none"]
