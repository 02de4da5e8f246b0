"""Short answers are scored as SQuAD's are, in any script, by the best of several gold answers."""

from __future__ import annotations

import pytest

from xlt_core.records import Example
from xlt_core.scoring.libraries import reference
from xlt_core.scoring.metrics import chance_of, item_score, measure
from xlt_core.scoring.qa_scores import normalised

NAMES = ("qa_f1", "exact_match")
# Gold, answer, F1, exact match: by the rules of SQuAD 2.0, worked out apart from our code.
KNOWN = [
    ("Denver Broncos", "Denver Broncos", 1.0, 1.0),
    ("Denver Broncos", "the Denver Broncos.", 1.0, 1.0),
    ("Denver Broncos", "Broncos", 2 / 3, 0.0),
    ("Denver Broncos", "The Broncos of Denver", 0.8, 0.0),
    ("gold", "Gold", 1.0, 1.0),
    ("a cat sat", "the cat", 2 / 3, 0.0),
    ("1,200", "1200", 1.0, 1.0),
    ("$5 million", "5 million", 1.0, 1.0),
    ("U.S.", "us", 1.0, 1.0),
    ("don't", "dont", 1.0, 1.0),
    ("twenty-one", "twentyone", 1.0, 1.0),
    ("to be or not to be", "to be", 0.5, 0.0),
    ("Kigali", "Huye", 0.0, 0.0),
    ("Kigali", "", 0.0, 0.0),
    ("the", "a", 1.0, 1.0),
    ("yes", "Yes.", 1.0, 1.0),
    ("yes", "no", 0.0, 0.0),
    # Beyond it: several gold answers, punctuation of any script, one spelling, letters that look like quotation marks.
    ("Kigali $$ the city of Kigali", "city of Kigali", 1.0, 1.0),
    ("Kigali $$ Huye town", "Huye", 2 / 3, 0.0),
    ("«Kigali»", "Kigali", 1.0, 1.0),
    ("አዲስ አበባ።", "አዲስ አበባ", 1.0, 1.0),
    ("ƙasar ʼyan", "ƙasar 'yan", 1.0, 1.0),
    ("\u1ecdj\u1ecd\u0301", "\u1ecdj\u00f3\u0323", 1.0, 1.0),
    ("\u1ecdj\u1ecd\u0301", "\u1ecdj\u1ecd", 0.0, 0.0),
    ("กรุงเทพ", "กรุงเทพ", 1.0, 1.0),
]


@pytest.mark.parametrize(("gold", "answer", "f1", "exact"), KNOWN)
def test_known_values(gold: str, answer: str, f1: float, exact: float) -> None:
    made = measure(NAMES, [gold], [answer])
    assert [made[name].value for name in NAMES] == pytest.approx([f1, exact])
    assert item_score("qa_f1", gold, answer) == pytest.approx(f1)
    assert reference(NAMES, [gold], [answer], [""]) == pytest.approx({"qa_f1": f1, "exact_match": exact})


def test_the_mean_is_over_all_items_and_nothing_read_is_wrong() -> None:
    golds, answers = [row[0] for row in KNOWN], [*(row[1] for row in KNOWN[:-1]), None]
    made, theirs = measure(NAMES, golds, answers), reference(NAMES, golds, answers, [""] * len(golds))
    assert {name: made[name].value for name in NAMES} == pytest.approx(theirs)
    assert made["exact_match"].low < made["exact_match"].value < made["exact_match"].high


def test_marks_count_and_words_without_spaces_are_cut() -> None:
    assert normalised("The Ọjọ́, an ìlú!") == normalised("ọjọ́ ìlú") != normalised("ojo ilu")
    assert len(normalised("ผมรักเมืองไทย")) > 1


def test_chance_with_options_of_each_items_own() -> None:
    rows = [Example(str(n), {}, "A", tuple("ABCD"[:n])) for n in (2, 3, 4)]
    assert chance_of("accuracy", rows) == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)
    assert chance_of("accuracy", rows[:1] * 3) == 0.5 and chance_of("qa_f1", rows) is None
