"""The model as its own translator: both calls in full, both in one completion, and whose English is shown."""

from __future__ import annotations

import pytest
from helpers.small_hosts import (
    BACK,
    ENGLISH,
    KINDS,
    WORDS,
    Generating,
    Scoring,
    entities,
    prepared,
    setting,
    shown,
    solved,
    topic,
)

from xlt_core.records import Example, InputError, Prompt
from xlt_core.strategies.self_translate import SelfTranslated
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

ROWS = (
    topic("d1", "Aline yafunguye ibitaro", "health", pivot="Aline has opened a hospital"),
    topic("d2", "Kato yatsinze umukino", "sports"),
)
TRANSLATE = """\
system: Translate from Kinyarwanda to English.
user: Kinyarwanda: Aline yafunguye ibitaro
English:
assistant: Aline has opened a hospital
user: Kinyarwanda: Musa yaje umukino
English:"""
ANSWER = """\
system: Read the news text and name its topic, one of: health, sports.
user: Text: Aline has opened a hospital
Topic:
assistant: health
user: Text: Kato won match
Topic:
assistant: sports
user: Text: Musa came match
Topic:"""
ONE = """\
system: Read the news text and name its topic, one of: health, sports. First translate the text to English. \
Then write "The answer is:" and the answer.
user: Text: Aline yafunguye ibitaro
Topic:
assistant: English: Aline has opened a hospital
The answer is: health
user: Text: Kato yatsinze umukino
Topic:
assistant: English: Kato won match
The answer is: sports
user: Text: Musa yaje umukino
Topic:"""


def write(prompt: Prompt) -> str:
    """A model that translates word by word, and answers sports where it reads of a match."""
    asked = prompt[-1].text
    if asked.endswith(("English:", "Kinyarwanda:")):
        text = asked.partition(": ")[2].partition("\n")[0]
        return " ".join((WORDS | BACK).get(word, word) for word in text.split(" "))
    return "PER: Musa $$ DATE: Monday" if asked.endswith("Entities:") else "Musa came"


class Model(Scoring):
    def __init__(self) -> None:
        super().__init__(write)


def test_two_calls() -> None:
    given = setting(Topic(), Model(), ROWS, translator=None)
    asked = topic("1", "Musa yaje umukino")
    solver, said = prepared(SelfTranslated(), given)
    prompt, _, (into,) = solver.preview(asked)
    assert given.host.render(prompt) == ANSWER and into.sent == TRANSLATE
    assert said[0] == "no human translation of demonstration 2: machine-translated"
    final = solved(SelfTranslated(), given, topic("1", "sports umukino"))["1"]
    assert final.answer == "sports" and [r.purpose for r in final.replies] == ["translate input", "answer"]


def test_its_own_translations_of_the_demonstrations() -> None:
    sent = shown(SelfTranslated(shown="own"), setting(Topic(), Model(), ROWS, translator=None), topic("1", "yaje"))
    assert "user: Text: Aline opened hospital\n" in sent and "has opened" not in sent


def test_answers_come_back_by_the_model_too() -> None:
    text = "Mbere Musa yaje"
    row = Example("d1", {"text": text}, entities(text, ("PER", "Musa"), ("DATE", "Mbere")), KINDS)
    given = setting(Ner(), Model(), (row,), translator=None)
    answer = solved(SelfTranslated(), given, Example("1", {"text": "Musa yaje Mbere"}, None, KINDS))["1"].answer or ()
    assert [(span.text, span.way) for span in answer] == [("Musa", "exact"), ("Mbere", "translated")]
    given = setting(Summary(), Model(), (), translator=None)
    assert solved(SelfTranslated(), given, Example("1", {"text": "Musa yaje"}))["1"].answer == "Musa yaje"


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("English: Musa came\nThe answer is: sports", "sports"),
        ("He came. **The answer is** health.", "health"),
        ("English: about sports", None),
        ("the answer is:\n\nsports\nMore", "sports"),
    ],
)
def test_one_call(output: str, answer: str | None) -> None:
    given = setting(
        Topic(), Scoring(lambda prompt: write(prompt) if prompt[-1].text.endswith("English:") else output), ROWS
    )
    one = SelfTranslated(calls="one")
    assert shown(one, given, topic("1", "Musa yaje umukino")) == ONE
    made = solved(one, given, topic("1", "Musa yaje umukino"))["1"]
    assert (made.answer, made.valid, len(made.replies)) == (answer, answer is not None, 1)


def test_what_it_refuses() -> None:
    with pytest.raises(InputError, match="English is what self-translate goes by"):
        prepared(SelfTranslated(), setting(Topic(), Model(), language=ENGLISH))
    with pytest.raises(InputError, match="tokens cannot be 4; give 8 to 2048"):
        prepared(SelfTranslated(tokens=4), setting(Topic(), Generating()))
