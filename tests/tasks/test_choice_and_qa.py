"""Options are lettered, read by letter or text, and scored by their text as a cloze; short answers are one line."""

from __future__ import annotations

import pytest

from xlt_core.records import Example, Language
from xlt_core.tasks.choice import Choice
from xlt_core.tasks.qa import Qa

ENGLISH = Language("eng", "English")
TEXTS = {"passage": "Aline opened a\nhospital in Huye.", "question": "Where?", "options": "Kigali\nHuye\nB"}
ROW = Example("1", TEXTS, None, ("A", "B", "C"))


def test_questions_in_full() -> None:
    head = "Passage: Aline opened a hospital in Huye.\nQuestion: Where?\n"
    assert Choice().question(ROW) == f"{head}A. Kigali\nB. Huye\nC. B\nAnswer:"
    assert Choice().cloze(ENGLISH).question(ROW) == Qa().question(ROW) == f"{head}Answer:"
    bare = Example("1", {"passage": "", "question": "Where?", "options": "Kigali | Huye"}, None, ("A", "B"))
    assert Choice().question(bare) == "Question: Where?\nA. Kigali\nB. Huye\nAnswer:"
    assert Choice().lacking(bare.texts) == "" and Choice().lacking({"question": "x"}) == "options"


def test_the_letters_are_those_of_the_options() -> None:
    assert Choice().choices_of(TEXTS, ("A", "B", "C", "D")) == ("A", "B", "C")
    assert Choice().choices_of({"options": "one | two"}, ()) == ("A", "B") and Choice().choices_of({}, ()) == ()


def test_a_cloze_scores_each_option_by_its_text() -> None:
    cloze = Choice().cloze(ENGLISH)
    assert [cloze.completion(letter, ROW) for letter in ROW.choices] == ["Kigali", "Huye", "B"]
    assert Choice().completion("B", ROW) == "B" and cloze.instruction(("A",), ENGLISH) == ""


@pytest.mark.parametrize(("output", "letter"), [
    ("B", "B"), (" b", "C"), ("(B)", "B"), ("**B**", "B"), ("B. Huye", "B"), ("The answer is A.", "A"), ("Huye", "B"),
    ("huye", "B"), ("Answer: C", "C"), ("D", None), ("", None), ("I think so", None), ("Musanze", None),
    ("<think>A?</think>B", "B"),
])  # fmt: skip
def test_the_option_named(output: str, letter: str | None) -> None:
    assert Choice().read(output, ROW) == letter


@pytest.mark.parametrize(("output", "answer"), [
    ("Huye", "Huye"), (' "Huye"\nQuestion: x', "Huye"), ("Answer: Huye", "Huye"), ("The answer is: in Huye", "in Huye"),
    ("", None), ("I'm sorry, but I cannot answer.", None), ("<think>x</think>\nHuye", "Huye"),
])  # fmt: skip
def test_a_short_answer_is_read(output: str, answer: str | None) -> None:
    assert Qa().read(output, ROW) == answer


def test_the_first_of_several_gold_answers_is_shown() -> None:
    assert Qa().completion("Huye $$ in Huye", ROW) == "Huye" and Qa().write("Huye $$ in Huye") == "Huye $$ in Huye"
