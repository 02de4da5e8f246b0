"""Template, demonstrations and labels in languages of their own: the prompts, which rows are shown, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.small_hosts import LABELS, SHOWN, Generating, Scoring, prepared, setting, shown, solved, topic

from xlt_core import catalog
from xlt_core.records import Column, Example, InputError
from xlt_core.strategies.crosslingual import CrossLingual
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

ENGLISH = """\
system: Read the news text and name its topic, one of: health, sports.
user: Text: Aline has opened it
Topic:
assistant: health
user: Text: other sports
Topic:
assistant: sports
user: Text: Musa yaje
Topic:"""
ALL_TARGET = """\
system: Soma iyi nkuru maze uvuge insanganyamatsiko yayo, uhitemo imwe muri izi: ubuzima, siporo.
user: Inyandiko: Aline yafunguye ibitaro
Insanganyamatsiko:
assistant: ubuzima
user: Inyandiko: Kato yatsinze umukino
Insanganyamatsiko:
assistant: siporo
user: Inyandiko: Musa yaje
Insanganyamatsiko:"""
ROWS = (topic("d1", "Aline yafunguye", "health", pivot="Aline has opened it"), SHOWN[1])
OTHERS = {
    "eng": (topic("d1", "never", "health"), topic("x", "other health", "health"), topic("y", "other sports", "sports")),
    "lug": (topic("d2", "Kato yawangula", "sports"), topic("d1", "Aline", "sports"), topic("z", "Ssebo", "health")),
}


def rows(language: str = "") -> tuple[Example, ...]:
    if language not in OTHERS:
        raise InputError(f"no rows in {language}.")
    return OTHERS[language]


def test_demonstrations_in_english_and_in_a_related_language() -> None:
    given, asked = setting(Topic(), Scoring(), ROWS, rows=rows), topic("1", "Musa yaje")
    assert shown(CrossLingual(), given, asked) == ENGLISH
    assert prepared(CrossLingual(), given)[1] == ["in English: 1 demonstration by id and 1 others with the same labels"]
    related = shown(CrossLingual(demonstrations="lug"), given, asked)
    assert "Text: Ssebo\nTopic:\nassistant: health\nuser: Text: Kato yawangula\nTopic:\nassistant: sports" in related
    assert shown(CrossLingual(demonstrations="Luganda"), given, asked) == related
    assert CrossLingual(demonstrations="Luganda").row_languages("kin") == ("lug",)
    assert CrossLingual().row_languages("kin") == ("eng",) and CrossLingual().row_languages("eng") == ()


def test_everything_in_the_language() -> None:
    strategy = CrossLingual(template="target", demonstrations="target", labels="target")
    given = setting(Topic(), Scoring(), rows=rows)
    assert shown(strategy, given, topic("1", "Musa yaje")) == ALL_TARGET
    assert solved(strategy, given, topic("1", "siporo"))["1"].answer == "sports"
    own = replace(strategy, label_words="health=amagara, sports=imikino")
    assert "amagara, imikino" in shown(own, given, topic("1", "x"))


def test_the_bundled_world_in_all_cells_of_the_grid() -> None:
    world, kin = catalog.dataset("world"), catalog.language("kin")
    picked, item = world.load("topic", "kin", "train")[:4], world.load("topic", "kin", "test")[0]
    given = setting(Topic(), Scoring(context=4000), picked, language=kin,
                    rows=lambda code="": world.load("topic", code or "kin", "train"))  # fmt: skip
    prompts = set()
    for template in ("English", "target"):
        for shown_in in ("English", "target", "hau"):
            for labels in ("as given", "target"):
                knobs = {"template": template, "demonstrations": shown_in, "labels": labels}
                strategy = catalog.strategy(Column("a", "crosslingual", knobs))
                prompts.add(shown(strategy, given, item.blanked()))
                assert solved(strategy, given, item.blanked())[item.id].answer in item.choices
    assert len(prompts) == 12


def test_entities_of_english_rows_and_of_items_in_the_language() -> None:
    world, kin = catalog.dataset("world"), catalog.language("kin")
    picked, item = world.load("ner", "kin", "train")[:2], world.load("ner", "kin", "test")[0]
    gold = item.answer or ()
    given = setting(Ner(), Generating(lambda prompt: Ner().write(gold), context=4000), picked, language=kin)
    assert solved(CrossLingual(), given, item.blanked())[item.id].answer == gold
    assert f"assistant: {Ner().write(picked[0].pivot.answer)}\n" in shown(CrossLingual(), given, item.blanked())


def test_what_it_refuses() -> None:
    given = setting(Topic(), Scoring(), ROWS, rows=rows)
    for strategy, message in (
        (CrossLingual(demonstrations="Kwenya"), "There is no language 'Kwenya'"),
        (CrossLingual(demonstrations="hau"), "no rows in hau"),
    ):
        with pytest.raises(InputError, match=message):
            prepared(strategy, given)
    odd = (Example("d", {"text": "x"}, "weather", ("weather", *LABELS)),)
    with pytest.raises(InputError, match="no words in Kinyarwanda for weather; write them into"):
        prepared(CrossLingual(demonstrations="target", labels="target"), setting(Topic(), Scoring(), odd))
    with pytest.raises(InputError, match="no labels in a task with texts"):
        prepared(CrossLingual(labels="target"), setting(Summary(), Generating(), ()))
