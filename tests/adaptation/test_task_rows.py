"""Objectives that learn from a task's train rows, and new pieces: trained, killed, resumed, listed and compared."""

from __future__ import annotations

import json
import random
from pathlib import Path
from shutil import copytree

import pytest
import torch
from helpers import adaptations as seam
from helpers.tiny_models import make_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core import settings
from xlt_core.adaptation import objective as objective_module
from xlt_core.adaptation.adapt import adapt
from xlt_core.adaptation.corpus import Corpus
from xlt_core.adaptation.objective import objective_of
from xlt_core.adaptation.records import Adaptation, Base
from xlt_core.adaptation.tokens import wider
from xlt_core.adaptation.tokens.pieces import merges, widened
from xlt_core.adaptation.trainer import Progress
from xlt_core.hosts.local import LocalHost
from xlt_core.interface.calls import compare
from xlt_core.probing.bits_per_byte import bits_per_byte
from xlt_core.records import InputError, Message
from xlt_core.world import world

PROMPT = ((Message("user", "Text: Minisitiri yasuye ibitaro.\nTopic:"),),)


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return make_model(tmp_path_factory.mktemp("base"), layers=2, tied=True, size=400)


@pytest.fixture(autouse=True)
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "ADAPTERS", tmp_path / "made")
    monkeypatch.setattr(settings, "STORE", tmp_path / "store.sqlite")
    monkeypatch.setattr(objective_module, "ENGLISH", 3)


def rows_plan(model: Path, objective: str, language: str = "kin", source: str = "world", **knobs) -> Adaptation:
    size = {"rows": 2, "steps": 5, "rank": 2, "block": 480, "rate": 0.01}
    if objective == "vocabulary":
        size, source = size | {"block": 32}, str(seam.text(model / "..", documents=25))
    own = {"pieces": 30} if objective == "vocabulary" else {"samples": 12, **knobs}
    return Adaptation((Corpus(language, source),), str(model), objective=objective, knobs=own, **size)


@pytest.mark.parametrize(("objective", "knobs"), [
    ("soft", {"length": 3}), ("instruct", {"texts": "english"}), ("dpo", {}), ("distil", {"pivot": "human"}),
    ("vocabulary", {}),
])  # fmt: skip
def test_killed_and_resumed_it_ends_where_an_undisturbed_run_does_and_its_strategy_finds_it(
    tmp_path, base, objective, knobs, monkeypatch
):
    given, whole, on_step_end = rows_plan(base, objective, **knobs), tmp_path / "made" / "whole", Progress.on_step_end

    def copying(progress, args, state, control, **more):
        if state.global_step == 4 and not (tmp_path / "killed").exists():
            copytree(whole, tmp_path / "killed")  # what a killed process leaves; nothing is written meanwhile
        on_step_end(progress, args, state, control, **more)

    monkeypatch.setattr(Progress, "on_step_end", copying)
    *_, snapshot = adapt(given, whole)
    assert snapshot.doing == "done" and len(snapshot.losses) == 5
    *_, last = resumed = list(adapt(given, tmp_path / "killed", resume=True))
    steps = [one.step for one in resumed if one.doing == "training"]
    assert 3 <= steps[0] < 5 and last.doing == "done"
    assert [loss for _, loss in last.losses] == pytest.approx([loss for _, loss in snapshot.losses], abs=2e-3)
    assert last.figures == {name: pytest.approx(values, rel=1e-2) for name, values in snapshot.figures.items()}
    host = LocalHost(base, device="cpu")
    assert host.adapters("kin", objective) == ("whole",) and host.adapters("kin", "laft") == ()
    plain, own = (dict(host.score(PROMPT, [("sports", "health")], name))[0] for name in ("", "whole"))
    assert plain.choices != own.choices and own.tokens_in != 0
    card = json.loads((whole / "adaptation.json").read_text("utf-8"))
    assert card["plan"]["objective"] == objective and str(tmp_path) not in json.dumps(card)


