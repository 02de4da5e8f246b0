"""The tests and intervals against scipy, sacreBLEU, published examples, and what they promise under simulation."""

import random

import numpy as np
import pytest

from xlt_core.records import Example, Prediction, Run, Span
from xlt_core.scoring import resampling
from xlt_core.scoring.corrections import corrected, holm, signed_rank
from xlt_core.scoring.item_answers import ItemAnswers, common_items
from xlt_core.scoring.metrics import item_score, majority, measure
from xlt_core.scoring.significance import (
    RANDOMIZATION,
    estimate,
    mcnemar,
    mcnemar_test,
    pair_tests,
    paired_test,
    randomization,
    score_of,
)

REPEATS, ITEMS = 1000, 200


def answers_of(rng, golds, right):
    """Answers that are right at a rate, and else another label."""
    return [gold if rng.random() < right else rng.choice([c for c in "abcd" if c != gold]) for gold in golds]


def simulated(a_right, b_right, repeats, items=ITEMS):
    """Both p-values of each of many repeats, of two systems with these rates of right answers."""
    rng, found = random.Random(7), []
    for repeat in range(repeats):
        golds = rng.choices("abcd", k=items)
        a, b = (answers_of(rng, golds, right) for right in (a_right, b_right))
        tests = paired_test("macro_f1", golds, a, b, repeat % 8), mcnemar_test(golds, a, b, repeat % 8)
        found.append([test.p for test in tests])
    return np.array(found)


def test_two_equal_systems_are_called_different_as_often_as_promised():
    called = np.mean(simulated(0.6, 0.6, REPEATS, items=100) <= 0.05, axis=0)
    assert 0.036 <= called[0] <= 0.064
    assert called[1] <= 0.064


def test_two_different_systems_are_told_apart_nearly_always():
    assert np.all(np.mean(simulated(0.8, 0.6, 200) <= 0.05, axis=0) > 0.97)


def test_the_intervals_hold_the_true_value_nearly_as_often_as_promised():
    rng, held = random.Random(3), []
    for repeat in range(400):
        golds = ["a"] * ITEMS
        a, b = (answers_of(rng, golds, right) for right in (0.7, 0.6))
        score = measure(["accuracy"], golds, a, seed=repeat % 8)["accuracy"]
        test = mcnemar_test(golds, a, b, repeat % 8)
        held.append([score.low <= 0.7 <= score.high, test.low <= 0.1 + 1e-12 and test.high >= 0.1 - 1e-12])
    assert np.mean(held, axis=0) == pytest.approx([0.95, 0.95], abs=0.03)


@pytest.mark.parametrize(("metric", "n"), [("accuracy", 9), ("macro_f1", 7), ("macro_f1", 40)])
def test_randomization_is_scipys_permutation_test(metric, n):
    from scipy.stats import permutation_test
    from sklearn.metrics import accuracy_score, f1_score

    rng = random.Random(n)
    golds = rng.choices("abc", k=n)
    a, b = answers_of(rng, golds, 0.8), answers_of(rng, golds, 0.5)
    wanted, *codes = (np.array(["abcd".index(answer) for answer in side]) for side in (golds, a, b))

    def score(answers):
        if metric == "accuracy":
            return accuracy_score(wanted, answers)
        return f1_score(wanted, answers, average="macro", labels=np.union1d(wanted, answers))

    expected = permutation_test(codes, lambda x, y: score(x) - score(y), permutation_type="samples", vectorized=False,
                                n_resamples=400 if n > 9 else np.inf, rng=np.random.default_rng(0))  # fmt: skip
    test = paired_test(metric, golds, a, b)
    assert test.difference == pytest.approx(expected.statistic)
    assert test.p == pytest.approx(expected.pvalue, abs=0.04)


