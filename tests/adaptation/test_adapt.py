"""Adapting: what is measured and written, on two architectures; stopping, and going on."""

from __future__ import annotations

import hashlib
import json
import math
from contextlib import closing
from shutil import copytree
from zipfile import ZipFile

import pytest
import torch
from helpers import adaptations as seam
from huggingface_hub import ModelCard
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core import catalog, settings
from xlt_core.adaptation import folders
from xlt_core.adaptation.adapt import adapt, survey
from xlt_core.adaptation.folders import folder_for, unfinished
from xlt_core.adaptation.records import rate_of
from xlt_core.hosts.local import LocalHost
from xlt_core.models import pretrained
from xlt_core.probing.bits_per_byte import bits_per_byte
from xlt_core.records import InputError, Message
from xlt_core.settings import POCKET
from xlt_core.world import world

MODEL = POCKET / "model"
PROMPT = ((Message("user", "Minisitiri yasuye ibitaro bya Huye."),),)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return seam.neox(tmp_path_factory.mktemp("neox"))


@pytest.fixture(scope="module")
def on_pocket(tmp_path_factory):
    """An adapter of the bundled model in the folder `out`, beside its text; and the last snapshot of its training."""
    folder = tmp_path_factory.mktemp("pocket")
    given = seam.plan(seam.text(folder), model="pocket", steps=5, rate=2e-3)
    return folder, seam.finished(given, folder / "out")


def test_an_adapter_of_the_bundled_model_learns_and_says_what_it_is(on_pocket):
    folder, last = on_pocket
    (before, after), english = last.bits["kin"], last.bits["eng"]
    assert after < before and len(english) == 2 and last.losses[-1][0] == 5 and last.left == 0
    card = json.loads((folder / "out" / "adaptation.json").read_text("utf-8"))
    revision = pretrained.revision_at(str(MODEL), "")
    assert card["base"] == {"model": "pocket", "revision": revision} and card["plan"]["model"] == "pocket"
    assert card["bits_per_byte"]["kin"] == {"before": before, "after": after}
    digest = hashlib.sha256((folder / "kin.txt").read_bytes()).hexdigest()
    assert card["texts"][0]["source"] == "kin.txt" and card["texts"][0]["file_sha256"] == digest
    assert str(folder) not in json.dumps(card), "no path of a machine belongs into a card"
    readme = ModelCard.load(folder / "out" / "README.md")
    assert readme.data.library_name == "peft" and readme.data.language == ["kin"] and readme.data.license == "other"
    assert f"{before:.3f} | {after:.3f}" in readme.text and card["texts"][0]["sha256"] in readme.text
    assert f"`sha256sum kin.txt` prints `{digest}`" in readme.text
    config = json.loads((folder / "out" / "adapter_config.json").read_text("utf-8"))
    assert config["base_model_name_or_path"] == "pocket"
    assert not (folder / "out" / "checkpoints").exists()


def test_what_was_made_here_is_a_choice_of_laft_at_once(on_pocket, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "ADAPTERS", tmp_path / "made")
    host = catalog.host("pocket")
    assert host.adapters("kin") == ("kin",)
    copytree(on_pocket[0] / "out", tmp_path / "made" / "mine")
    assert host.adapters("kin") == ("kin", "mine") and "mine" not in host.adapters("hau")
    scores = [dict(host.score(PROMPT, [("a", "b")], adapter=name))[0].choices["a"] for name in ("", "kin", "mine")]
    assert len(set(scores)) == 3
    seam.finished(seam.plan(seam.text(tmp_path), model=seam.neox(tmp_path / "x"), steps=2), tmp_path / "made" / "other")
    assert "other" not in host.adapters("kin"), "it is of another base"