def test_a_soft_prompt_learned_in_english_is_tried_in_another_language(tmp_path, base):
    list(adapt(rows_plan(base, "soft", "eng"), tmp_path / "made" / "eng-1"))
    found = compare(task="topic", language="kin", model=str(base), strategies="prompt,soft", samples=3, shots=0,
                    progress=False)  # fmt: skip
    prompt, soft = found.comparison.runs
    assert prompt.state == soft.state == "done", soft.note
    assert "eng-1" in soft.note and soft.replies[0].tokens_in == prompt.replies[0].tokens_in + 16
    assert soft.replies[0].choices != prompt.replies[0].choices and found.comparison.tests


def test_distilling_reads_no_gold_label(tmp_path, base):
    texts = [(next(world.documents("kin", seed)), next(world.documents("eng", seed))) for seed in range(9)]
    labels = ["health", "sports", "politics"] * 3
    made = []
    for seed in (0, 1):
        shuffled = random.Random(seed).sample(labels, 9)
        rows = [{"text": own, "english": english, "english_answer": label, "answer": label, "split": "train"}
                for (own, english), label in zip(texts, shuffled, strict=True)]  # fmt: skip
        path = tmp_path / f"rows-{seed}.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        plan = rows_plan(base, "distil", source=str(path), pivot="human", samples=6)
        made.append(objective_of(plan).read(plan).more)
    (first, second), gold = made, {text: label for (text, _), label in zip(texts, labels, strict=True)}
    assert [(row.text, row.answer) for row in first.rows] == [(row.text, row.answer) for row in second.rows]
    assert any(row.answer != gold[row.text] for row in first.rows), "they are the model's own"


def test_english_rows_are_translated_with_their_labels():
    plans = [rows_plan(Path("pocket"), "instruct", texts=texts, samples=5) for texts in ("english", "translated")]
    english, put = (objective_of(plan).read(plan).more for plan in plans)
    assert [row.answer for row in put.rows] == [row.answer for row in english.rows]
    assert put.language.code == "kin" and all(a.text != b.text for a, b in zip(put.rows, english.rows, strict=True))


def test_merges_go_on_by_frequency():
    words = [(["l", "ow"], 5), (["l", "ow", "e", "r"], 2), (["n", "e", "w", "e", "r"], 3)]
    assert list(merges(words))[:4] == [("l", "ow"), ("e", "r"), ("e", "w"), ("ew", "er")]


def test_new_pieces_shorten_the_language_and_begin_as_means(base):
    tokenizer, model = AutoTokenizer.from_pretrained(base), AutoModelForCausalLM.from_pretrained(base).float()
    texts = [next(world.documents("kin", seed)) for seed in range(20)]
    old = model.get_input_embeddings().weight.detach().clone()
    before = bits_per_byte(model, tokenizer, texts[:2])
    made = widened(tokenizer, texts, 30)
    assert len(made.new) == 30 and min(made.new) == len(tokenizer)
    counts = [len(one(" ".join(texts))["input_ids"]) for one in (tokenizer, made.tokenizer)]
    assert counts[1] < 0.8 * counts[0] and made.tokenizer.decode(
        made.tokenizer(texts[0])["input_ids"], skip_special_tokens=True) == texts[0]  # fmt: skip
    plan = rows_plan(base, "vocabulary")
    wide = wider.with_pieces(model, Base(Adaptation(plan.corpora, rank=2, alpha=4), tokenizer, None, ""), texts, 30)
    rows = wide.model.get_input_embeddings().weight
    for token, parts in made.new.items():
        assert torch.allclose(rows[token], old[list(parts)].mean(0), atol=1e-5)
    with wider.as_before(wide) as former:
        assert bits_per_byte(former.model, former.tokenizer, texts[:2]) == pytest.approx(before, rel=1e-5)


@pytest.mark.parametrize(("changes", "said"), [
    ({"source": "sib200x"}, "no dataset 'sib200x'"), ({"language": "deu"}, "has no train rows for topic in German"),
    ({"samples": 3}, "cannot be '3'; give 4"), ({"task": "cooking"}, "no task 'cooking'"),
])  # fmt: skip
def test_rows_that_are_off_are_one_sentence(tmp_path, base, changes, said):
    with pytest.raises(InputError, match=said):
        list(adapt(rows_plan(base, "instruct", **changes), tmp_path / "out"))
