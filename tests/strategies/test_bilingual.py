"""Text and English in one turn: the prompts in full, whose English it is, and answers that need no way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from helpers.small_hosts import (
    ENGLISH,
    KINDS,
    SHOWN,
    Dictionary,
    Generating,
    Scoring,
    entities,
    prepared,
    setting,
    shown,
    solved,
    topic,
)

from xlt_core.contracts import Picked
from xlt_core.records import Example, InputError, Language
from xlt_core.strategies.bilingual import Bilingual
from xlt_core.strategies.self_translate import SelfTranslated
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.nli import Nli
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

BOTH = """\
system: Read the news text and name its topic, one of: health, sports.
user: Text: Aline yafunguye ibitaro
English text: Aline opened hospital
Topic:
assistant: health
user: Text: Kato yatsinze umukino
English text: Kato won match
Topic:
assistant: sports
user: Text: Musa yaje
English text: Musa came
Topic:"""


class OnlyIn(Dictionary):
    """Has no way back."""

    def missing(self, source: Language, target: Language) -> str:
        return "There is no way back." if target.code == "kin" else ""


def test_the_prompt() -> None:
    assert shown(Bilingual(), setting(Topic(), Scoring()), topic("1", "Musa yaje")) == BOTH
    turned = shown(Bilingual(first="English"), setting(Topic(), Scoring(), ()), topic("1", "Musa yaje"))
    assert turned.endswith("user: English text: Musa came\nText: Musa yaje\nTopic:")


def test_entities_are_named_as_they_stand_in_the_source() -> None:
    text = "Aline yaje Mbere"
    row = Example("d1", {"text": text}, entities(text, ("PER", "Aline"), ("DATE", "Mbere")), KINDS)
    host = Generating(lambda prompt: "DATE: Mbere")
    given = setting(Ner(), host, (row,), translator=OnlyIn())
    (answer,) = solved(Bilingual(), given, Example("1", {"text": "Musa yaje Mbere"}, None, KINDS))["1"].answer or ()
    assert (answer.text, answer.start, answer.way) == ("Mbere", 10, "")
    sent = shown(Bilingual(), given, Example("1", {"text": "Musa yaje"}, None, KINDS))
    assert "user: Text: Aline yaje Mbere\nEnglish text: Aline came Monday\nEntities:" in sent
    assert "assistant: PER: Aline $$ DATE: Mbere" in sent


def test_a_text_is_answered_in_the_language() -> None:
    row = Example("d1", {"text": "Aline yafunguye ibitaro i Huye"}, "Aline yafunguye ibitaro")
    given = setting(Summary(), Generating(lambda prompt: "Musa yaje"), (row,), translator=OnlyIn())
    assert solved(Bilingual(), given, Example("1", {"text": "Musa yaje ibitaro"}))["1"].answer == "Musa yaje"
    sent = shown(Bilingual(), given, Example("1", {"text": "Musa yaje"}))
    assert "English text: Aline opened hospital i Huye\nSummary:\nassistant: Aline yafunguye ibitaro" in sent


def test_human_english_is_shown_where_there_is_one() -> None:
    translator = Dictionary()
    rows = (topic("d1", "Aline yafunguye", "health", pivot="Aline has opened it"), SHOWN[1])
    given = setting(Topic(), Scoring(), rows, translator=translator)
    solver, said = prepared(Bilingual(pivot="human"), given)
    assert said[0] == "no human translation of demonstration 2: machine-translated"
    *_, answer = solver([topic("1", "yaje", pivot="sports, she said").blanked()])
    assert answer.answer == "sports" and "English text: Aline has opened it\n" in answer.replies[0].sent
    assert translator.calls == [["Kato yatsinze umukino"]]


def test_both_are_cut_alike() -> None:
    text = " ".join(["yaje"] * 400)
    prompt, notes, _ = prepared(Bilingual(), setting(Topic(), Scoring(context=90), ()))[0].preview(topic("1", text))
    own, english, _ = prompt[-1].text.split("\n")
    assert any("text cut" in note for note in notes)
    assert abs(own.count("yaje") - english.count("came")) <= 1 and own.count("yaje") > 10


def test_what_it_refuses() -> None:
    with pytest.raises(InputError, match="English is what bilingual goes by"):
        prepared(Bilingual(), setting(Topic(), Scoring(), language=ENGLISH))
    with pytest.raises(InputError, match="bilingual needs a translator"):
        prepared(Bilingual(), setting(Topic(), Scoring(), translator=None))
    with pytest.raises(InputError, match="does not know Kinyarwanda"):
        prepared(Bilingual(), setting(Topic(), Scoring(), translator=Dictionary(known=("eng",))))


def picked(examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
    """The row that the item is numbered after."""
    return ((index, Picked((SHOWN[int(example.text[-1])],))) for index, example in enumerate(examples))


def test_demonstrations_that_are_picked_by_item_have_their_english_too() -> None:
    for strategy in (Bilingual(), SelfTranslated(calls="one")):
        host = Generating(lambda prompt: "Aline opened" if prompt[-1].text.endswith("English:") else "sports")
        given = setting(Topic(), host, (), pick=picked)
        sent = [shown(strategy, given, topic("1", f"Musa yaje {n}")) for n in (0, 1)]
        assert "Text: Aline yafunguye ibitaro\n" in sent[0] and "Kato" not in sent[0]
        assert "Text: Kato yatsinze umukino\n" in sent[1] and "English" in sent[1]
        assert {id: p.error for id, p in solved(strategy, given, topic("1", "Musa 0")).items()} == {"1": ""}


def test_all_fields_have_their_english() -> None:
    texts = {"premise": "Musa yaje Mbere", "hypothesis": "Aline yafunguye"}
    given = setting(Nli(), Scoring(), ())
    sent = shown(Bilingual(), given, Example("1", texts, None, ("entailment", "contradiction")))
    assert sent.partition("\n")[2] == (
        "user: Premise: Musa yaje Mbere\nHypothesis: Aline yafunguye\n"
        "English premise: Musa came Monday\nEnglish hypothesis: Aline opened\nRelation:"
    )
