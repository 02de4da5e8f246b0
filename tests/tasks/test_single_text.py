"""Sentiment, intents, maths and translation: how they are asked and read, and what the bundled world has of them."""

from __future__ import annotations

import pytest

from xlt_core import catalog
from xlt_core.datasets.injongo import LABELS
from xlt_core.records import Example
from xlt_core.tasks.intent import Intent
from xlt_core.tasks.maths import Maths
from xlt_core.tasks.translation import Translation
from xlt_core.tasks.translation_from_english import TranslationFromEnglish

HAUSA, ENGLISH = catalog.language("hau"), catalog.language("eng")
NEW = ("sentiment", "intent", "maths", "translation", "translation_from_english")


def row(text: str, choices: tuple[str, ...] = ()) -> Example:
    return Example("1", {"text": text}, None, choices)


def test_questions_in_full() -> None:
    text = row(" Ina\nkwana? ")
    assert catalog.task("sentiment").question(text) == "Text: Ina kwana?\nSentiment:"
    assert Intent().question(text) == "Text: Ina kwana?\nIntent:"
    assert Maths().question(text) == "Question: Ina kwana?\nAnswer:"
    assert Translation().in_language(HAUSA).question(text) == "Hausa: Ina kwana?\nEnglish:"
    assert TranslationFromEnglish().in_language(HAUSA).question(text) == "English: Ina kwana?\nHausa:"
    assert Translation().in_language(HAUSA).instruction((), ENGLISH) == "Translate the text from Hausa to English."


@pytest.mark.parametrize(("output", "label"), [
    ("book_flight", "book_flight"), ("Book flight", "book_flight"), ("The intent is: book flight.", "book_flight"),
    ("Intent: make_call", "make_call"), ("timezone", "timezone"), ("time", "time"), ("time or timezone", None),
    ("balance", "balance"), ("bill balance", "bill_balance"), ("call", None), ("flight", None),
])  # fmt: skip
def test_one_intent_of_forty(output: str, label: str | None) -> None:
    assert len(LABELS) == 40 and Intent().read(output, row("x", LABELS)) == label


@pytest.mark.parametrize(("output", "number"), [
    (" 1,200\n", "1200"), ("The answer is 7.", "7"), ("<think>3</think>4", "4"), ("I cannot answer 5 questions.", None),
    ("18\nQuestion: How many are 2 and 3?\nAnswer: 5", "18"), ("They have 3 and 4, so 7.", "7"), ("seven", None),
    ("I'm sorry, I cannot answer.", None),
])  # fmt: skip
def test_a_number_is_read_out_of_an_output(output: str, number: str | None) -> None:
    assert Maths().read(output, row("x")) == number


@pytest.mark.parametrize(("output", "text"), [
    (" Good morning.\n\nHausa: Sannu", "Good morning."), ("English: Good morning.", "Good morning."),
    ("Here is the translation:\n\nGood morning.", "Good morning."), ("**English:** Good morning.", "Good morning."),
    ("The English translation is: Good morning.", "Good morning."), ("As an AI language model, I can't.", None),
    ("", None), ("English is spoken here: everywhere.", "English is spoken here: everywhere."),
    ('"Good morning," he said.', '"Good morning," he said.'),
])  # fmt: skip
def test_a_translation_is_read_out_of_an_output(output: str, text: str | None) -> None:
    assert Translation().in_language(HAUSA).read(output, row("x")) == text


@pytest.mark.parametrize("task", NEW)
def test_the_world_answers_truthfully_in_its_languages(task: str) -> None:
    made, world = catalog.task(task), catalog.dataset("world")
    languages = world.languages(task)
    assert {"kin", "hau", "lug"} <= set(languages) and ("eng" in languages) == ("translation" not in task)
    for language in languages:
        asked = made.in_language(catalog.language(language))
        for split in ("train", "validation", "test"):
            rows = world.load(task, language, split)
            assert split == "train" or not any(e.texts.keys() - {"text"} for e in rows), "it would give the answer away"
            assert len(rows) > 150 and len({e.id for e in rows}) == len(rows)
            assert all(asked.read(asked.write(e.answer), e) == e.answer for e in rows)
            assert not any(set("{}[]|") & set(text) for e in rows for text in e.texts.values())
            if task.startswith("translation"):
                assert not any(e.pivot for e in rows), "a pivot would be the answer"
            elif language != "eng":
                assert all(e.pivot and e.pivot.answer == e.answer for e in rows)


def test_the_world_counts_what_its_texts_name() -> None:
    for language in ("eng", "kin", "hau", "lug"):
        for example in catalog.dataset("world").load("maths", language, "train")[:60]:
            named = [part.split(" (")[0].split(", ") for part in example.texts["reasoning"].split(": ")[1:]]
            names = {name for part in named for name in part if name != "-"}
            assert example.answer == str(len(names)) and all(name in example.text for name in names)
