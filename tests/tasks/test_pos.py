"""Parts of speech: read in several forms, matched to the words, and scored as the share of words."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.records import Example, Span
from xlt_core.scoring.libraries import reference
from xlt_core.scoring.metrics import measure
from xlt_core.tasks.pos import Pos

TAGS = ("NOUN", "VERB", "PRON", "PUNCT", "ADP")
ROW = Example("1", {"text": "Ni yo ihangayikishije mu/ya Kigali . . "}, None, TAGS)


def tags(output: str) -> list[tuple[str, str]] | None:
    read = Pos().read(output, ROW)
    assert read is None or all(ROW.text[span.start : span.end] == span.text for span in read)
    return None if read is None else [(span.text, span.kind) for span in read]


WHOLE = [("Ni", "VERB"), ("yo", "PRON"), ("ihangayikishije", "VERB"), ("mu/ya", "ADP"), ("Kigali", "NOUN"),
         (".", "PUNCT"), (".", "PUNCT")]  # fmt: skip


@pytest.mark.parametrize("output", [
    "Ni/VERB yo/PRON ihangayikishije/VERB mu/ya/ADP Kigali/NOUN ./PUNCT ./PUNCT",
    "Ni_VERB yo_PRON ihangayikishije_VERB mu/ya_ADP Kigali_NOUN ._PUNCT ._PUNCT",
    "[('Ni', 'VERB'), ('yo', 'PRON'), ('ihangayikishije', 'VERB'), ('mu/ya', 'ADP'), ('Kigali', 'NOUN'), "
    "('.', 'PUNCT'), ('.', 'PUNCT')]",
    "Ni: verb\nyo: pron\nihangayikishije: verb\nmu/ya: adp\nKigali: noun\n.: punct\n.: punct",
    "VERB PRON VERB ADP NOUN PUNCT PUNCT",
])  # fmt: skip
def test_several_forms_are_read(output: str) -> None:
    assert tags(output) == WHOLE


@pytest.mark.parametrize(("output", "read"), [
    ("Ni/VERB kigali/NOUN", [("Ni", "VERB"), ("Kigali", "NOUN")]), ("Ni/VERB yo/WORD", [("Ni", "VERB")]),
    ("Paris/NOUN Ni/VERB", [("Ni", "VERB")]), ("VERB PRON", None), ("", None), ("I do not know.", None),
    ("Ni/VERB\nText: yo/PRON", [("Ni", "VERB")]), ("./PUNCT ./PUNCT ./PUNCT", [(".", "PUNCT"), (".", "PUNCT")]),
])  # fmt: skip
def test_what_is_missing_or_of_no_word_is_passed_over(output: str, read: object) -> None:
    assert tags(output) == read


def test_the_score_is_the_share_of_words_and_seqevals_recall() -> None:
    gold = Pos().read(" ".join(f"{word}/{tag}" for word, tag in WHOLE), ROW)
    answer = Pos().read("Ni/VERB yo/NOUN ihangayikishije/VERB Kigali/NOUN", ROW)
    assert gold is not None and measure(("word_accuracy",), [gold], [answer])["word_accuracy"].value == 3 / 7
    given = [gold, gold, gold], [answer, gold, None]
    assert {n: s.value for n, s in measure(("word_accuracy", "f1"), *given).items()} == pytest.approx(
        reference(("word_accuracy", "f1"), *given, [ROW.text] * 3)
    )


def test_masakhapos_is_a_word_and_its_tag_a_line(tmp_path: Path) -> None:
    lines = 'Ni VERB\nyo PRON\n"""" PUNCT\n\n\nn CCONJ\n\' PUNCT\nbare\nuko noun\nx FOREIGN\n'
    clones.write(tmp_path / "data/kin/dev.txt", lines)
    data, task = catalog.dataset("masakhapos", [tmp_path]), catalog.task("pos")
    first, second = data.load("pos", "kin", "validation")
    assert (first.text, first.answer[2]) == ('Ni yo "', Span('"', "PUNCT", 6, 7))
    assert [span.kind for span in second.answer] == ["CCONJ", "PUNCT", "NOUN", "X"] and second.text == "n ' uko x"
    assert all(task.read(task.write(e.answer), e) == e.answer for e in (first, second)) and len(first.choices) == 17
    assert len(catalog.dataset("masakhapos").languages("pos")) == 20


def test_tags_are_not_asked_by_way_of_english() -> None:
    from xlt_core.records import Column

    refused = {name for name in catalog.strategies() if catalog.strategy(Column("a", name)).unfit(catalog.task("pos"))}
    assert {"translate", "self-translate", "bilingual", "translator"} <= refused and not {"prompt", "laft"} & refused
