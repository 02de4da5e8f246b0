"""An edited step: what comes before it is taken over, what follows runs again, and what cannot be is a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.small_hosts import Adapting, Dictionary
from helpers.small_parts import parts, plan

from xlt_core.comparison import again, compare
from xlt_core.comparison.edits import BY_HAND, Edit
from xlt_core.documents import document
from xlt_core.records import Column, InputError


def last(snapshots):
    *_, final = snapshots
    return final


@pytest.fixture
def made():
    """A comparison whose host likes the label that stands in the English, and its parts."""
    translator, host = Dictionary(), Adapting(write=lambda prompt: "Kato match")
    own = replace(parts(host), translator=lambda name: translator)
    columns = (Column("prompt", "prompt"), Column("translate", "translate"),
               Column("human", "translate", {"pivot": "human"}))  # fmt: skip
    found = last(compare.compare(plan(columns=columns), own))
    translator.calls.clear()
    host.batches.clear()
    return found, own, translator, host


def edited(made, column, purpose, text):
    found, own, *_ = made
    item = found.runs[0].examples[0].id
    step = next(s for s in again.steps(found, column, item, own) if s.purpose == purpose)
    return last(again.go_on(found, column, item, Edit(step.purpose, step.sent, text), own)).runs[0]


def test_a_mended_pivot_is_asked_and_nothing_before_it_runs_again(made):
    found, _, translator, host = made
    item = found.runs[0].examples[0]
    run = edited(made, "translate", "translate input", "a match in sports")
    (prediction,) = run.predictions
    into, answer = prediction.replies
    assert (into.sent, into.text, into.note) == (item.text, "a match in sports", BY_HAND)
    assert "a match in sports" in answer.sent and prediction.answer == "sports"
    assert translator.calls == [] and host.batches == [1]
    assert run.examples == (item,) and BY_HAND in run.note


def test_a_demonstration_is_edited(made):
    _, _, translator, _ = made
    run = edited(made, "translate", "translate demonstration", "shown by hand")
    assert "shown by hand" in run.predictions[0].replies[-1].sent and translator.calls == []
    assert [reply.note for reply in run.preparation].count(BY_HAND) == 1


def test_the_human_english_of_the_data_is_edited_too(made):
    run = edited(made, "human", again.HUMAN, "it is about sports")
    assert "it is about sports" in run.predictions[0].replies[-1].sent and run.predictions[0].answer == "sports"


def test_an_edited_answer_is_only_brought_back():
    translator, host = Dictionary(), Adapting(write=lambda prompt: "Kato match")
    own = replace(parts(host), translator=lambda name: translator)
    found = last(compare.compare(plan("translate", task="summary"), own))
    translator.calls.clear(), host.batches.clear()
    run = edited((found, own), "translate", "answer", "doctor won")
    assert run.predictions[0].answer == "umuganga yatsinze"
    assert translator.calls == [["doctor won"]] and host.batches == []


def test_what_cannot_be_is_a_sentence(made):
    with pytest.raises(InputError, match="answer 'weather' is none of the labels; write one of health, sports"):
        edited(made, "translate", "answer", "weather")
    with pytest.raises(InputError, match="edited step is empty"):
        edited(made, "translate", "translate input", "  ")
    found, own, *_ = made
    item = found.runs[0].examples[0].id
    assert again.steps(found, "prompt", item, own) == ()
    with pytest.raises(InputError, match="does not come up again"):
        list(again.go_on(found, "translate", item, Edit("translate input", "another text", "x"), own))
    with pytest.raises(InputError, match="no such answer"):
        list(again.go_on(found, "laft", item, Edit("answer", "", "x"), own))
    assert edited(made, "translate", "answer", "Sports").predictions[0].answer == "sports"


def test_a_label_that_is_written_must_be_readable():
    own = parts(Adapting(write=lambda prompt: "health"))
    written = Column("written", "translate", {"scoring": "generate"})
    found = last(compare.compare(plan(columns=(written,)), own))
    with pytest.raises(InputError, match="answer 'weather' is none of the labels; write one of health, sports"):
        edited((found, own), "written", "answer", "weather")


def test_a_kept_pivot_is_the_item_s_human_english(made):
    found, *_ = made
    item = found.runs[0].examples[0].id
    kept = document.read_document(document.document(again.keep_english(found, item, " by hand ")))
    assert {run.examples[0].pivot.text for run in kept.runs} == {"by hand"}
    assert kept.runs[0].examples[1].pivot == found.runs[0].examples[1].pivot
