"""The translator as a column, and what cannot be asked by way of English."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.small_hosts import Adapting, Dictionary
from helpers.small_parts import parts

from xlt_core import catalog
from xlt_core.comparison.combining import why_not
from xlt_core.comparison.compare import compare
from xlt_core.comparison.preview import preview
from xlt_core.records import Column, Plan

COLUMNS = tuple(Column(name, name) for name in ("prompt", "translator", "translate", "laft"))


def plan(**changes: object) -> Plan:
    return replace(Plan("translation", "kin", COLUMNS[:2], samples=4, shots=2), **changes)


def world(**changes: object):
    return replace(parts(Adapting(write=lambda prompt: "Nasiru won")), dataset=catalog.dataset, **changes)


@pytest.mark.parametrize("task", ["translation", "translation_from_english"])
def test_the_model_stands_beside_the_translator(task: str) -> None:
    *_, end = compare(plan(task=task), world())
    model, translator = end.runs
    assert [run.state for run in end.runs] == ["done", "done"], [run.note for run in end.runs]
    sent = model.predictions[0].replies[-1].sent
    assert ("English:" in sent.splitlines()[-1]) == (task == "translation") and sent.count("Kinyarwanda:") == 3
    assert "no demonstrations" in translator.note and len(translator.predictions[0].replies) == 1
    assert set(model.scores) == {"chrf_pp", "bleu", "length_ratio"} == set(translator.scores)
    (test,) = end.tests
    assert (test.metric, test.a, test.b) == ("chrf_pp", "prompt", "translator")


def test_translation_is_not_asked_by_way_of_english_and_a_translator_answers_nothing_else() -> None:
    refused = why_not(plan(columns=COLUMNS), world())
    assert set(refused) == {"translate"} and "the strategy translator" in refused["translate"]
    (other,) = why_not(plan(task="topic"), world()).values()
    assert other == "A translator alone answers only tasks that are translation, not Topic; choose another strategy."
    kinds = {name: catalog.strategy(Column("a", name)) for name, kind in catalog.strategies().items()}
    crossing = {name for name, made in kinds.items() if made.unfit(catalog.task("translation"))}
    assert {"translate", "self-translate", "bilingual"} <= crossing and "prompt" not in crossing


def test_a_direction_that_the_translator_lacks_is_said() -> None:
    class OneWay(Dictionary):
        def missing(self, source, target):
            return "" if target.code == "eng" else "There is no way into Kinyarwanda."

    given = world(translator=lambda name: OneWay())
    (run,) = list(compare(plan(columns=COLUMNS[1:2], task="translation_from_english"), given))[-1].runs
    assert run.state == "failed" and "no way into Kinyarwanda" in run.note
    (run,) = list(compare(plan(columns=COLUMNS[1:2]), given))[-1].runs
    assert run.state == "done"


def test_no_prompt_is_previewed_of_a_translator() -> None:
    *_, shown = preview(plan(columns=COLUMNS[1:2]), world())
    assert not shown["translator"].text and not shown["translator"].error
