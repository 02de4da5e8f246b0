"""What the bundled models are told of texts that are not of their world."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.small_hosts import Dictionary
from helpers.small_parts import parts

from xlt_core import catalog
from xlt_core.comparison import coverage
from xlt_core.records import Column, Example, Plan, Row
from xlt_core.settings import POCKET
from xlt_core.world import world

FOREIGN = "Poliisi yakutte ababbi abaabbye mu nnyumba z'abantu mu kiro"
PROMPT, TRANSLATE = Column("prompt", "prompt"), Column("translate", "translate")
HUMAN = Column("human", "translate", {"pivot": "human"})
PLAN = Plan("topic", "lug", (PROMPT, TRANSLATE), inputs=(Row(FOREIGN),))


def example(text: str = FOREIGN, english: str = "") -> Example:
    return Example("1", {"text": text}, pivot=Example("1", {"text": english}) if english else None)


@pytest.fixture(autouse=True)
def no_apertium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "translators", lambda: ("pocket", "llm"))


def parts_of(plan: Plan, *examples: Example) -> list[str]:
    return [mismatch.part for mismatch in coverage.mismatches(plan, examples)]


def test_a_text_of_elsewhere_is_said_of_the_model_and_the_translator() -> None:
    model, translator = coverage.mismatches(PLAN, [example()])
    assert (model.part, translator.part, model.outside, model.items) == ("model", "translator", 1, 1)
    assert "knows 40% of the words of this text: its answers cannot be relied on" in coverage.sentence(model)
    assert "Choose another model, such as smollm2." in coverage.sentence(model)
    assert "its English cannot be relied on here. Choose another translator" in coverage.sentence(translator)


def test_only_the_bundled_parts_that_are_asked_are_named() -> None:
    assert parts_of(replace(PLAN, model="smollm2"), example()) == ["translator"]
    assert parts_of(replace(PLAN, translator="apertium"), example()) == ["model"]
    assert parts_of(replace(PLAN, columns=(PROMPT,)), example()) == ["model"]
    assert parts_of(replace(PLAN, model=str(POCKET / "model"), columns=(PROMPT,)), example()) == ["model"]
    assert parts_of(replace(PLAN, model="smollm2", columns=(HUMAN,)), example(english="Police")) == []
    assert parts_of(replace(PLAN, model="smollm2", columns=(HUMAN,)), example()) == ["translator"]


def test_texts_of_the_world_and_few_strangers_among_them_are_let_be() -> None:
    own = [example(world.tell("lug", facts).text) for facts in world.items("test")[:5]]
    assert parts_of(PLAN, own[0]) == [] and parts_of(PLAN, *own, *[example()] * 5) == []
    assert parts_of(PLAN, *own[:4], *[example()] * 5) == ["model", "translator"] and parts_of(PLAN) == []
    assert parts_of(replace(PLAN, inputs=()), example()) == [], "the dataset is the world"
    assert parts_of(replace(PLAN, inputs=(), dataset="sib200"), example()) == ["model", "translator"]


def test_a_language_that_the_world_is_not_told_in_is_named() -> None:
    said = coverage.sentence(coverage.mismatches(replace(PLAN, language="swa"), [example("Timu ilishinda.")])[0])
    assert "has never read Swahili: its answers cannot be relied on" in said


def test_what_there_is_instead_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "translators", lambda: ("pocket", "apertium", "llm"))
    given = parts()

    def better(known: tuple[str, ...], english: str) -> tuple[str, ...]:
        own = replace(given, translator=lambda name: Dictionary(known=known))
        return coverage.mismatches(PLAN, [example(english=english)], own)[1].better

    assert better(("lug", "eng"), "Police arrested thieves") == ("human", "apertium")
    assert better(("eng",), "Police arrested thieves") == ("human",) and better(("lug", "eng"), "") == ("apertium",)
    said = coverage.sentence(coverage.Mismatch("translator", "lug", 9, 9, 0.2, ("human", "apertium")))
    assert "the words of these items" in said
    assert said.endswith("the human English that these data have (translate.pivot=human) or the translator apertium.")


def test_a_column_cannot_know_what_its_bundled_part_does_not() -> None:
    mine = replace(PLAN, model="smollm2")
    assert coverage.cannot_know(PLAN, PROMPT, example()) and coverage.cannot_know(mine, TRANSLATE, example())
    assert not coverage.cannot_know(mine, PROMPT, example())
    assert not coverage.cannot_know(mine, HUMAN, example(english="Police"))
    assert not coverage.cannot_know(PLAN, PROMPT, example(world.tell("lug", world.items("test")[0]).text))
