"""Whatever is wrong with the files of a model, a tokenizer or an adapter, the user reads one sentence."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import tiny_encoder_decoders
from helpers.tiny_models import CHAT, GPTNeoXConfig, Qwen2Config, make_adapter, make_model
from safetensors.torch import load_file, save_file

from xlt_core.hosts.local import LocalHost
from xlt_core.models.pool import ModelPool
from xlt_core.records import HostError, InputError, Limits, Message

PROMPTS = [(Message("user", "Text: The team won.\nTopic:"),)]
ODD_VALUES = (None, "", "x", -1, 0, 1.5, 10**9, [], {}, True, ["x"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with two adapters, one that rewrites the model, and in the subfolder `other` files of another model."""
    folder = make_model(tmp_path_factory.mktemp("whole") / "model", CHAT, layers=1, size=300)
    make_adapter(folder, folder / "adapters" / "kin")
    make_adapter(folder, folder / "adapters" / "yor", modules_to_save=["lm_head"])
    other = make_model(folder.parent / "other", kind=GPTNeoXConfig, width=64)
    make_adapter(other, other / "adapters" / "kin", r=2)
    return folder


def empty(path: Path, others: list[Path], chance: random.Random) -> None:
    path.write_bytes(b"")


def cut(path: Path, others: list[Path], chance: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))])


def swap(path: Path, others: list[Path], chance: random.Random) -> None:
    """Puts another file there: that of another model, or any."""
    same_name = [other for other in others if other.name == path.name]
    path.write_bytes(chance.choice(same_name if same_name and chance.random() < 0.6 else others).read_bytes())


def remove(path: Path, others: list[Path], chance: random.Random) -> None:
    path.unlink()


def scramble(path: Path, others: list[Path], chance: random.Random) -> None:
    """Overwrites some bytes, or of a JSON file one value."""
    if path.suffix == ".json":
        values = json.loads(path.read_text("utf-8"))
        values[chance.choice(list(values))] = chance.choice(ODD_VALUES)
        path.write_text(json.dumps(values), "utf-8")
        return
    content = bytearray(path.read_bytes())
    for place in chance.choices(range(min(len(content), 2000)), k=20):
        content[place] = chance.randrange(256)
    path.write_bytes(content)


DAMAGES: list[Callable[[Path, list[Path], random.Random], None]] = [empty, cut, swap, remove, scramble]


def use(folder: Path) -> None:
    """All that a column may ask of a model with its adapters."""
    host = LocalHost(folder, device="cpu", pool=ModelPool())
    for name in ("", "kin", "yor"):
        host.identity(name)
        for _ in host.score(PROMPTS, [("sports", "health")], name):
            pass
        for _ in host.generate(PROMPTS, name, Limits(3, stop=())):
            pass


def told(folder: Path) -> str:
    """What the user reads; "" if all went well. Any error but ours comes through."""
    try:
        use(folder)
    except (InputError, HostError) as error:
        return str(error)
    return ""


def damaged(whole: Path, place: Path, seed: int) -> tuple[Path, str]:
    """A copy of the folder with one file damaged, and what was done to which."""
    chance, copy = random.Random(seed), place / f"copy{seed}"
    shutil.copytree(whole, copy)
    files, others = ([path for path in sorted(top.rglob("*")) if path.is_file()] for top in (copy, whole.parent))
    path, damage = chance.choice(files), chance.choice(DAMAGES)
    damage(path, others, chance)
    return copy, f"{seed}: {damage.__name__} {path.relative_to(copy)}"


def check(folder: Path, place: Path, seeds: range) -> None:
    assert told(folder) == ""
    wrong, refused = [], 0
    for seed in seeds:
        copy, what = damaged(folder, place, seed)
        try:
            said = told(copy)
        except Exception as error:
            wrong.append(f"{what}: {error!r:.300}")
        else:
            refused += bool(said)
            if said and ("\n" in said or not said.endswith(".") or len(said) > 600):
                wrong.append(f"{what}: {said!r}")
        shutil.rmtree(copy)
    assert not wrong
    assert refused > len(seeds) / 3


def test_a_damaged_file_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    check(folder, tmp_path, range(50))


@pytest.mark.nightly
def test_a_thousand_damaged_files_are_one_sentence_each(folder: Path, tmp_path: Path) -> None:
    check(folder, tmp_path, range(1000, 2000))


@pytest.mark.nightly
def test_damaged_files_of_an_encoder_decoder_are_one_sentence_each(tmp_path: Path) -> None:
    folder = tiny_encoder_decoders.make("mt5", tmp_path / "whole" / "mt5")
    other = tiny_encoder_decoders.make("bart", tmp_path / "whole" / "other")
    for name in ("kin", "yor"):
        tiny_encoder_decoders.make_adapter(folder, folder / "adapters" / name)
    shutil.copytree(folder / "adapters", other / "adapters")
    check(folder, tmp_path, range(2000, 2300))


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("adapters/kin/adapter_model.safetensors", None, "(it has no adapter_model.safetensors)."),
        ("adapters/kin/adapter_model.safetensors", b"", "(Error while deserializing header"),
        ("adapters/kin/adapter_config.json", b"{}", "save or download its folder"),
        ("model.safetensors", b"", "(Error while deserializing header"),
        ("config.json", b"{", "give a model folder, or a Hugging Face id"),
        ("tokenizer.json", b"{}", "give a model folder, or a Hugging Face id"),
        ("generation_config.json", b'{"eos_token_id": {}}', "give a model folder, or a Hugging Face id"),
    ],
)
def test_the_sentence_names_the_folder_and_what_to_do(
    folder: Path, tmp_path: Path, file: str, content: bytes | None, said: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / file).unlink()
    if content is not None:
        (copy / file).write_bytes(content)
    found = told(copy)
    assert said in found and str(copy) in found


def test_weights_that_a_file_lacks_are_not_made_up(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    weights = load_file(copy / "model.safetensors")
    save_file({name: weight for name, weight in weights.items() if "q_proj" not in name}, copy / "model.safetensors",
              {"format": "pt"})  # fmt: skip
    assert "(its files lack 1 weights, such as model.layers.0.self_attn.q_proj.weight)." in told(copy)


def test_a_tokenizer_of_a_larger_model_is_named(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    shutil.copy(folder.parent / "other" / "tokenizer.json", copy)
    assert f"The tokenizer in {copy} is of another model" in told(copy)


def without_tokenizer(folder: Path) -> Path:
    for pattern in ("*token*", "sp*", "chat_template*"):
        for path in folder.glob(pattern):
            path.unlink()
    return folder


def test_a_folder_without_a_tokenizer_gets_no_empty_one(tmp_path: Path) -> None:
    causal = without_tokenizer(make_model(tmp_path / "qwen2", kind=Qwen2Config))
    both = without_tokenizer(tiny_encoder_decoders.make("mt5", tmp_path / "mt5"))
    for folder in (causal, both):
        assert told(folder) == f"{folder} holds no tokenizer; save or download it again, with its tokenizer's files."


@pytest.mark.parametrize(("kind", "said"), [
    ("nonesuch", "model type `nonesuch` but Transformers does not recognize this architecture)."),
    ("whisper", "(Unrecognized configuration class"),
])  # fmt: skip
def test_an_architecture_that_is_unknown_is_named(folder: Path, tmp_path: Path, kind: str, said: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    values = json.loads((copy / "config.json").read_text("utf-8"))
    (copy / "config.json").write_text(json.dumps({**values, "model_type": kind}), "utf-8")
    assert said in told(copy) and "\n" not in told(copy)
