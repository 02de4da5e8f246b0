"""The scores against the libraries, and the intervals and tests against what they promise."""

import math
import random
import subprocess
import sys
from unicodedata import normalize

import numpy as np
import pytest

from xlt_core.records import InputError, Span
from xlt_core.scoring.metrics import chance, item_score, majority, measure, title
from xlt_core.scoring.significance import paired_test
from xlt_core.scoring.text_scores import tokens
from xlt_core.settings import ROOT

LABEL = ("macro_f1", "accuracy", "weighted_f1")
SPANS = ("f1", "precision", "recall", "f1_PER", "f1_LOC", "f1_ORG", "f1_DATE")
TEXT = ("rouge_l", "rouge_1", "rouge_2", "chrf")
SENTENCE = "ɗan ƙasa ya tafi kasuwa, da safe; domin sayen abinci n'abana ɓera Ƴar 2024 ሰላም नमस्ते"
KINDS = ("PER", "LOC", "ORG", "DATE")


def spans(*triples):
    return tuple(Span("x" * (end - start), kind, start, end) for kind, start, end in triples)


def values(names, golds, answers):
    return {name: score.value for name, score in measure(names, golds, answers).items()}


def random_answers(rng, kind, n):
    """n gold answers, the answers of a system that is often right and sometimes invalid, and the sources."""

    def draw():
        if kind == "label":
            return rng.choice("abcde")
        if kind == "text":
            return " ".join(rng.choices(SENTENCE.split(), k=rng.randint(0, 12)))
        starts = [i for i in range(0, 40, 4) if rng.random() < 0.3]
        return spans(*((rng.choice(KINDS), start, start + rng.randint(1, 4)) for start in starts))

    golds = [draw() for _ in range(n)]
    answers = [rng.choice([gold, draw(), draw(), None]) for gold in golds]
    return golds, answers, ["z" * 44] * n


# What scikit-learn 1.9, seqeval 1.2, rouge-score 0.1 and sacrebleu 2.6 give.
KNOWN = [
    (
        ["a", "a", "b", "c"],
        ["a", "b", "b", "a"],
        {"macro_f1": 0.388888888889, "accuracy": 0.5, "weighted_f1": 0.416666666667},
    ),
    (
        ["a", "a", "b", "c"],
        ["a", None, "b", None],
        {"macro_f1": 0.555555555556, "accuracy": 0.5, "weighted_f1": 0.583333333333},
    ),
    (["a", "b"], ["a", "z"], {"macro_f1": 1 / 3, "accuracy": 0.5, "weighted_f1": 0.5}),
    (
        [spans(("PER", 0, 3), ("LOC", 5, 9)), spans(("PER", 0, 2))],
        [spans(("PER", 0, 3), ("LOC", 5, 8)), spans(("PER", 0, 2), ("ORG", 4, 6))],
        {"f1": 0.571428571429, "precision": 0.5, "recall": 0.666666666667, "f1_PER": 1.0, "f1_LOC": 0.0},
    ),
    (
        [spans(("PER", 0, 2), ("PER", 2, 4))],
        [spans(("PER", 0, 4))],
        {"f1": 0.0, "precision": 0.0, "recall": 0.0, "f1_PER": 0.0},
    ),
    (
        ["the cat sat on the mat"],
        ["the cat is on the mat"],
        {"rouge_l": 0.833333333333, "rouge_1": 0.833333333333, "rouge_2": 0.6, "chrf": 0.619251512899},
    ),
    (
        ["Ɗan ƙasa ya tafi.", "abinci"],
        ["ɗan Ƙasa tafi ya", None],
        {"rouge_l": 0.375, "rouge_1": 0.5, "rouge_2": 0.166666666667, "chrf": 0.262298469403},
    ),
]


@pytest.mark.parametrize(("golds", "answers", "expected"), KNOWN)
def test_known_values(golds, answers, expected):
    assert values(list(expected), golds, answers) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("golds", "answers", "expected"), KNOWN)
