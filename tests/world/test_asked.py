"""What is asked of the bundled world holds: answers stand in their passage, and options exclude one another."""

from __future__ import annotations

from xlt_core import catalog
from xlt_core.world import asked, world

COUNTRIES = {"Rwanda", "Nigeria", "Uganda", "Kenya", "Tanzania", "Burundi", "Niger", "Cameroon", "Chad", "South Sudan"}


def rows(task: str, language: str = "eng"):
    data = catalog.dataset("world")
    return [row for split in ("train", "validation", "test") for row in data.load(task, language, split)]


def test_every_answer_stands_in_its_passage_in_every_language() -> None:
    for language in world.languages():
        assert all(row.answer in row.texts["passage"] for row in rows("qa", language))


def test_exactly_one_option_stands_in_the_passage_and_no_place_holds_another() -> None:
    for row in rows("choice"):
        options = row.texts["options"].split("\n")
        assert len({*options}) == asked.OPTIONS == len(row.choices)
        lead = "in " if row.texts["question"] == "Where did it happen?" else ""  # a name may stand in an organisation's
        told = [lead + option in row.texts["passage"] for option in options]
        assert told == [letter == row.answer for letter in row.choices]
        if row.texts["question"] == "Where did it happen?" and "Borno State" not in options:
            assert len({option in COUNTRIES for option in options}) == 1, "a town may lie in a country"


def test_what_follows_ends_as_the_premise_has_it_and_what_contradicts_does_not() -> None:
    for row in rows("nli"):
        premise, words = row.texts["premise"].lower(), row.texts["hypothesis"].lower().strip(".").split()
        if row.answer != "neutral":
            assert (" ".join(words[-2:]) in premise) == (row.answer == "entailment")
            assert " ".join(words[:2]) in premise, "it is of the same person"


def test_the_english_is_the_same_row() -> None:
    for task in ("nli", "choice", "qa"):
        for own, english in zip(rows(task, "hau"), rows(task), strict=True):
            assert own.pivot.texts == english.texts and own.pivot.answer == english.answer
