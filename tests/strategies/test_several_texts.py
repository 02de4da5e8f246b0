"""Examples with several texts: each is asked, cut, translated and brought back by its field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.small_hosts import Dictionary, Generating, Scoring, prepared, setting, solved

from xlt_core.contracts import Strategy, Task
from xlt_core.records import Example, InputError, Reply
from xlt_core.strategies.prompt import InLanguage
from xlt_core.strategies.translate import Translated
from xlt_core.tasks.nli import Nli
from xlt_core.tasks.summary import Summary

RELATIONS = ("entailment", "neutral", "contradiction")


class Reading(Summary):
    """A question on a passage, answered by a span of it; the notes are a list."""

    title, fields, answer_in = "Reading", ("question", "passage", "notes"), "passage"
    optional = listed = ("notes",)

    def question(self, example: Example) -> str:
        return "\n".join(f"{name}: {example.texts.get(name, '')!r}" for name in self.fields)


def pair(name: str, premise: str, hypothesis: str, answer: str | None = None) -> Example:
    return Example(name, {"premise": premise, "hypothesis": hypothesis}, answer, RELATIONS)


def asked(knobs: Strategy, task: Task, example: Example, *shown: Example, **more: object) -> str:
    solver, _ = prepared(knobs, replace(setting(task, Scoring(), shown), **more))
    return solver.reader.render(solver.preview(example)[0])


SHOWN = pair("d", "Aline yaje", "umuganga yaje", "neutral")
ITEM = pair("1", "Kato yatsinze umukino", "yatsinze")


def test_the_plain_form_of_inference_in_full() -> None:
    assert asked(InLanguage(), Nli(), ITEM, SHOWN) == (
        "system: Say how the hypothesis relates to the premise, one of: entailment, neutral, contradiction.\n"
        "user: Premise: Aline yaje\nHypothesis: umuganga yaje\nRelation:\nassistant: neutral\n"
        "user: Premise: Kato yatsinze umukino\nHypothesis: yatsinze\nRelation:"
    )


def test_the_cloze_of_inference_is_that_of_xglm() -> None:
    cloze = InLanguage(form="cloze")
    assert asked(cloze, Nli(), ITEM, SHOWN) == (
        "user: Aline yaje, right?\nassistant: Also, umuganga yaje\nuser: Kato yatsinze umukino, right?"
    )
    answer = solved(cloze, setting(Nli(), Scoring(), (SHOWN,)), ITEM)["1"]
    assert answer.valid and set(answer.replies[-1].choices) == {*RELATIONS}
    written = solved(replace(cloze, scoring="generate"), setting(Nli(), Generating(lambda p: "No, it is."), ()), ITEM)
    assert written["1"].answer == "contradiction"


def test_published_label_words_are_those_of_the_prompts_language() -> None:
    from xlt_core.records import Language

    knobs, swahili = InLanguage(label_words="target", form="cloze"), Language("swa", "Swahili")
    prompt = asked(knobs, Nli(), ITEM, SHOWN, language=swahili)
    assert "user: Aline yaje, sahihi?\nassistant: Hivyo, umuganga yaje" in prompt
    with pytest.raises(InputError, match=r"no label words for Inference in Kinyarwanda \(kin\)"):
        asked(knobs, Nli(), ITEM)
    both = Dictionary(known=("swa", "eng"))
    translated = Translated(label_words="target", form="cloze")
    english = asked(translated, Nli(), ITEM, language=swahili, translator=both)
    assert "right?" in english and "sahihi" not in english


def test_a_task_without_a_cloze_is_asked_as_usual_and_says_so() -> None:
    _, notes = prepared(InLanguage(form="cloze"), setting(Summary(), Generating(), ()))
    assert "Summary has no cloze form: it is asked in the plain one" in notes


@pytest.mark.parametrize(("example", "field"), [
    (pair("1", " ", "yaje"), "premise"), (pair("1", "Aline yaje", ""), "hypothesis"),
])  # fmt: skip
def test_a_text_that_is_not_there_is_named(example: Example, field: str) -> None:
    for knobs in (InLanguage(), Translated()):
        assert solved(knobs, setting(Nli(), Scoring(), ()), example)["1"].error == f"The {field} is empty; write one."
        with pytest.raises(InputError, match=f"Demonstration 1 has no {field}"):
            prepared(knobs, setting(Nli(), Scoring(), (replace(example, answer="neutral"),)))


def test_the_longest_text_is_cut() -> None:
    long = pair("1", "Kato yatsinze umukino " * 40, "yatsinze")
    answer = solved(InLanguage(), setting(Nli(), Scoring(context=100), ()), long)["1"]
    assert any(note.startswith("premise cut to its first") for note in answer.notes)
    assert "Hypothesis: yatsinze\n" in answer.replies[-1].sent


def test_each_text_is_translated_by_its_field() -> None:
    translator = Dictionary()
    answer = solved(Translated(), setting(Nli(), Scoring(), (SHOWN,), translator=translator), ITEM)["1"]
    premise, hypothesis, final = answer.replies
    assert [r.purpose for r in answer.replies[:2]] == ["translate input: premise", "translate input: hypothesis"]
    assert (premise.text, hypothesis.text) == ("Kato won match", "won")
    assert "Premise: Aline came\nHypothesis: doctor came\nRelation:" in final.sent
    assert final.sent.endswith("Premise: Kato won match\nHypothesis: won\nRelation:")


def test_an_input_fails_once_whatever_of_it_fails() -> None:
    class Failing(Dictionary):
        def translate(self, texts, source, target, beams=1):
            if any("yatsinze" in text for text in texts):
                raise OSError("down")
            return super().translate(texts, source, target, beams)

    other = pair("2", "Aline yaje", "umuganga yaje")
    solver, _ = prepared(Translated(), setting(Nli(), Scoring(), (), translator=Failing()))
    final = [prediction for prediction in solver([ITEM, other]) if prediction.final]
    assert sorted((p.id, p.error) for p in final) == [("1", "down"), ("2", "")]


READ = Example("1", {"question": "Kato yatsinze", "passage": "Mbere Aline yaje", "notes": "umukino\numuganga yaje"})


def test_a_list_is_translated_entry_by_entry_and_fields_can_be_chosen() -> None:
    host = Generating(lambda prompt: "Monday")
    whole = solved(Translated(), setting(Reading(), host, ()), READ)["1"]
    question = solved(Translated(fields="question"), setting(Reading(), host, ()), READ)["1"]
    assert "question: 'Kato won'\npassage: 'Monday Aline came'\nnotes: 'match\\ndoctor came'" in whole.replies[-2].sent
    assert [r.purpose for r in whole.replies].count("translate input: notes") == 2
    assert whole.answer == "Mbere" and "the answer stands in the passage: translated" in whole.notes
    assert "passage: 'Mbere Aline yaje'" in question.replies[-1].sent and "'Kato won'" in question.replies[-1].sent
    assert question.answer == "Monday" and len(question.replies) == 2, "what has stayed is not brought back"
    with pytest.raises(InputError, match="fields names 'text'; of Reading, it can be all or some of question, passage"):
        prepared(Translated(fields="text"), setting(Reading(), host, ()))


def test_what_is_in_english_already_is_not_translated() -> None:
    translator, host = Dictionary(), Generating(lambda prompt: "Monday")
    mixed = replace(READ, languages={"passage": "eng", "answer": "eng", "notes": "eng"})
    shown = replace(mixed, id="d", answer="Monday")
    answer = solved(Translated(), setting(Reading(), host, (shown,), translator=translator), mixed)["1"]
    assert answer.answer == "Monday" and translator.calls == [["Kato yatsinze"], ["Kato yatsinze"]]
    english = replace(mixed, languages=dict.fromkeys((*Reading.fields, "answer"), "eng"))
    assert [r.purpose for r in solved(Translated(), setting(Reading(), host, ()), english)["1"].replies] == ["answer"]


def test_the_human_english_is_taken_field_by_field() -> None:
    pivot = Example("e", {"question": "Did Kato win?", "passage": "On Monday Aline came.", "notes": ""})
    host = Generating(lambda prompt: "Monday")
    example = replace(READ, pivot=pivot, texts={**READ.texts, "notes": ""})
    human = solved(Translated(pivot="human", fields="question"), setting(Reading(), host, ()), example)["1"]
    assert "question: 'Did Kato win?'\npassage: 'Mbere Aline yaje'" in human.replies[-1].sent
    assert not any(isinstance(reply, Reply) and reply.purpose.startswith("translate input") for reply in human.replies)