def test_known_values_are_the_libraries(golds, answers, expected):
    from xlt_core.scoring.libraries import reference

    assert reference(list(expected), golds, answers, ["z" * 20] * len(golds)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("kind", "names"), [("label", LABEL), ("spans", SPANS), ("text", TEXT)])
@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_equals_the_libraries_on_random_data(kind, names, n):
    from xlt_core.scoring.libraries import reference

    golds, answers, texts = random_answers(random.Random(n), kind, n)
    ours = values(names, golds, answers)
    assert list(ours) == list(reference(names, golds, answers, texts))
    assert ours == pytest.approx(reference(names, golds, answers, texts), abs=1e-12)


def test_importing_is_light():
    code = (
        "import sys, xlt_core.scoring.metrics; print({'evaluate', 'sklearn', 'sacrebleu', 'nltk'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(("kind", "names"), [("label", LABEL), ("spans", SPANS), ("text", TEXT)])
@pytest.mark.parametrize("answered", ["none", "empty", "right"])
def test_never_nan_and_within_bounds(kind, names, answered):
    golds, _, _ = random_answers(random.Random(3), kind, 9)
    empty = () if kind == "spans" else ""
    answers = {"none": [None] * 9, "empty": [empty] * 9, "right": golds}[answered]
    scores = measure(names, golds, answers)
    assert names[0] in scores
    for score in scores.values():
        assert 0 <= score.low <= score.value <= score.high <= 1 + 1e-12
        assert score.value == pytest.approx(1.0 if answered == "right" else 0.0, abs=0.2)


def test_undefined_scores_are_left_out():
    gold = spans(("PER", 0, 3))
    assert set(measure(SPANS, [gold], [()])) == {"f1", "recall", "f1_PER"}
    assert set(measure(SPANS, [()], [gold])) == {"f1", "precision"}
    assert measure(SPANS, [()], [()]) == {}
    assert measure(LABEL, [], []) == {}
    assert paired_test("f1", [()], [()], [()]) is None
    assert paired_test("f1", [], [], []) is None


def test_kinds_come_from_the_golds():
    golds = [spans(("DRUG", 0, 3))]
    assert list(measure(("f1",), golds, golds)) == ["f1", "f1_DRUG"]
    assert title("f1_DRUG") == "F1 of DRUG"
    assert title("rouge_l") == "ROUGE-L"


def test_an_unknown_score_is_named():
    with pytest.raises(InputError, match="meteor"):
        measure(("meteor",), ["a"], ["a"])


def test_hooked_letters_marks_and_digits_are_letters():
    assert tokens("Ɗan ƙasa, ɓera-Ƴar 'yan 2024!") == ["ɗan", "ƙasa", "ɓera", "ƴar", "yan", "2024"]
    assert tokens("नमस्ते ሰላም العَرَبِيَّة 你好") == ["नमस्ते", "ሰላም", "العَرَبِيَّة", "你好"]
    assert tokens("e\u0301 ẹ̀kọ́") == ["\u00e9", tokens("ẹ̀kọ́")[0]]
    assert tokens(" _—! 🙂") == []
    assert item_score("rouge_1", "ƙasa", "kasa") == 0.0
    assert item_score("rouge_1", "Ƙasa", "ƙasa") == 1.0


def test_item_score():
    gold = spans(("PER", 0, 3), ("LOC", 5, 9))
    assert [item_score("macro_f1", "a", answer) for answer in ("a", "b", None)] == [1.0, 0.0, 0.0]
    assert item_score("f1", gold, spans(("PER", 0, 3))) == pytest.approx(2 / 3)
    assert [item_score("f1", (), ()), item_score("f1", (), None), item_score("f1", gold, None)] == [1.0, 1.0, 0.0]
    assert item_score("rouge_l", "a b c d", "a c b d") == 0.75
    assert item_score("rouge_l", "a", None) == 0.0


def test_chance():
    golds = ["a", "b", "c", "d"] * 50
    assert chance("accuracy", golds, "abcd") == 0.25
    assert chance("accuracy", ["a", "z"], "ab") == 0.25
    assert chance("macro_f1", golds, "abcd") == pytest.approx(0.25, abs=0.01)
    assert chance("macro_f1", ["a"], "ab") == pytest.approx(0.5, abs=0.05)
    assert chance("macro_f1", golds, "abcd", seed=1) == chance("macro_f1", golds, "abcd", seed=1)
    assert chance("f1", [()], ("PER",)) is None
    assert chance("accuracy", golds, ()) is None
    assert chance("accuracy", [], "ab") is None


def test_chance_is_what_a_random_labeller_gets():
    rng, golds = random.Random(0), list("aaabbc")
    drawn = [values(["macro_f1"], golds, rng.choices("abcd", k=6))["macro_f1"] for _ in range(300)]
    assert chance("macro_f1", golds, "abcd") == pytest.approx(np.mean(drawn), abs=4 * np.std(drawn) / 300**0.5)


def test_interval_of_a_proportion():
    golds, answers = ["a"] * 200, ["a"] * 120 + ["b"] * 80
    score = measure(["accuracy"], golds, answers)["accuracy"]
    half = 1.96 * math.sqrt(0.6 * 0.4 / 200)
    assert (score.low, score.high) == pytest.approx((0.6 - half, 0.6 + half), abs=0.015)
    assert measure(["accuracy"], golds, answers) == {"accuracy": score}
    wider = measure(["macro_f1"], golds, answers)
    assert measure(["macro_f1"], golds, answers) == wider != measure(["macro_f1"], golds, answers, seed=1)


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "chrf", "f1"])
def test_all_right_on_few_items_is_not_certain(name):
    spans = (Span("Huye", "LOC", 0, 4),)
    golds = [spans] * 24 if name == "f1" else ["ab"] * 24
    score = measure([name], golds, golds)[name]
    assert score.value == pytest.approx(1.0) and score.high == pytest.approx(1.0)
    # statsmodels' proportion_confint(24, 24, method="wilson")
    assert score.low == pytest.approx(0.86202, abs=1e-4)
    few = measure([name], golds[:3], golds[:3])[name]
    assert few.low < 0.5 < score.low


