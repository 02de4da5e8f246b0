"""chrF++ against sacreBLEU, the correlation against scipy, and signs of texts whose signs are plain."""

from __future__ import annotations

import random

import numpy as np
import pytest
from sacrebleu.metrics import CHRF

from xlt_core.scoring import pivot

TEXTS = [
    "The team won the match in Huye.",
    "A new hospital was opened on Monday",
    "Prices of sugar rose by 20%",
    "x",
    "",
]


def test_chrf_pp_is_sacrebleus() -> None:
    made, wanted = [*TEXTS, "team match won", "hospital"], [*reversed(TEXTS), "The team won", "A hospital opened"]
    metric, score = CHRF(word_order=2), pivot.chrf_pp(made, wanted)
    assert score is not None and score.low < score.value < score.high
    assert score.value == pytest.approx(metric.corpus_score(made, [wanted]).score / 100)
    assert pivot.chrf_pp_signature() == str(metric.get_signature())
    assert "nw:2" in pivot.chrf_pp_signature() and "nrefs:1" in pivot.chrf_pp_signature()
    for one, other in zip(made, wanted, strict=True):
        assert pivot.item_chrf_pp(one, other) == pytest.approx(metric.sentence_score(one, [other]).score / 100)


def test_no_text_has_no_score_and_the_same_text_the_highest() -> None:
    assert pivot.chrf_pp([], []) is None
    assert pivot.chrf_pp(TEXTS[:3], TEXTS[:3]) is not None and pivot.item_chrf_pp(TEXTS[0], TEXTS[0]) == 1


@pytest.mark.parametrize(("text", "share"), [
    ("the cat sat on the mat", 0.0), ("go go go go go go", 2 / 3), ("", 0.0), ("one two three", 0.0),
    ("a b c d a b c d", 1 / 5), ("A b c d. a B c d!", 1 / 5),
])  # fmt: skip
def test_repetition_is_the_share_of_word_4_grams_that_stood_there_before(text: str, share: float) -> None:
    assert pivot.signs("source", text).repetition == pytest.approx(share)


@pytest.mark.parametrize(("source", "text", "share"), [
    ("Aline yagiye i Huye", "Aline went to Huye", 0.5), ("Aline yagiye", "Aline yagiye", 1.0), ("12 34", "12 34", 0.0),
    ("yagiye 2024", "2024 went", 0.0), ("ka ka ka", "ka went", 1 / 3), ("😀", "😀", 0.0),
])  # fmt: skip
def test_untranslated_is_the_share_of_the_sources_words_that_were_left_as_they_were(
    source: str, text: str, share: float
) -> None:
    assert pivot.signs(source, text).untranslated == pytest.approx(share)


@pytest.mark.parametrize(("text", "share"), [
    ("went home", 0.0), ("went дом", 3 / 7), ("መጣ", 1.0), ("12, 34!", 0.0), ("naïve caf\u0065\u0301 ʻ", 0.0),
])  # fmt: skip
def test_other_script_is_the_share_of_letters_that_are_not_latin(text: str, share: float) -> None:
    assert pivot.signs("source", text).other_script == pytest.approx(share)


def test_the_length_ratio_is_of_characters() -> None:
    assert pivot.signs("abcd", " ab ").length_ratio == 0.5 and pivot.signs("", "ab").length_ratio == 2


def test_the_correlation_is_scipys_point_biserial() -> None:
    from scipy.stats import pointbiserialr

    rng = random.Random(0)
    right = [rng.random() < 0.4 for _ in range(200)]
    values = [0.2 * hit + rng.random() for hit in right]
    found = pivot.correlation(values, right)
    assert found is not None and found.low < found.r < found.high
    assert found.r == pytest.approx(pointbiserialr(right, values).statistic)


def test_the_correlations_interval_holds_the_true_value_about_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(1), 0
    for seed in range(200):
        right = rng.random(80) < 0.5
        found = pivot.correlation(list(rng.normal(0.5 * right)), list(right), seed)
        assert found is not None
        held += found.low <= 0.25 / np.sqrt(1 + 0.0625) <= found.high
    assert held >= 0.88 * 200


def test_too_few_or_equal_items_have_no_correlation() -> None:
    rights = [True] * 9 + [False] * 20
    assert pivot.correlation([float(number) for number in range(29)], rights) is None
    assert pivot.correlation([0.5] * 40, [True, False] * 20) is None
    assert pivot.correlation([], []) is None
