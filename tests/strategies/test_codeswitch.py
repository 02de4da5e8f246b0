"""Words swapped for their translations: which, how many, by which lexicon, and where entities stand afterwards."""

from __future__ import annotations

from dataclasses import replace

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

from xlt_core import catalog
from xlt_core.formats.swaps import swapped
from xlt_core.records import Column, Example, InputError, Language, Reply
from xlt_core.strategies.codeswitch import CodeSwitched
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

OWN = "yafunguye=opened, ibitaro = hospital, yatsinze umukino=won the match, umukino=match, huye=Butare"
ALL = CodeSwitched(lexicon="dictionary", dictionary=OWN, share=100)
PROMPT = """\
system: Read the news text and name its topic, one of: health, sports.
user: Text: Aline opened hospital
Topic:
assistant: health
user: Text: Kato won the match
Topic:
assistant: sports
user: Text: Musa yaje umukino
Topic:"""


def test_the_demonstrations_are_swapped_the_longest_entry_first() -> None:
    given, asked = setting(Topic(), Scoring()), topic("1", "Musa yaje umukino")
    assert shown(ALL, given, asked) == PROMPT
    assert shown(replace(ALL, inputs=True), given, asked) == PROMPT.replace("yaje umukino", "yaje match")
    said = prepared(ALL, given)[1]
    assert said == [
        "swapped in the demonstrations (4 of 6 words): opened (yafunguye), hospital (ibitaro), "
        "won the match (yatsinze umukino)"
    ]
    assert swapped(["; ".join(["a note", *said, "nothing was swapped in the input"])]) == [
        "won the match", "hospital", "opened"
    ]  # fmt: skip
    assert solved(replace(ALL, inputs=True), given, asked)["1"].notes == (
        "swapped in the input (1 of 3 words): match (umukino)",
    )


def test_units_and_the_seeded_share() -> None:
    given, asked = setting(Topic(), Scoring()), topic("1", "x")
    assert "Text: Kato yatsinze match\n" in shown(replace(ALL, units="words"), given, asked)
    assert "Text: Aline yafunguye ibitaro\n" in shown(replace(ALL, units="phrases"), given, asked)
    many = [topic(f"d{n}", "umukino ibitaro yafunguye " * 5, "health") for n in range(8)]
    counts, texts = [], set()
    for share, seed in ((0, 0), (25, 0), (25, 0), (25, 1), (75, 0), (100, 0)):
        strategy = replace(ALL, share=share)
        text = shown(strategy, setting(Topic(), Scoring(context=9000), many, seed=seed), asked)
        counts.append(sum(text.count(word) for word in ("match", "hospital", "opened")))
        texts.add(text)
    assert counts[0] == 0 and counts[1] == counts[2] and counts[-1] == 120 and len(texts) == 5
    assert 15 < counts[1] < 45 and 75 < counts[4] < 105


def test_entities_come_back_to_the_source() -> None:
    text = "Aline yafunguye i Huye"
    row = Example("d1", {"text": text}, entities(text, ("PER", "Aline"), ("LOC", "Huye")), KINDS)
    host = Generating(lambda prompt: "LOC: Butare $$ PER: Musa")
    given = setting(Ner(), host, (row,))
    asked = Example("1", {"text": "Musa ibitaro i Huye yaje"}, None, KINDS)
    both = replace(ALL, inputs=True)
    assert "Text: Aline opened i Butare\nEntities:\nassistant: PER: Aline $$ LOC: Butare" in shown(both, given, asked)
    answer = solved(both, given, asked)["1"].answer or ()
    assert [(span.text, span.kind, span.start, span.end) for span in answer] == [
        ("Musa", "PER", 0, 4),
        ("Huye", "LOC", 15, 19),
    ]
    found = solved(ALL, setting(Ner(), Generating(lambda prompt: "LOC: Huye"), (row,)), asked)["1"].answer or ()
    assert [(span.start, span.end) for span in found] == [(15, 19)]


