"""The objective dpo: its pairs, its loss beside trl's, and what it goes on from."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from helpers.tiny_models import make_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core import catalog, settings
from xlt_core.adaptation import objective as objective_module
from xlt_core.adaptation import trainer
from xlt_core.adaptation.adapt import adapt
from xlt_core.adaptation.corpus import Corpus
from xlt_core.adaptation.halving import HalvesBatches
from xlt_core.adaptation.objective import objective_of
from xlt_core.adaptation.objectives.dpo import DPO
from xlt_core.adaptation.records import Adaptation, Snapshot
from xlt_core.adaptation.supervised.task_rows import TaskRows, returned
from xlt_core.contracts import Setting
from xlt_core.engine.tokenization import PromptTokenizer
from xlt_core.hosts.local import LocalHost
from xlt_core.records import Column, InputError, Limits, Prompt

LIKELIER, NATS = "right answers that are likelier, held out", "nats an answer that is held out"


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return make_model(tmp_path_factory.mktemp("base"), layers=2, tied=True, size=400)


@pytest.fixture(autouse=True)
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "ADAPTERS", tmp_path / "made")
    monkeypatch.setattr(settings, "STORE", tmp_path / "store.sqlite")
    monkeypatch.setattr(objective_module, "ENGLISH", 1)


def plan(model: Path | str, **changes) -> Adaptation:
    size = {"rows": 2, "steps": 4, "rank": 2, "block": 480, "rate": 0.01, "held_out": 0.5}
    knobs = {"samples": 16} | changes.pop("knobs", {})
    return replace(Adaptation((Corpus("kin", "world"),), str(model), objective="dpo", knobs=knobs, **size), **changes)


def trained(given: Adaptation, out: Path) -> Snapshot:
    *_, last = adapt(given, out)
    assert last.doing == "done"
    return last


def losses(last: Snapshot) -> list[float]:
    return [loss for _, loss in last.losses]


def asked(given: TaskRows, host: LocalHost) -> list[Prompt]:
    setting = Setting(given.task, given.language, catalog.language("eng"), host, None, (), Limits(), 0)
    solver = returned(catalog.strategy(Column("prompt", "prompt")).prepare(setting))
    return [solver.preview(row.blanked())[0] for row in given.rows]


def likelihoods(base: Path, given: TaskRows) -> list[float]:
    """Of each row's answer with what ends it."""
    tokenizer, model = PromptTokenizer(AutoTokenizer.from_pretrained(base)), AutoModelForCausalLM.from_pretrained(base)
    found = []
    for prompt, row in zip(asked(given, catalog.host(str(base))), given.rows, strict=True):
        ids, own = tokenizer.completed(prompt, given.task.completion(row.answer, row))
        labels = torch.tensor([[-100] * own + ids[own:]])
        loss = model.float()(input_ids=torch.tensor([ids]), labels=labels).loss
        found.append(-loss.item() * (len(ids) - own))
    return found


def test_the_wrong_answer_is_the_likeliest_wrong_label(base):
    found = objective_of(plan(base)).read(plan(base)).more
    assert len(found.rows) == len(found.wrong) == 16 and {row.answer for row in found.rows} >= {"health", "sports"}
    host = catalog.host(str(base))
    replies = dict(host.score(asked(found, host), [list(row.choices) for row in found.rows]))
    for at, (row, wrong) in enumerate(zip(found.rows, found.wrong, strict=True)):
        best = sorted(row.choices, key=lambda label: -replies[at].choices[label])
        assert wrong.answer == next(label for label in best if label != row.answer) and wrong.texts == row.texts


def test_where_the_model_writes_its_answer_rows_that_it_has_right_are_left_out():
    given = plan("pocket", knobs={"task": "summary", "samples": 12})
    found = objective_of(given).read(given).more
    assert 4 <= len(found.rows) < 12
    assert all(row.answer != wrong.answer for row, wrong in zip(found.rows, found.wrong, strict=True))


def test_english_rows_are_asked_in_english(base):
    given = plan(base, knobs={"texts": "english"})
    assert objective_of(given).read(given).more.language.code == "eng"


def test_it_learns_what_its_own_loss_says_in_parts_too(tmp_path, base, monkeypatch):
    given = plan(base, steps=6)
    whole = trained(given, tmp_path / "whole")
    objective, before = objective_of(given), whole.figures[LIKELIER][0]
    tested = objective.split(given, objective.read(given)).more
    sides = (likelihoods(base, replace(tested, rows=rows)) for rows in (tested.rows, tested.wrong))
    likelier = [right > wrong for right, wrong in zip(*sides, strict=True)]
    assert len(likelier) == 8 and before == pytest.approx(sum(likelier) / 8)
    assert losses(whole)[0] == pytest.approx(math.log(2), abs=2e-3) and losses(whole)[-1] < 0.65
    with monkeypatch.context() as out_of_memory:
        out_of_memory.setattr(HalvesBatches, "parts", 2)
        assert losses(trained(given, tmp_path / "halves")) == pytest.approx(losses(whole), abs=8e-3)
    monkeypatch.setattr(DPO, "fit", lambda self, base, *more: trainer.fit(base, self, *more))
    assert losses(trained(given, tmp_path / "plain")) == pytest.approx(losses(whole), abs=8e-3)
    assert not (tmp_path / "whole" / "ref").exists()


def test_from_another_adapter_on_it_is_held_near_that_one_and_answers_as_it_does(tmp_path, base):
    first = trained(plan(base, average=True), tmp_path / "made" / "first")
    given = plan(base, start=str(tmp_path / "made" / "first"), steps=1)
    second = trained(given, tmp_path / "made" / "second")
    assert losses(second)[0] == pytest.approx(math.log(2), abs=2e-3), "it begins as its own reference"
    before, after = first.figures[NATS]
    assert abs(second.figures[NATS][0] - after) < abs(second.figures[NATS][0] - before)
    wrong = [objective_of(one).read(one).more.wrong for one in (plan(base), given)]
    assert [row.answer for row in wrong[0]] != [row.answer for row in wrong[1]]


@pytest.mark.parametrize(("changes", "said"), [
    ({"method": "full"}, "dpo cannot train with the method full"), ({"knobs": {"beta": -1}}, "cannot be '-1'; give 0"),
])  # fmt: skip
def test_what_cannot_be_is_one_sentence(tmp_path, base, changes, said):
    with pytest.raises(InputError, match=said):
        list(adapt(plan(base, **changes), tmp_path / "out"))
