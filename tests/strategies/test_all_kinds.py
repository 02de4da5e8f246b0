"""Every strategy on bundled rows of every kind of task: it answers in the source text, or refuses in a sentence."""

from __future__ import annotations

import pytest
from helpers.small_hosts import Adapting, Dictionary, prepared, setting

from xlt_core import catalog
from xlt_core.contracts import ACTS_ON, ASKS_FOR
from xlt_core.records import Column, Example, InputError, Prompt

NAMES = sorted(name for name, kind in catalog.strategies().items() if kind.needs)  # the others ask no model


class Translating(Dictionary):
    """Has several translations for a text, which are the same."""

    def ranked(self, number: int) -> list[Dictionary]:
        return [self] * number


def write(prompt: Prompt) -> str:
    """A model that knows where the answer is asked for."""
    asked = prompt[-1].text
    answer = "PER: Keza" if asked.endswith("Entities:") else "Keza yaje"
    return f"Hm.\nThe answer is: {answer}" if "The answer is:" in prompt[0].text else answer


@pytest.mark.parametrize("task", ["topic", "ner", "summary", "sentiment", "intent", "maths", "translation"])
@pytest.mark.parametrize("name", NAMES)
def test_a_strategy_on_a_kind_of_task(name: str, task: str) -> None:
    world, strategy = catalog.dataset("world"), catalog.strategy(Column("a", name))
    rows, items = world.load(task, "kin", "train")[:3], world.load(task, "kin", "test")[:4]
    host = Adapting(write, context=2000)
    given = setting(catalog.task(task), host, rows, language=catalog.language("kin"),
                    translator=Translating())  # fmt: skip
    try:
        solver, _ = prepared(strategy, given)
    except InputError as error:
        assert str(error).endswith(".")
        return
    assert host.render(solver.preview(items[0].blanked())[0]).startswith("system: ")
    final = {p.id: p for p in solver([item.blanked() for item in items]) if p.final}
    assert sorted(final) == sorted(item.id for item in items)
    for item in items:
        prediction = final[item.id]
        assert not prediction.error and prediction.replies
        for span in prediction.answer if isinstance(prediction.answer, tuple) else ():
            assert not span.located or item.text[span.start : span.end] == span.text


@pytest.mark.parametrize("name", NAMES)
def test_a_strategy_on_a_task_of_several_fields(name: str) -> None:
    strategy, choices = catalog.strategy(Column("a", name)), ("entailment", "contradiction")
    pivot = Example("e", {"premise": "Aline opened it", "hypothesis": "It is open"}, choices[0], choices)
    rows = tuple(Example(f"d{n}", {"premise": "Aline yafunguye ibitaro", "hypothesis": f"umukino {n}"}, choices[n],
                         choices, pivot) for n in range(2))  # fmt: skip
    host = Adapting(write, context=2000)
    given = setting(catalog.task("nli"), host, rows, language=catalog.language("kin"),
                    translator=Translating())  # fmt: skip
    solver, _ = prepared(strategy, given)
    item = Example("1", {"premise": "umuganga yaje", "hypothesis": "Mbere yaje"}, None, choices)
    prompt = host.render(solver.preview(item)[0])
    assert prompt.count("Premise:") >= 3 and prompt.count("Hypothesis:") >= 3
    (final,) = [p for p in solver([item]) if p.final]
    assert not final.error and final.replies


@pytest.mark.parametrize("name", sorted(catalog.strategies()))
def test_a_strategy_says_where_it_stands_in_the_field(name: str) -> None:
    kind = catalog.strategies()[name]
    assert set(kind.acts_on) <= set(ACTS_ON) and set(kind.asks_for) <= set(ASKS_FOR)
    assert not kind.acts_on or "arXiv" in kind.paper