def test_items_without_entities_do_not_make_an_interval_narrower():
    spans, none = (Span("Huye", "LOC", 0, 4),), ()
    small, padded = [spans] * 5, [spans] * 5 + [none] * 50
    assert measure(["f1"], small, small)["f1"] == measure(["f1"], padded, padded)["f1"]


def test_accuracy_has_wilsons_interval():
    golds, answers = ["a"] * 20, ["a"] * 15 + ["b"] * 5
    score = measure(["accuracy"], golds, answers)["accuracy"]
    # statsmodels' proportion_confint(15, 20, method="wilson")
    assert (score.low, score.high) == pytest.approx((0.53130, 0.88814), abs=1e-4)


def test_a_large_set_is_resampled_in_parts():
    golds = ["a", "b"] * 2500
    score = measure(["accuracy"], golds, ["a"] * 5000)["accuracy"]
    assert score.value == 0.5
    assert score.high - score.low == pytest.approx(4 * 0.5 / 5000**0.5, rel=0.15)


def test_paired_test_finds_a_difference_and_its_sign():
    golds = ["a", "b"] * 30
    good, poor = golds[:50] + ["x"] * 10, golds[:30] + ["x"] * 30
    test = paired_test("accuracy", golds, good, poor, columns=("translate", "prompt"))
    assert (test.a, test.b, test.metric) == ("translate", "prompt", "accuracy")
    assert test.difference == pytest.approx(1 / 3)
    assert 0.2 < test.low < test.difference < test.high < 0.47
    assert test.p < 0.001
    other = paired_test("accuracy", golds, poor, good)
    assert other.difference == pytest.approx(-test.difference)