def test_randomization_of_chrf_is_sacrebleus():
    from sacrebleu.metrics import CHRF
    from sacrebleu.significance import PairedTest as Sacre

    rng, words = random.Random(4), "muri gahunda yo kurwanya ubukene abaturage bahawe inka nyinshi".split()
    golds = [" ".join(rng.choices(words, k=8)) for _ in range(60)]

    def worsened(times):
        made = [text.split() for text in golds]
        for line in made:
            for _ in range(times):
                line[rng.randrange(8)] = rng.choice(words)
        return [" ".join(line) for line in made]

    a, b = worsened(2), worsened(3)
    _, scores = Sacre([("a", a), ("b", b)], {"chrf": CHRF()}, [golds], test_type="ar", n_samples=2000)()
    theirs = next(results for name, results in scores.items() if name != "System")
    test = paired_test("chrf", golds, a, b)
    assert test.difference == pytest.approx((theirs[0].score - theirs[1].score) / 100, abs=1e-6)
    assert test.p == pytest.approx(theirs[1].p_value, abs=0.03)


def test_the_interval_is_scipys_percentile_bootstrap():
    from scipy.stats import bootstrap

    golds = ["a"] * 150
    answers = answers_of(random.Random(1), golds, 0.7)
    hits = np.array([gold == answer for gold, answer in zip(golds, answers, strict=True)], float)
    expected = bootstrap((hits,), np.mean, method="percentile", rng=np.random.default_rng(0)).confidence_interval
    score = measure(["accuracy"], golds, answers)["accuracy"]
    assert (score.low, score.high) == pytest.approx((expected.low, expected.high), abs=0.012)


def test_mcnemars_exact_test_on_a_published_example():
    # The worked example of mlxtend's manual: 11 items only the one has right, 1 only the other; 2 * 13 / 2**12.
    golds = ["x"] * 100
    a = ["x"] * 11 + ["y"] + ["x"] * 86 + ["y"] * 2
    b = ["y"] * 11 + ["x"] + ["x"] * 86 + ["y"] * 2
    test = mcnemar_test(golds, a, b, columns=("a", "b"))
    assert test.p == pytest.approx(0.00634765625)
    assert (test.metric, test.test, test.difference) == ("accuracy", "McNemar exact", pytest.approx(0.1))
    assert test.low < 0.1 < test.high
    assert mcnemar_test(golds, a, a).p == 1.0 and mcnemar_test([], [], []) is None


def test_holms_correction_on_published_examples():
    # The example of Wikipedia's article, and the p.adjust of R.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.9, 0.8]) == [1.0, 1.0] and holm([]) == [] and holm([0.2]) == [0.2]


def test_a_table_is_corrected_by_sort_of_test():
    golds, rng = list("abcd") * 15, random.Random(0)
    good, fair, poor = (ItemAnswers(tuple(map(str, range(60))), tuple(golds), tuple(answers_of(rng, golds, right)))
                        for right in (0.9, 0.7, 0.3))  # fmt: skip
    pairs = [(good, fair), (fair, poor), (good, poor)]
    found = corrected([test for a, b in pairs for test in pair_tests("macro_f1", [a], [b])])
    for sort in (RANDOMIZATION, "McNemar exact"):
        own = [test for test in found if test.test == sort]
        assert [test.p_holm for test in own] == holm([test.p for test in own]) and len(own) == 3
    assert not [test for test in pair_tests("f1", *(spans_of(p) for p in (1, 2))) if test.test != RANDOMIZATION]


def spans_of(end):
    gold = (Span("x", "PER", 0, 1),)
    return [ItemAnswers(("1", "2"), (gold, gold), (gold, (Span("x", "PER", 0, end),)))]


def test_the_signed_rank_test_on_a_published_example():
    # Hollander and Wolfe (1973), depression scores of nine patients before and after: V = 40, one-sided p 0.01953.
    first = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    differences = np.subtract(first, second)
    assert signed_rank(differences) == pytest.approx(0.0390625)
    assert signed_rank([*differences, 0.0]) == pytest.approx(0.0390625)
    assert signed_rank([]) is None and signed_rank([0.0, 0.0]) is None


def test_what_one_column_lacks_is_left_out_for_all():
    examples = tuple(Example(str(i), {"text": "t"}, None if i == 3 else "a") for i in range(5))
    first = Run("p", "prompt", examples=examples, predictions=tuple(Prediction(str(i), "a") for i in range(5)))
    lame = (Prediction("0", error="no answer"), Prediction("1", final=False), *first.predictions[2:])
    second = Run("t", "translate", examples=examples, predictions=lame)
    assert [marked.ids for marked in common_items(first)] == [("0", "1", "2", "4")]
    assert [marked.ids for marked in common_items(first, second)] == [("2", "4"), ("2", "4")]
    assert common_items(first, second)[0].golds == ("a", "a")


