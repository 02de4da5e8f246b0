"""There and back: each translation belongs to its example, entities are projected, human pivots are used."""

from __future__ import annotations

from collections.abc import Iterator
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
    solved,
    topic,
)

from xlt_core.records import Example, InputError, Language, Message, Reply
from xlt_core.strategies.translate import Translated
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic


def test_each_translation_belongs_to_its_example() -> None:
    translator = Dictionary()
    host = Generating(lambda prompt: prompt[-1].text.split("Text: ")[1].split("\n")[0])
    texts = [f"umuganga {n} yaje" for n in range(40)]
    rows = [Example("same" if n < 2 else str(n), {"text": text}) for n, text in enumerate(texts)]
    solver, _ = prepared(Translated(), setting(Summary(), host, (), translator=translator))
    predictions = list(solver(rows))
    final = [prediction for prediction in predictions if prediction.final]
    assert len(final) == 40 and host.batches == [40]
    for prediction in final:
        into, answer, back = prediction.replies
        assert [r.purpose for r in prediction.replies] == ["translate input", "answer", "translate answer back"]
        assert prediction.answer == into.sent == back.text
        assert into.text == answer.text == back.sent
        assert prediction.id in (into.sent.split()[1], "same")
    assert translator.calls[0] == texts and [len(call) for call in translator.calls] == [40, 16, 16, 8]
    assert not predictions[0].final and predictions[0].replies[0].purpose == "translate input"


def test_labels_stay() -> None:
    translator = Dictionary()
    answer = solved(Translated(), setting(Topic(), Scoring(), translator=translator), topic("1", "sports yaje"))["1"]
    assert answer.answer == "sports"
    assert translator.calls == [["Aline yafunguye ibitaro", "Kato yatsinze umukino"], ["sports yaje"]]


def test_entities_are_projected_onto_the_source() -> None:
    host = Generating(lambda prompt: "PER: Aline $$ DATE: Monday $$ LOC: Huye")
    text = "Mbere Aline yaje i Huye"
    solver, said = prepared(Translated(), setting(Ner(), host, ()))
    *_, answer = solver([Example("1", {"text": text}, None, KINDS)])
    assert said == []
    assert [(s.text, s.kind, s.way) for s in answer.answer or ()] == [
        ("Mbere", "DATE", "translated"),
        ("Aline", "PER", "exact"),
        ("Huye", "LOC", "exact"),
    ]
    assert all(text[s.start : s.end] == s.text for s in answer.answer or ())
    assert [r.sent for r in answer.replies if r.purpose == "translate answer back"] == ["Monday"]


@pytest.mark.parametrize(
    ("output", "answer", "valid", "lost"),
    [
        ("LOC: hospital $$ PER: Aline", ("Aline",), True, ("not found in the source text: LOC hospital",)),
        ("LOC: hospital", None, False, ("not found in the source text: LOC hospital",)),
        ("none", (), True, ()),
        ("what?", None, False, ()),
    ],
)
def test_entities_lost_on_the_way_back(output: str, answer: tuple | None, valid: bool, lost: tuple[str, ...]) -> None:
    words = {"kitovu": "hospital"}
    given = setting(Ner(), Generating(lambda prompt: output), (), translator=Dictionary(words=words))
    made = solved(Translated(), given, Example("1", {"text": "Aline kitovu"}, None, KINDS))["1"]
    texts = None if made.answer is None else tuple(span.text for span in made.answer if span.located)
    astray = [f"{span.kind} {span.text}" for span in made.answer or () if not span.located]
    assert astray == ([lost[0].rpartition(": ")[2]] if lost and valid else [])
    assert (texts, made.valid, made.notes) == (answer, valid, lost)


def test_demonstrations_are_translated_once_and_what_they_lose_is_named() -> None:
    text = "Aline yaje Huye"
    row = Example("d1", {"text": text}, entities(text, ("PER", "Aline"), ("LOC", "Huye")), KINDS)
    translator = Dictionary(words={"Huye": "Butare", "Aline": "Aline"})
    translator.words = {text: "Aline came"} | {"yaje": "came", "Huye": ""}
    solver, said = prepared(Translated(), setting(Ner(), Generating(), (row,), translator=translator))
    replies = [step for step in said if isinstance(step, Reply)]
    assert {reply.purpose for reply in replies} == {"translate demonstration"}
    assert [step for step in said if isinstance(step, str)] == ["demonstration 1 lost LOC Huye on its way to English"]
    assert translator.calls == [[text, "Aline", "Huye"]]
    prompt, _, _ = solver.preview(Example("1", {"text": "x"}, None, KINDS))
    assert prompt[2] == Message("assistant", "PER: Aline")