def test_paired_test_is_exact_on_few_items():
    # Five items, all won by a: of the 32 ways to swap two are as extreme.
    test = paired_test("accuracy", ["a"] * 5, ["a"] * 5, ["b"] * 5)
    assert test.p == pytest.approx(2 / 32, abs=0.02)


@pytest.mark.parametrize(("kind", "name"), [("label", "macro_f1"), ("spans", "f1"), ("text", "chrf")])
def test_equal_systems_do_not_differ(kind, name):
    golds, answers, _ = random_answers(random.Random(5), kind, 20)
    test = paired_test(name, golds, answers, answers)
    assert (test.difference, test.low, test.high, test.p) == (0.0, 0.0, 0.0, 1.0)


def test_p_is_uniform_where_nothing_differs():
    rng, p_values = random.Random(1), []
    for seed in range(200):
        golds = rng.choices("abc", k=60)
        a, b = ([rng.choice([gold, *"abc"]) for gold in golds] for _ in range(2))
        p_values.append(paired_test("macro_f1", golds, a, b, seed).p)
    assert np.mean(np.array(p_values) <= 0.05) < 0.11
    assert np.quantile(p_values, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.12)


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("นายกเปิดโรงพยาบาลใหม่", "นายกเปิดโรงพยาบาล"),
        ("မြန်မာနိုင်ငံသည်လှပသည်", "မြန်မာနိုင်ငံသည်"),
        ("ខ្ញុំស្រលាញ់ប្រទេសកម្ពុជា", "ប្រទេសកម្ពុជា"),
        ("ພາສາລາວເປັນພາສາ", "ພາສາລາວ"),
        ("བོད་སྐད་ཡིག", "བོད་སྐད"),
        ("我爱北京天安门", "我爱北京"),
        ("今日は東京へ行く", "東京へ行く"),
    ],
)
def test_rouge_counts_words_in_scripts_without_spaces(gold, answer):
    from xlt_core.scoring.libraries import reference

    found = values(TEXT, [gold], [answer])
    assert 0.5 < found["rouge_l"] < 1 and found["rouge_2"] > 0
    assert found == pytest.approx(reference(TEXT, [gold], [answer], [""]), abs=1e-12)


def test_thai_values():
    assert values(("rouge_l", "rouge_2", "chrf"), ["นายกเปิดโรงพยาบาลใหม่"], ["นายกเปิดโรงพยาบาล"]) == pytest.approx(
        {"rouge_l": 8 / 9, "rouge_2": 6 / 7, "chrf": 0.818}, abs=5e-4
    )


@pytest.mark.parametrize(("kind", "names"), [("label", LABEL), ("spans", SPANS), ("text", TEXT)])
def test_canonically_equivalent_answers_are_right(kind, names):
    from xlt_core.scoring.libraries import reference

    texts = ["Ọjọ́ ìṣẹ́", "Ẹ̀kọ́ ìwé", "Ìlera àwọn ọmọdé", "Ọjọ́ ìṣẹ́"]
    golds, answers = ([normalize(form, text) for text in texts] for form in ("NFC", "NFD"))
    if kind == "spans":
        golds, answers = ([spans((label, 0, 3))] * 2 for label in (golds[0], answers[0]))
    found = values(names, golds, answers)
    assert found and set(found.values()) == {1.0}
    assert found == pytest.approx(reference(names, golds, answers, ["xxx"] * len(golds)), abs=1e-12)
    assert item_score(names[0], golds[0], answers[0]) == 1.0


def test_two_forms_of_a_label_are_one_class():
    forms = [normalize(form, "ẹ̀kọ́") for form in ("NFC", "NFD")]
    assert majority("accuracy", forms) == 1.0 and chance("accuracy", forms, forms) == 1.0
    assert values(LABEL, [*forms, "eko"], ["eko", forms[0], "eko"])["accuracy"] == pytest.approx(2 / 3)