def test_more_swaps_find_how_small_a_small_p_is():
    golds = ["x"] * 40
    sides = [[ItemAnswers(tuple(map(str, range(40))), tuple(golds), tuple(answers))] for answers in (golds, ["y"] * 40)]
    assert randomization("accuracy", *sides).p == pytest.approx(1 / 2001)
    assert randomization("accuracy", *sides, swaps=30_000).p == pytest.approx(1 / 30_001)


def several(seed, rates, overlap):
    """Under three seeds, samples of two columns; items that are asked under several seeds have the same answers."""
    rng = random.Random(seed)
    golds = [rng.choice("abc") for _ in range(90)]
    sides = [answers_of(rng, golds, right) for right in rates]
    ranges = [range(0, 60)] * 3 if overlap else [range(0, 30), range(30, 60), range(60, 90)]
    ids = [f"item-{i:02}" for i in range(90)]
    return [[ItemAnswers(*(tuple(values[i] for i in part) for values in (ids, golds, side))) for part in ranges]
            for side in sides]  # fmt: skip


def test_the_score_over_seeds_is_the_mean_of_its_scores():
    (samples, _) = several(0, (0.7, 0.5), overlap=False)
    found = estimate("macro_f1", samples)
    each = [measure(["macro_f1"], sample.golds, sample.answers)["macro_f1"].value for sample in samples]
    assert found.value == pytest.approx(np.mean(each))
    assert found.resampled.shape == (1000,)
    single = measure(["macro_f1"], samples[0].golds, samples[0].answers, seed=5)["macro_f1"]
    assert score_of([estimate("macro_f1", samples[:1], 5)]) == single
    assert estimate("macro_f1", []) is None and estimate("f1", [ItemAnswers(("1",), ((),), ((),))]) is None


def test_the_same_items_under_three_seeds_are_not_taken_for_three_times_as_many():
    a, b = several(1, (0.7, 0.6), overlap=True)
    thrice, once = score_of([estimate("accuracy", a)]), score_of([estimate("accuracy", a[:1])])
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))
    assert randomization("macro_f1", a, b).p == randomization("macro_f1", a[:1], b[:1]).p
    assert mcnemar(a, b).p == mcnemar(a[:1], b[:1]).p
    apart = several(1, (0.7, 0.6), overlap=False)[0]
    assert score_of([estimate("accuracy", apart)]).high - score_of([estimate("accuracy", apart)]).low < (
        0.75 * (score_of([estimate("accuracy", apart[:1])]).high - score_of([estimate("accuracy", apart[:1])]).low)
    )


def test_the_mean_over_cells_is_narrower_than_a_cell():
    cells = [estimate("accuracy", [several(seed, (0.7, 0.6), False)[0][0]], seed) for seed in range(9)]
    mean = score_of(cells)
    assert mean.value == pytest.approx(np.mean([cell.value for cell in cells]))
    widths = [one.high - one.low for one in (score_of([cell]) for cell in cells)]
    assert mean.high - mean.low == pytest.approx(np.mean(widths) / 3, rel=0.15)


@pytest.mark.parametrize("rows", [np.arange(12.0).reshape(4, 3) % 5, np.linspace(0, 1, 12).reshape(4, 3)])
def test_weighted_sums_are_those_of_the_draws_in_blocks_of_any_size(rows, monkeypatch):
    rows[2] = 0  # tells nothing, and takes its part in the draws all the same
    drawn = resampling.counts(np.random.default_rng(3), 50, 4)
    for size in (1, 7, 1024):
        monkeypatch.setattr(resampling, "BLOCK_SIZE", size)
        np.testing.assert_allclose(resampling.weighted(resampling.counts, rows, 50, 3), drawn @ rows, rtol=1e-12)


def test_the_majority_line():
    golds = ["a"] * 6 + ["b"] * 3 + ["c"]
    assert majority("accuracy", golds) == 0.6
    assert majority("macro_f1", golds) == pytest.approx(0.75 / 3)
    assert majority("f1", [()]) is None and majority("accuracy", []) is None
    assert item_score("accuracy", "a", "a") == 1.0