def test_texts_are_answered_in_the_language() -> None:
    row = Example("d1", {"text": "Aline yafunguye ibitaro"}, "Aline yafunguye")
    given = setting(Summary(), Generating(lambda prompt: "Musa yaje"), (row,))
    assert "assistant: Aline yafunguye" in shown(ALL, given, Example("1", {"text": "x"}))
    assert solved(ALL, given, Example("1", {"text": "x"}))["1"].answer == "Musa yaje"


def test_the_bundled_world_is_a_lexicon() -> None:
    rows = tuple(catalog.dataset("world").load("ner", "kin", "train")[:6])
    english = catalog.dataset("world").load("ner", "eng", "train")[:6]
    given = setting(Ner(), Generating(context=4000), rows, language=catalog.language("kin"))
    _, (note, *_) = prepared(CodeSwitched(share=100), given)
    found = swapped([note])
    assert len(found) > 4 and all(any(word.lower() in row.text.lower() for row in english) for word in found)
    names = swapped([prepared(CodeSwitched(share=100, units="entities"), given)[1][0]])
    gold = [span.text.lower() for row in english for span in row.answer]
    assert names and all(any(name.lower() in text for text in gold) for name in names)
    with pytest.raises(InputError, match="The bundled world is not told in Basque; choose another lexicon"):
        prepared(CodeSwitched(), replace(given, language=Language("eus", "Basque")))


def test_the_translator_is_asked_for_each_word_once() -> None:
    translator, by_translator = Dictionary(), CodeSwitched(lexicon="translator", share=100, inputs=True)
    given = setting(Topic(), Scoring(), translator=translator)
    solver, said = prepared(by_translator, given)
    assert {step.purpose for step in said if isinstance(step, Reply)} == {"translate word"}
    predictions = [p for p in solver([topic("1", "sports umukino"), topic("2", "umuganga yaje")]) if p.final]
    assert translator.calls[1:] == [["sports", "umuganga", "yaje"]]
    sent = {p.id: p.replies[-1].sent for p in predictions}
    assert "Text: sports match\n" in sent["1"] and "Text: doctor came\n" in sent["2"]
    assert "Text: Aline opened hospital\n" in sent["1"]
    assert {p.id: len(p.replies) for p in predictions} == {"1": 2, "2": 3}
    assert catalog.strategy(Column("a", "codeswitch", {"lexicon": "translator"})).uses_translator
    assert not catalog.strategy(Column("a", "codeswitch")).uses_translator


def test_a_dictionary_in_a_file(tmp_path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("yafunguye\topened\nibitaro\thospital\tentity\n", "utf-8")
    strategy = CodeSwitched(lexicon="dictionary", dictionary=str(path), share=100, units="entities")
    given = setting(Topic(), Scoring())
    assert "Text: Aline yafunguye hospital\n" in shown(strategy, given, topic("1", "x"))
    before = strategy.identity()
    path.write_text("ibitaro\tclinic\tentity\n", "utf-8")
    assert "Text: Aline yafunguye clinic\n" in shown(strategy, given, topic("1", "x"))
    assert before and before != strategy.identity()


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (CodeSwitched(lexicon="dictionary", dictionary="a=b, c"), "cannot be read at 'c'; write word=translation"),
        (CodeSwitched(lexicon="dictionary"), "cannot be read at 'its beginning'"),
        (CodeSwitched(lexicon="dictionary", dictionary="/nowhere/x.tsv"), "There is no file /nowhere/x.tsv"),
        (CodeSwitched(lexicon="translator", units="phrases"), "choose units=all, words or entities"),
        (CodeSwitched(share=101), "share cannot be 101; give 0 to 100"),
    ],
)
def test_what_it_refuses(strategy: CodeSwitched, message: str) -> None:
    with pytest.raises(InputError, match=message):
        prepared(strategy, setting(Topic(), Scoring()))
    with pytest.raises(InputError, match="English is what codeswitch swaps to"):
        prepared(CodeSwitched(), setting(Topic(), Scoring(), language=ENGLISH))


def test_no_words_are_swapped_without_demonstrations() -> None:
    assert prepared(ALL, setting(Topic(), Scoring(), ()))[1] == []
    assert prepared(ALL, setting(Topic(), Scoring(), SHOWN[:0]))[1] == []
