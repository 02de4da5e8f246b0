"""Texts of many scripts are cut where a sentence ends, lines are kept, and nothing but space is lost."""

from __future__ import annotations

import pytest

from xlt_core import catalog
from xlt_core.translators._sentences import joined, pieces


def cut(code: str, text: str, room: int = 1000, lines: bool = False) -> list[str]:
    return [piece.text for piece in pieces(text, catalog.language(code), len, room, lines)]


@pytest.mark.parametrize(
    ("code", "text", "sentences"),
    [
        ("kin", "Dr. Uwase yaje i Kigali. None se? Yego!", ["Dr. Uwase yaje i Kigali.", "None se?", "Yego!"]),
        ("hau", "Farashi ya kai 3.5 a yau. Na'am.", ["Farashi ya kai 3.5 a yau.", "Na'am."]),
        ("amh", "ሰላም ነው። እንዴት ነህ? ደህና፤ አንተስ።", ["ሰላም ነው።", "እንዴት ነህ?", "ደህና፤ አንተስ።"]),
        ("tir", "ሰላም።ደሓን።", ["ሰላም።", "ደሓን።"]),
        ("ary", "ذهب إلى السوق. هل أنت بخير؟ نعم!", ["ذهب إلى السوق.", "هل أنت بخير؟", "نعم!"]),
        ("mya", "သူသွားသည်။ငါလာသည်။ နောက်တစ်ခု", ["သူသွားသည်။", "ငါလာသည်။", "နောက်တစ်ခု"]),
        ("tha", "วันนี้อากาศดี ฉันไปตลาด", ["วันนี้อากาศดี ฉันไปตลาด"]),
        ("nqo", "ߒ ߞߊ߲. ߏ", ["ߒ ߞߊ߲.", "ߏ"]),
    ],
)
def test_sentences_end_as_the_script_ends_them(code: str, text: str, sentences: list[str]) -> None:
    assert cut(code, text) == sentences


def test_thai_is_cut_at_its_spaces() -> None:
    assert cut("tha", "วันนี้อากาศดี ฉันไปตลาด", 15) == ["วันนี้อากาศดี", "ฉันไปตลาด"]


def test_lines_come_back_as_they_were() -> None:
    text = "  One. Two.\n\nThree\r\n\tFour?  \u2028Five. \n "
    made = list(pieces(text, catalog.language("eng"), len, 1000))
    assert [piece.text for piece in made] == ["One.", "Two.", "Three", "Four?", "Five."]
    assert joined((piece, piece.text.upper()) for piece in made) == "ONE. TWO.\n\nTHREE\r\n\tFOUR?  \u2028FIVE."
    assert joined((piece, "" if piece.text == "Two." else piece.text) for piece in made[:3]) == "One. Three"


@pytest.mark.parametrize("text", ["omuntu" * 400, "a " + "b" * 3000, "kale. " * 400 + "omwana" * 200, "ก" * 999])
@pytest.mark.parametrize("lines", [False, True])
def test_nothing_of_a_long_text_is_lost(text: str, lines: bool) -> None:
    made = cut("lug", text, 64, lines)
    assert "".join("".join(made).split()) == "".join(text.split())
    assert max(map(len, made)) <= 64


def test_a_line_stays_whole_where_it_is_wanted_so_and_has_room() -> None:
    made = cut("eng", "One. Two.\nThree is longer. Four.", 12, lines=True)
    assert made == ["One. Two.", "Three is", "longer.", "Four."]
    assert cut("eng", "", lines=True) == cut("eng", " \n ") == []