def test_the_human_pivot_is_used_where_there_is_one() -> None:
    translator = Dictionary()
    rows = (topic("d1", "Aline yafunguye", "health", pivot="Aline has opened it"), SHOWN[1])
    given = setting(Topic(), Scoring(), rows, translator=translator)
    solver, said = prepared(Translated(pivot="human"), given)
    assert said[0] == "no human translation of demonstration 2: machine-translated"
    assert translator.calls == [["Kato yatsinze umukino"]]
    paired, typed = topic("1", "yaje", pivot="sports, she said"), topic("2", "umuganga")
    final = {p.id: p for p in solver([paired.blanked(), typed]) if p.final}
    assert "Text: Aline has opened it\n" in final["1"].replies[0].sent
    assert [r.purpose for r in final["1"].replies] == ["answer"] and final["1"].notes == ()
    assert final["1"].replies[0].sent.endswith("Text: sports, she said\nTopic:")
    assert [r.purpose for r in final["2"].replies] == ["translate input", "answer"]
    assert final["2"].notes == ("no human translation of the input: it was machine-translated",)


def test_labels_with_human_english_need_no_translator_that_knows_the_language() -> None:
    unknowing = Dictionary(known=("eng",))
    row, typed = topic("d1", "Aline yafunguye", "health", pivot="Aline has opened it"), topic("2", "umuganga")
    given = setting(Topic(), Scoring(), (row,), translator=unknowing)
    paired = topic("1", "yaje", pivot="sports, she said")
    assert solved(Translated(pivot="human"), given, paired.blanked())["1"].answer == "sports"
    solver, _ = prepared(Translated(pivot="human"), given)
    with pytest.raises(InputError, match="1 item without a human translation to English: The translator dictionary"):
        list(solver([paired.blanked(), typed]))
    with pytest.raises(InputError, match="1 demonstration without a human translation to English: The translator"):
        prepared(Translated(pivot="human"), replace(given, demonstrations=(row, SHOWN[1])))
    with pytest.raises(InputError, match="does not know Kinyarwanda"):
        prepared(Translated(pivot="human"), setting(Summary(), Generating(), (), translator=unknowing))
    assert unknowing.calls == []


class OneWay(Dictionary):
    """Has no way back."""

    def missing(self, source: Language, target: Language) -> str:
        return "There is no way back." if target.code == "kin" else ""


def test_a_pair_into_english_alone_serves_what_need_not_come_back() -> None:
    given = setting(Topic(), Scoring(), (), translator=OneWay())
    assert solved(Translated(), given, topic("1", "sports yaje"))["1"].answer == "sports"
    with pytest.raises(InputError, match="There is no way back"):
        prepared(Translated(), setting(Summary(), Generating(), (), translator=OneWay()))
    given = setting(Ner(), Generating(lambda prompt: "PER: Aline $$ DATE: Monday"), (), translator=OneWay())
    solver, said = prepared(Translated(), given)
    *_, answer = solver([Example("1", {"text": "Mbere Aline yaje"}, None, KINDS)])
    assert said == ["no translation back: entities are found only where the text has them as the model wrote them"]
    assert [span.text for span in answer.answer or () if span.located] == ["Aline"] and answer.error == ""
    assert answer.notes == ("not found in the source text: DATE Monday",)


def test_english_is_not_translated() -> None:
    with pytest.raises(InputError, match="English is what translate goes by: there is nothing to translate"):
        prepared(Translated(), setting(Topic(), Scoring(), language=ENGLISH))


def test_beams_reach_the_translator_both_ways() -> None:
    translator = Dictionary()
    host = Generating(lambda prompt: "doctor")
    given = setting(Summary(), host, (SHOWN[0],), translator=translator)
    solver, _ = prepared(Translated(beams=3), given)
    assert list(solver([Example("1", {"text": "umuganga"})]))[-1].answer == "umuganga"
    assert translator.beams == [3, 3, 3]
    for beams in (0, 17):
        with pytest.raises(InputError, match=f"beams cannot be {beams}; give 1 to 16"):
            prepared(Translated(beams=beams), given)


class Halting(Dictionary):
    """Gives each translation word by word."""

    def translate(self, *given: object, **named: object) -> Iterator[tuple[int, Reply]]:
        for index, reply in super().translate(*given, **named):
            for end in range(1, len(reply.text.split(" "))):
                yield index, replace(reply, text=" ".join(reply.text.split(" ")[:end]), final=False)
            yield index, reply


