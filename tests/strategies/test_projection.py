"""Entities reach another text as they stand, nearly so, or by their translation, and none takes another's place."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from xlt_core.pivoting.projection import project
from xlt_core.records import Span


def named(*entities: tuple[str, str]) -> tuple[Span, ...]:
    return tuple(Span(text, kind, 0, len(text)) for text, kind in entities)


def ways(text: str, *entities: tuple[str, str], **translations: str) -> list[tuple[str, str, str]]:
    found, _ = project(text, named(*entities), translations)
    assert all(text[span.start : span.end] == span.text for span in found)
    return [(span.text, span.kind, span.way) for span in found]


def test_all_four_ways() -> None:
    text = "Ku wa Mbere Aline Uwase yasuye Banki y'Abaturage i Nyabihhu"
    found = ways(
        text,
        ("Aline Uwase", "PER"),
        ("Nyabihu", "LOC"),
        ("Monday", "DATE"),
        ("People's Bank", "ORG"),
        Monday="Ku wa Mbere",
        **{"People's Bank": "banki ya abaturage"},
    )
    assert found == [
        ("Ku wa Mbere", "DATE", "translated"),
        ("Aline Uwase", "PER", "exact"),
        ("Banki y'Abaturage", "ORG", "translated, fuzzy"),
        ("Nyabihhu", "LOC", "fuzzy"),
    ]


def test_what_is_lost_is_named() -> None:
    found, lost = project("Aline yaje", named(("Paris", "LOC"), ("Aline", "PER")), {"Paris": "Parisi"})
    assert [span.text for span in found] == ["Aline"]
    assert [span.text for span in lost] == ["Paris"]


def test_each_mention_has_its_own_place() -> None:
    text = "Kato met Kato"
    found, lost = project(text, named(("Kato", "PER"), ("Kato", "PER"), ("Kato", "PER")), {})
    assert [(span.start, span.end) for span in found] == [(0, 4), (9, 13)]
    assert len(lost) == 1


def test_a_near_match_never_takes_an_exact_place() -> None:
    assert ways("Kampala City", ("Kampalla", "PER"), ("Kampala", "LOC")) == [("Kampala", "LOC", "exact")]


def test_a_whole_word_comes_before_a_part() -> None:
    assert project("Annet ne Ann", named(("Ann", "PER")), {})[0][0].start == 9
    assert ways("a Chadi", ("Chad", "LOC")) == [("Chadi", "LOC", "fuzzy")]
    assert ways("ab'eKampalanga", ("Kampala", "LOC")) == [("Kampala", "LOC", "exact")]
    assert ways("Annet", ("Ann", "PER")) == []


def test_numbers_and_days_are_not_near_each_other() -> None:
    assert ways("tarehe 15 Juni 2019", ("16 Juni 2019", "DATE")) == []
    assert ways("on Thursday", ("Tuesday", "DATE")) == []
    assert ways("na KIGALI", ("Kigali", "LOC")) == [("KIGALI", "LOC", "fuzzy")]


def test_marks_and_other_scripts() -> None:
    assert ways("Ọ̀yọ́ ni", ("Ọ̀yọ́", "LOC")) == [("Ọ̀yọ́", "LOC", "exact")]
    assert ways("በአዲስ አበባ", ("አዲስ አበባ", "LOC")) == [("በአዲስ አበባ", "LOC", "fuzzy")]
    assert ways("", ("Kigali", "LOC"), Kigali="") == []


@pytest.mark.parametrize("ours", ["NFC", "NFD"])
@pytest.mark.parametrize("theirs", ["NFC", "NFD"])
def test_any_normal_form_is_exact(ours: str, theirs: str) -> None:
    text, entity = normalize(ours, "Ó wá sí Ọ̀ṣun ní Ọjọ́ Àìkú"), "Ọ̀ṣun"
    assert ways(text, (normalize(theirs, entity), "LOC")) == [(normalize(ours, entity), "LOC", "exact")]
    day, there = normalize(theirs, "Ojọ́ Aikú"), normalize(ours, "Ọjọ́ Àìkú")
    assert ways(text, ("Sunday", "DATE"), Sunday=day) == []
    assert ways(text, (normalize(theirs, "Ọjọ́ Àikú"), "DATE")) == [(there, "DATE", "fuzzy")]


def test_a_mark_is_a_part_of_its_letter() -> None:
    for form in ("NFC", "NFD"):
        assert [way for *_, way in ways(normalize(form, "Ọjọ́"), (normalize(form, "Ọjọ"), "DATE"))] == ["fuzzy"]
        assert ways(normalize(form, "ní ọkọ̀jọ"), (normalize(form, "ọkọ"), "LOC")) == []
    assert ways("रामायण", ("राम", "PER")) == []


def test_apostrophes_and_hyphens_are_folded_and_that_is_said() -> None:
    assert ways("na ‘Yar Bobo - Dioulasso", ("'Yar", "PER"), ("Bobo-Dioulasso", "LOC")) == [
        ("‘Yar", "PER", "exact, found by folding"), ("Bobo - Dioulasso", "LOC", "exact, found by folding")]  # fmt: skip
    assert ways("na ‘Yar", ("Her", "PER"), Her="'Yar") == [("‘Yar", "PER", "translated, found by folding")]


def test_names_within_names_all_have_a_place() -> None:
    assert ways("Kano Pillars ta doke Kano", ("Kano", "LOC"), ("Kano Pillars", "ORG")) == [
        ("Kano Pillars", "ORG", "exact"), ("Kano", "LOC", "exact")]  # fmt: skip


def test_near_matches_in_scripts_without_spaces() -> None:
    assert ways("เขาอยู่ในโรงพยาบาลใหญ่", ("โรงพยาบาน", "LOC")) == [("โรงพยาบาล", "LOC", "fuzzy")]
