"""The scores of translations and numbers against sacreBLEU and a table of known values."""

from __future__ import annotations

import random

import pytest
from sacrebleu.metrics import BLEU, CHRF

from xlt_core.scoring import translation_scores
from xlt_core.scoring.libraries import reference
from xlt_core.scoring.metrics import item_score, measure
from xlt_core.scoring.significance import paired_test

NAMES = ("chrf_pp", "bleu", "length_ratio")
WORDS = "the team won a match in Huye on Monday . , ɗan ƙasa ya tafi kasuwa ሰላም 'yan 2,000".split()
# What sacreBLEU 2.6 gives: BLEU with the tokenizer 13a and smoothing "exp", chrF with word_order=2.
KNOWN = [
    (["the cat sat on the mat"], ["the cat sat on the mat"], {"chrf_pp": 1.0, "bleu": 1.0, "length_ratio": 1.0}),
    (["the cat sat on the mat"], ["the cat is on the mat"],
     {"chrf_pp": 0.6437034, "bleu": 0.3799178, "length_ratio": 1.0}),
    (["a b c d e f", "g h"], ["a b c d", None], {"chrf_pp": 0.5279503, "bleu": 0.3678794, "length_ratio": 0.5}),
    (["a b"], ["x y"], {"chrf_pp": 0.0, "bleu": 0.0, "length_ratio": 1.0}),
]  # fmt: skip


def values(names, golds, answers):
    return {name: score.value for name, score in measure(names, golds, answers).items()}


def sentences(seed: int, n: int) -> tuple[list[str], list[str | None]]:
    rng = random.Random(seed)
    golds = [" ".join(rng.choices(WORDS, k=rng.randint(1, 14))) for _ in range(n)]
    others = [" ".join(rng.choices(WORDS, k=6)) for _ in golds]
    return golds, [rng.choice([gold, gold[:-4], other, None]) for gold, other in zip(golds, others, strict=True)]


@pytest.mark.parametrize(("golds", "answers", "expected"), KNOWN)
def test_known_values(golds, answers, expected) -> None:
    assert values(NAMES, golds, answers) == pytest.approx(expected, abs=1e-6)
    assert reference(NAMES, golds, answers, golds) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 9, 60])
def test_equals_sacrebleu_on_random_sentences(n: int) -> None:
    golds, answers = sentences(n, n)
    said = [answer or "" for answer in answers]
    made = values(NAMES, golds, answers)
    bleu = BLEU().corpus_score(said, [golds])
    assert made["bleu"] == pytest.approx(bleu.score / 100, abs=1e-9)
    assert made["chrf_pp"] == pytest.approx(CHRF(word_order=2).corpus_score(said, [golds]).score / 100, abs=1e-9)
    assert made["length_ratio"] == pytest.approx(bleu.sys_len / bleu.ref_len)
    assert item_score("bleu", golds[0], answers[0]) == pytest.approx(
        CHRF(word_order=2).sentence_score(said[0], [golds[0]]).score / 100
    )


def test_the_signatures_are_sacrebleus() -> None:
    made = translation_scores.signatures()
    assert made["chrf_pp"].startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:2|")
    assert made["bleu"].startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|")


def test_a_difference_is_tested_as_sacrebleu_tests_it() -> None:
    """Paired approximate randomization, with as many trials of its own: p-values of the same size."""
    from sacrebleu.significance import PairedTest

    golds, worse = sentences(4, 40)
    better = [gold if number % 3 else answer for number, (gold, answer) in enumerate(zip(golds, worse, strict=True))]
    said = [("a", [answer or "" for answer in worse]), ("b", [answer or "" for answer in better])]
    _, found = PairedTest(said, {"chrF2++": CHRF(word_order=2, references=[golds])}, None, "ar", 1000)()
    (theirs,) = [result[1].p_value for name, result in found.items() if name != "System"]
    ours = paired_test("chrf_pp", golds, worse, better)
    assert ours is not None and ours.p == pytest.approx(theirs, abs=0.01) and ours.difference < 0


def test_numbers_are_compared_as_numbers() -> None:
    golds, answers = ["1200", "-3", "5", "0.5", "3"], ["1,200", "-3", "The answer is 6.", "1/2", None]
    assert values(("number_match",), golds, answers) == {"number_match": 0.6}
    assert reference(("number_match",), golds, answers, golds) == {"number_match": 0.6}
    assert [item_score("number_match", "3", answer) for answer in ("٣", "13", None)] == [1.0, 0.0, 0.0]
    score = measure(("number_match",), ["1"] * 20, ["1"] * 15 + ["2"] * 5)["number_match"]
    # statsmodels' proportion_confint(15, 20, method="wilson")
    assert (score.low, score.high) == pytest.approx((0.53130, 0.88814), abs=1e-4)
