from unicodedata import normalize

import pytest

from xlt_core import catalog
from xlt_core.comparison.data import labels_of, relabel
from xlt_core.comparison.sampling import draw_demonstrations
from xlt_core.records import Example, InputError, Span

NFC, NFD = ([normalize(form, text) for text in ("Ọjọ́ ìṣẹ́ ni", "Ẹ̀kọ́", "Ìròyìn ìlera")] for form in ("NFC", "NFD"))


def rows(texts, label="Ẹ̀kọ́"):
    return [Example(str(number), {"text": text}, label, (label,)) for number, text in enumerate(texts)]


@pytest.mark.parametrize("taken", [NFD[0], "ọjọ́\u00a0ìṣẹ́ NI", NFC[0] + "\u200b"])
def test_a_test_item_is_no_demonstration_in_another_spelling(taken):
    drawn = draw_demonstrations(catalog.task("topic"), rows(NFC), 2, 0, [taken])
    assert {row.text for row in drawn} == set(NFC[1:])


def test_apostrophes_and_hyphens_hide_no_leak():
    with pytest.raises(InputError, match="only 1 example"):
        draw_demonstrations(catalog.task("topic"), rows(["cy'u Rwanda - none", "ejo"]), 2, 0, ["Cy’u Rwanda-none"])


def test_a_text_in_two_forms_is_drawn_once():
    with pytest.raises(InputError, match="lower the shots"):
        draw_demonstrations(catalog.task("topic"), rows([*NFC, NFD[0]]), 4, 0, [])
    assert len(draw_demonstrations(catalog.task("topic"), rows([*NFC, NFD[0]]), 3, 0, [])) == 3


def test_labels_in_two_forms_are_one():
    both = [*rows(NFC, NFC[1]), *rows(NFC, NFD[1])]
    assert labels_of(both) == (NFC[1],)
    assert {example.answer for example in relabel(both, (NFD[1],))} == {NFD[1]}
    spans = [Example("1", {"text": "abc"}, (Span("abc", NFC[1], 0, 3),), (NFC[1],))]
    assert relabel(spans, (NFD[1],))[0].answer[0].kind == NFD[1]
    with pytest.raises(InputError, match="none of the labels"):
        relabel(both, ("Eko",))