def test_work_can_be_stopped_within_a_long_text() -> None:
    host = Generating(lambda prompt: "doctor came")
    given = setting(Summary(), host, (SHOWN[0],), translator=Halting())
    solver, said = prepared(Translated(), given)
    assert [step.final for step in said if isinstance(step, Reply)] == [True, False, False, True]
    made = list(solver([Example("1", {"text": "umuganga yaje Huye"})]))
    shown = [(p.final, [(r.purpose, r.text, r.final) for r in p.replies][-1]) for p in made]
    assert shown[:3] == [
        (False, ("translate input", "doctor", False)),
        (False, ("translate input", "doctor came", False)),
        (False, ("translate input", "doctor came Huye", True)),
    ]
    assert (False, ("translate answer back", "umuganga", False)) in shown
    assert shown[-1] == (True, ("translate answer back", "umuganga yaje", True)) and made[-1].answer == "umuganga yaje"
    assert [p.final for p in made].count(True) == 1 and all(r.final for r in made[-1].replies)
    prompt, _, replies = solver.preview(Example("1", {"text": "umuganga yaje"}))
    assert "doctor came" in prompt[-1].text and [reply.final for reply in replies] == [True]


def test_a_translator_that_lacks_the_language() -> None:
    with pytest.raises(InputError, match="The translator dictionary does not know Kinyarwanda"):
        prepared(Translated(), setting(Topic(), Scoring(), translator=Dictionary(known=("eng",))))
    with pytest.raises(InputError, match="needs a translator"):
        prepared(Translated(), setting(Topic(), Scoring(), translator=None))


def test_a_translation_that_fails_harms_no_other() -> None:
    rows = [topic("1", "sports"), topic("2", "broken"), topic("3", ""), topic("4", "health")]
    answers = solved(Translated(), setting(Topic(), Scoring()), *rows)
    assert [answers[id].error for id in "1234"] == ["", "the translator broke", "The text is empty; write one.", ""]
    assert [answers[id].answer for id in "14"] == ["sports", "health"]
    host = Generating(lambda prompt: "broken" if "Musa" in prompt[-1].text else "doctor")
    rows = [Example("1", {"text": "Musa"}), Example("2", {"text": "Aline"})]
    answers = solved(Translated(), setting(Summary(), host, ()), *rows)
    assert (answers["1"].error, answers["1"].answer) == ("the translator broke", None)
    assert answers["2"].answer == "umuganga"


def test_empty_translations_are_invalid_outputs() -> None:
    silent = Dictionary(words={"yaje": ""})
    solver, said = prepared(
        Translated(), setting(Topic(), Scoring(), (*SHOWN, topic("d3", "yaje", "health")), translator=silent)
    )
    assert said[-1] == "the translation of demonstration 3 came back empty: left out"
    (answer,) = solver([topic("1", "yaje")])
    assert (answer.final, answer.valid, answer.error) == (True, False, "")
    assert answer.notes == ("the translation came back empty",)
    with pytest.raises(InputError, match="came back empty"):
        solver.preview(topic("1", "yaje"))


def test_the_pivot_is_translated_back_where_that_is_asked_for() -> None:
    given = setting(Topic(), Scoring(), ())
    answer = solved(Translated(back=True), given, topic("1", "sports yaje"), topic("2", "umuganga yaje"))
    for item, text in (("1", "sports yaje"), ("2", "umuganga yaje")):
        into, back, _ = answer[item].replies
        assert [r.purpose for r in answer[item].replies] == ["translate input", "translate pivot back", "answer"]
        assert back.sent == into.text and back.text == text
    assert answer["1"].answer == solved(Translated(), given, topic("1", "sports yaje"))["1"].answer


def test_a_back_translation_that_fails_or_cannot_be_is_a_note() -> None:
    given = setting(Topic(), Scoring(), (), translator=Dictionary(words={"cyavunitse": "broken"}))
    answer = solved(Translated(back=True), given, topic("1", "cyavunitse"), topic("2", "yaje"))
    assert answer["1"].answer and "the pivot was not translated back" in answer["1"].notes[0] and not answer["1"].error
    assert answer["2"].replies[1].purpose == "translate pivot back"
    human = topic("1", "yaje", pivot="came")
    only = solved(Translated(pivot="human", back=True), setting(Topic(), Scoring(), ()), human)["1"]
    assert [reply.purpose for reply in only.replies] == ["answer"]
