import unicodedata

import pytest

from xlt_core.text.forms import canonical, caseless, folded, key, same

YORUBA = "Adébáyọ̀ Ọlátúnjí"
HANGUL = "한국어"


@pytest.mark.parametrize("text", [YORUBA, HANGUL, "Ghɔmálá'", "ߒߞߏ ߞߊ߲", "रामायण", "Ångström"])
def test_equivalent_texts_are_the_same(text):
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}
    assert len({canonical(form) for form in forms}) == 1
    assert all(same(a, b) and same(a, b.upper()) for a in forms for b in forms)


def test_marks_in_another_order_are_the_same():
    assert same("ọ́", "o\u0301\u0323") and same("\u1e9b\u0323", "\u017f\u0323\u0307")


def test_case_is_folded_with_marks_that_case_folding_takes_apart():
    assert caseless("ᾼ") == caseless("\u03b1\u03b9") == caseless("ΑΙ")


@pytest.mark.parametrize(("one", "other"), [("ọjọ", "ọjọ́"), ("oko", "ọkọ"), ("राम", "रामा"), ("ߞߊ", "ߞߊ߲")])
def test_words_that_differ_by_a_mark_are_different(one, other):
    assert not same(one, other) and folded(one) != folded(other)


def test_spaces_are_one():
    assert key(" Kano\u00a0 Pillars\n") == "kano pillars"


@pytest.mark.parametrize(
    ("one", "other"),
    [("’yan", "'yan"), ("cyʼu", "cy’u"), ("Ouaga - Bobo", "ouaga–bobo"), ("co\u00adop", "coop"), ("a\u200bb", "ab")],
)
def test_folding_is_only_for_marks_between_letters(one, other):
    assert not same(one, other) and folded(one) == folded(other)