def test_bits_per_byte_are_those_of_the_whole_text():
    tokenizer, model = AutoTokenizer.from_pretrained(MODEL), AutoModelForCausalLM.from_pretrained(MODEL).float()
    texts = [next(world.documents("kin", seed)) for seed in range(5)]
    nats = 0.0
    for text in texts:
        ids = tokenizer(text, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            nats += model(input_ids=ids, labels=ids).loss.item() * (ids.shape[1] - 1)
    expected = nats / math.log(2) / sum(len(text.encode()) for text in texts)
    assert bits_per_byte(model, tokenizer, texts) == pytest.approx(expected, rel=1e-4)


def test_a_text_longer_than_the_model_is_read_in_windows(base):
    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModelForCausalLM.from_pretrained(base).float()
    text = " ".join(next(world.documents("kin", seed)) for seed in range(4))
    assert len(tokenizer(text)["input_ids"]) > 300 > 2 * model.config.max_position_embeddings
    uniform = math.log2(len(tokenizer)) * len(tokenizer(text, add_special_tokens=False)["input_ids"])
    assert bits_per_byte(model, tokenizer, [text]) == pytest.approx(uniform / len(text.encode()), rel=0.02)


@pytest.mark.parametrize(("targets", "modules"), [
    ("all-linear", {"query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"}),
    ("attention", {"query_key_value"}), ("dense_h_to_4h, dense", {"dense_h_to_4h", "dense"}),
])  # fmt: skip
def test_the_targets_fit_any_architecture(tmp_path, base, targets, modules):
    seam.finished(seam.plan(seam.text(tmp_path), model=base, steps=2, targets=targets), tmp_path / "out")
    config = json.loads((tmp_path / "out" / "adapter_config.json").read_text("utf-8"))
    assert {name.rpartition(".")[2] for name in config["target_modules"]} == modules
    host = LocalHost(base)
    adapted, plain = (dict(host.score(PROMPT, [("a", "b")], name))[0].choices for name in (str(tmp_path / "out"), ""))
    assert adapted != plain


def test_full_weights_are_a_model_folder_of_their_own(tmp_path, base):
    given = seam.plan(seam.text(tmp_path), model=base, method="full", steps=30, rate=1e-2)
    last = seam.finished(given, tmp_path / "out")
    assert last.bits["kin"][1] < last.bits["kin"][0] - 0.1
    model, tokenizer = (kind.from_pretrained(tmp_path / "out") for kind in (AutoModelForCausalLM, AutoTokenizer))
    some = [next(world.documents("kin", 9))]
    former = bits_per_byte(AutoModelForCausalLM.from_pretrained(base).float(), tokenizer, some)
    assert bits_per_byte(model.float(), tokenizer, some) < former - 0.1
    card = ModelCard.load(tmp_path / "out" / "README.md")
    assert card.data.library_name == "transformers"


def test_several_languages_make_one_adapter(tmp_path, base):
    given = seam.plan(seam.text(tmp_path), seam.text(tmp_path, "hau"), model=base, average=True)
    last = seam.finished(given, tmp_path / "out")
    assert set(last.bits) == {"kin", "hau", "eng"} and [one.language for one in last.surveys] == ["kin", "hau"]
    assert last.card["plan"]["corpora"] == ["kin", "hau"] and last.card["plan"]["average"]


def test_a_stop_before_the_first_step_trains_nothing(tmp_path, base):
    running = adapt(seam.plan(seam.text(tmp_path), model=base), tmp_path / "out")
    while next(running).doing != "measuring the model before":
        pass
    running.close()
    assert not list(tmp_path.glob("out/**/*.safetensors"))


@pytest.mark.parametrize("objective", ["laft", "align"])
def test_a_stop_keeps_a_checkpoint_and_going_on_ends_where_an_undisturbed_run_does(tmp_path, base, objective):
    source = seam.pairs(tmp_path) if objective == "align" else seam.text(tmp_path)
    given = seam.plan(source, model=base, steps=12, rate=1e-2, objective=objective)
    whole = seam.finished(given, tmp_path / "whole")
    running = adapt(given, tmp_path / "out")
    for snapshot in running:
        if snapshot.step == 7:
            break
    running.close()
    kept = max(int(path.name.partition("-")[2]) for path in (tmp_path / "out" / "checkpoints").glob("checkpoint-*"))
    assert 7 <= kept < 12
    assert not (tmp_path / "out" / "adaptation.json").exists()
    (tmp_path / "out" / "checkpoints" / "checkpoint-99").mkdir()  # a process may have been killed while it wrote one
    went_on = list(adapt(given, tmp_path / "out", resume=True))
    steps = [snapshot.step for snapshot in went_on if snapshot.doing == "training"]
    assert steps[0] == kept and steps[-1] == 12
    assert [loss for _, loss in went_on[-1].losses] == pytest.approx([loss for _, loss in whole.losses], abs=1e-3)
    assert went_on[-1].bits == whole.bits
    again = seam.finished(given, tmp_path / "out", resume=True)
    assert again.doing == "finished before" and again.card == json.loads(json.dumps(went_on[-1].card))


def test_what_was_begun_is_found_with_all_that_going_on_needs(tmp_path, base, monkeypatch):
    monkeypatch.setattr(settings, "ADAPTERS", tmp_path / "made")
    given = seam.plan(seam.text(tmp_path), model=base)
    running = adapt(given, folder_for(given))
    assert unfinished() == {} and any(snapshot.step == 2 for snapshot in running)
    running.close()
    assert unfinished() == {tmp_path / "made" / "kin-1": given} and folder_for(given, resume=True).name == "kin-1"
    seam.finished(given, tmp_path / "made" / "kin-1", resume=True)
    assert unfinished() == {} and folder_for(given).name == "kin-2"


def test_what_was_adapted_here_is_listed_handed_out_and_deleted(tmp_path, base, monkeypatch):
    monkeypatch.setattr(settings, "ADAPTERS", tmp_path / "made")
    given = seam.plan(seam.text(tmp_path), model=base, steps=2)
    seam.finished(given, tmp_path / "made" / "kin-1")
    with closing(adapt(given, tmp_path / "made" / "kin-2")) as run:
        next(snapshot for snapshot in run if snapshot.doing == "training")
    assert [bool(card) for card in folders.finished().values()] == [False, True] and [*folders.finished()][1] == "kin-1"
    with ZipFile(folders.archive("kin-1", tmp_path)) as whole:
        assert "kin-1/adapter_config.json" in whole.namelist()
    folders.delete("kin-2")
    assert [*folders.finished()] == ["kin-1"]
    for name in ("kin-2", "../kin.txt", ""):
        with pytest.raises(InputError, match="Nothing here is called"):
            folders.delete(name)
    assert (tmp_path / "kin.txt").exists()


def test_what_goes_on_must_be_what_was_begun(tmp_path, base):
    given = seam.plan(seam.text(tmp_path), model=base)
    running = adapt(given, tmp_path / "out")
    assert any(snapshot.step == 2 for snapshot in running)
    running.close()
    assert (tmp_path / "out" / "checkpoints" / "run.json").exists()
    less = tmp_path / "less"
    less.mkdir()
    for other, said in ((seam.plan(seam.text(tmp_path), model=base, rank=3), "rank 2, not 3"),
                        (seam.plan(seam.text(less, documents=50), model=base), "another text"),
                        (seam.plan(seam.text(tmp_path), model=seam.neox(tmp_path / "x", 64)), "model")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            list(adapt(other, tmp_path / "out", resume=True))
    assert seam.finished(seam.plan(seam.text(tmp_path), model=base, rank=3), tmp_path / "out").step == 8, "begun anew"


def test_a_survey_says_what_the_text_holds_and_times_a_step(tmp_path, base):
    found = survey(seam.plan(seam.text(tmp_path), model=base, steps=1000))
    (held,) = found.surveys
    longer = survey(seam.plan(seam.text(tmp_path), model=base, tokens=64 * 128 * 2))
    assert held.documents == 60 and 1.5 < held.tokens_per_word < 2.5 and held.foreign == 0.0
    assert found.steps == 1000 and found.seconds > 1 and longer.steps == 128, "tokens over rows times block"
    assert found.parameters == 2 * 2 * (32 + 96 + 32 + 32 + 32 + 64 + 64 + 32)


@pytest.mark.parametrize(("setting", "said"), [
    ({"steps": 0}, "setting steps cannot be 0"), ({"method": "magic"}, "no method 'magic'"),
    ({"targets": "w_q"}, "targets 'w_q' do not fit a model of the kind gpt_neox"),
    ({"block": 4096}, "128 tokens at most"), ({"language": "klingonish"}, "no language"),
    ({"objective": "magic"}, "no objective 'magic'"), ({"knobs": {"depth": 2}}, "no knob of laft 'depth'"),
    ({"held_out": 0.9}, "held_out cannot be 0.9"), ({"seed": -1}, "seed cannot be -1"),
])  # fmt: skip
def test_a_plan_that_is_off_is_one_sentence(tmp_path, base, setting, said):
    with pytest.raises(InputError, match=said):
        list(adapt(seam.plan(seam.text(tmp_path), model=base, **setting), tmp_path / "out"))
    assert not (tmp_path / "out").exists(), "its name is free"
    with pytest.raises(InputError, match="no text"):
        list(adapt(seam.plan(model=base), tmp_path / "out"))


def test_small_models_learn_faster_and_full_weights_slower():
    assert rate_of("lora", 7_000_000_000) == 2e-4 and rate_of("full", 7_000_000_000) == 2e-5
    assert 5e-4 < rate_of("lora", 5_600_000) < 1e-3
