"""Columns without a language model: what they answer, on what, and that they ask none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.flipped_gold import Flipped
from helpers.small_hosts import KINDS, Adapting, Generating, entities, prepared, setting, solved, topic
from helpers.small_parts import SMALL, Broken, parts, plan

from xlt_core import catalog
from xlt_core.comparison.combining import why_not
from xlt_core.comparison.compare import compare
from xlt_core.comparison.preview import preview
from xlt_core.records import Column, Example, InputError
from xlt_core.strategies.chance import Chance
from xlt_core.strategies.linear import Linear
from xlt_core.strategies.majority import MostFrequent
from xlt_core.strategies.votes import Votes
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

ROWS = tuple(SMALL.load("topic", "kin", "train"))


def given(task=None, rows=ROWS, **changes):
    return setting(task or Topic(), Generating(), rows=lambda language: rows, **changes)


def test_majority_is_the_most_frequent_label_of_the_train_rows():
    solver, said = prepared(MostFrequent(), given())
    assert said == ["no model: health, the label of 9 of 12 train rows"] and solver.reader is None
    (answer,) = solver([topic("1", "yatsinze umukino")])
    assert (answer.answer, answer.valid) == ("health", True) and answer.replies[0].tokens_in == 0
    without = replace(given(), rows=setting(Topic(), Generating()).rows)
    assert "the 2 demonstrations" in prepared(MostFrequent(), without)[1][0]


def test_chance_is_a_draw_by_the_seed():
    items = [topic(str(n), f"text {n}") for n in range(200)]
    first = solved(Chance(), given(), *items)
    assert first == solved(Chance(), given(), *reversed(items)) != solved(Chance(), given(seed=1), *items)
    assert 60 < sum(p.answer == "health" for p in first.values()) < 140


def test_linear_learns_from_the_demonstrations_or_from_all_rows():
    items = [topic("1", "Keza yatsinze umukino"), topic("2", "Keza yafunguye ibitaro")]
    for strategy, said in ((Linear(), "2 demonstrations"), (Linear(rows="all"), "12 train rows")):
        assert said in prepared(strategy, given())[1][0]
        answers = solved(strategy, given(), *items)
        assert (answers["1"].answer, answers["2"].answer) == ("sports", "health")
        assert set(answers["1"].replies[0].choices) == {"health", "sports"}
    one = given(demonstrations=(topic("d", "umukino", "sports"),))
    assert solved(Linear(), one, items[1])["2"].answer == "sports"
    with pytest.raises(InputError, match="take more shots"):
        prepared(Linear(), given(demonstrations=()))


def test_entities_by_a_gazetteer():
    text = "Aline yaje mu Huye"
    rows = (
        Example("1", {"text": text}, entities(text, ("PER", "Aline"), ("LOC", "Huye")), KINDS),
        Example("2", {"text": "mu Rwanda no mu mu mu"}, entities("mu Rwanda", ("LOC", "mu"), ("LOC", "Rwanda")), KINDS),
    )
    asked = Example("x", {"text": "Bwana Aline na Huye, mu Rwanda"}, None, KINDS)
    found = solved(Linear(rows="all"), given(Ner(), rows), asked)["x"]
    assert [(s.kind, s.text) for s in found.answer] == [("PER", "Aline"), ("LOC", "Huye"), ("LOC", "Rwanda")]
    assert all(asked.text[s.start : s.end] == s.text for s in found.answer) and found.valid


def test_a_summary_is_the_lead_sentence():
    asked = Example("x", {"text": "Aline yaje. Kato yagiye."})
    assert solved(Linear(), given(Summary(), demonstrations=()), asked)["x"].answer == "Aline yaje."


def test_votes_are_those_of_the_demonstrations_and_the_nearest_settles_a_tie():
    rows = (topic("a", "x", "health"), topic("b", "y", "sports"))
    answer = solved(Votes(), given(demonstrations=rows), topic("1", "z"))["1"]
    assert answer.answer == "sports" and answer.notes == ("nearest first: sports, health",)
    assert solved(Votes(), given(demonstrations=(*rows, rows[0])), topic("1", "z"))["1"].answer == "health"
    with pytest.raises(InputError, match="no demonstrations to vote"):
        prepared(Votes(), given(demonstrations=()))


def test_an_empty_text_is_an_error_and_not_wrong():
    assert solved(MostFrequent(), given(), topic("1", " "))["1"].error


def test_what_needs_labels_says_so():
    reasons = why_not(plan("majority", "chance", "votes", "linear", task="ner"), parts())
    assert set(reasons) == {"majority", "chance", "votes"} and "labels" in reasons["votes"]


def test_no_model_is_loaded_for_them():
    def refuse(name: str):
        raise InputError("There is no model here.")

    given = replace(parts(), host=refuse)
    asked = replace(plan("majority", "linear", "chance", "votes"), columns=tuple(
        Column(name, name, {}, "another") for name in ("majority", "linear", "chance", "votes")))  # fmt: skip
    *_, last = compare(asked, given)
    assert [run.state for run in last.runs] == ["done"] * 4 and len(last.tests) == 12
    assert last.plan.model_revision == "" and not any(column.model for column in last.plan.columns)
    *_, shown = preview(asked, given)
    assert all(not one.text and not one.error and "no language model is asked" in one.notes for one in shown.values())
    assert "There is no model here." in why_not(plan("prompt", "linear"), given)["prompt"]


@pytest.mark.parametrize("task", ["topic", "ner", "summary", "sentiment", "intent", "maths", "translation"])
@pytest.mark.parametrize("name", [name for name, kind in catalog.strategies().items() if not kind.needs])
def test_they_answer_every_kind_of_task_or_say_why_not(name, task):
    bases = [Column(one, one) for one in ("prompt", "linear")] if catalog.strategies()[name].combines else []
    other = [Column("few", "prompt", {"order": "shuffled"})] if bases else []
    host = Adapting(write=lambda prompt: "PER: Keza" if prompt[-1].text.endswith("Entities:") else "1", context=2000)
    given = replace(parts(host), dataset=catalog.dataset)
    knobs = {"route": {"items": 10}}.get(name, {})
    asked = plan(columns=(*bases, *other, Column("it", name, knobs)), task=task, dataset="world", samples=4, shots=2)
    *_, last = compare(asked, given)
    run = last.runs[-1]
    if run.state == "failed":
        assert run.note.endswith(".")
        return
    for prediction, item in zip(run.predictions, run.examples, strict=True):
        assert not prediction.error
        for span in prediction.answer if isinstance(prediction.answer, tuple) else ():
            assert not span.located or item.text[span.start : span.end] == span.text


def test_they_go_on_where_the_model_fails():
    *_, last = compare(plan("linear", "prompt"), parts(Broken()))
    assert [run.state for run in last.runs] == ["done", "failed"]


@pytest.mark.parametrize("name", sorted(set(catalog.strategies()) - {"oracle", "translator"}))
def test_the_answers_of_the_scored_split_change_nothing(name):
    knobs = {"linear": {"rows": "all"}, "route": {"items": 10}, "mt-prompt": {"pivots": 1}}.get(name, {})
    built_on = ("linear", "prompt") if name in ("ensemble", "route") else ()
    flipped = Flipped()
    asked = plan(columns=(*(Column(one, one) for one in built_on), Column("it", name, knobs)), samples=20, shots=2)
    sides = [[*compare(asked, p)][-1] for p in (parts(), replace(parts(), dataset=lambda name: flipped))]
    runs = [side.runs[-1] for side in sides]
    assert [run.state for run in runs] == ["done", "done"], runs[0].note
    answers = [{p.id: (p.answer, p.notes) for p in run.predictions} for run in runs]
    assert len(answers[0]) == 20 and answers[0] == answers[1]
