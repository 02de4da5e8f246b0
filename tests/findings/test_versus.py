"""Two runs against each other, on the items that both have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlt_core.findings.versus import FIRST, SECOND, differences, setup_differences
from xlt_core.records import Comparison, Example, InputError, Plan, Prediction, Run
from xlt_core.scoring.corrections import holm
from xlt_core.scoring.metrics import measure
from xlt_core.scoring.significance import mcnemar_test, paired_test

LABELS = ("a", "b", "c")
GOLDS = ["abc"[i % 3] for i in range(60)]


def comparison(answers, ids=None, shots=2, seed=0, language="kin", name="prompt", **plan):
    ids = ids or [str(i) for i in range(len(answers))]
    examples = tuple(Example(i, {"text": f"text {i}"}, GOLDS[int(i)], LABELS) for i in ids)
    predictions = tuple(Prediction(i, answer, valid=True) for i, answer in zip(ids, answers, strict=True))
    run = Run(name, name, "done", examples=examples, predictions=predictions)
    return Comparison(Plan("topic", language, shots=shots, seed=seed, **plan), (run,))


RIGHT = GOLDS
OFTEN_WRONG = [gold if i % 3 else "a" for i, gold in enumerate(GOLDS)]
ALWAYS_A = ["a"] * 60


def test_the_difference_and_its_tests_are_those_of_the_shared_items():
    (found,) = differences([comparison(RIGHT)], [comparison(ALWAYS_A)])
    assert (found.task, found.language, found.items) == ("topic", "kin", 60)
    assert (found.shots, found.column) == ((2, 2), ("prompt", "prompt"))
    assert found.first.value == 1.0
    assert found.second.value == measure(["macro_f1"], GOLDS, ALWAYS_A)["macro_f1"].value
    wanted = paired_test("macro_f1", GOLDS, RIGHT, ALWAYS_A, columns=(FIRST, SECOND))
    exact = mcnemar_test(GOLDS, RIGHT, ALWAYS_A, columns=(FIRST, SECOND))
    assert [replace(test, p_holm=None) for test in found.tests] == [wanted, exact]


def test_only_items_that_are_the_same_in_both_count():
    half = [str(i) for i in range(30)]
    other = comparison(ALWAYS_A[:40], [str(i) for i in range(20, 60)])
    (found,) = differences([comparison(RIGHT[:30], half)], [other])
    assert found.items == 10
    renamed = replace(
        other.runs[0], examples=tuple(replace(e, texts={"text": "other"}) for e in other.runs[0].examples)
    )
    with pytest.raises(InputError, match="share no items"):
        differences([comparison(RIGHT[:30], half)], [replace(other, runs=(renamed,))])


def test_seeds_are_averaged_and_p_values_corrected_over_the_table():
    first = [comparison(RIGHT, seed=s) for s in (0, 1)] + [comparison(OFTEN_WRONG, language="hau")]
    second = [comparison(ALWAYS_A, seed=s) for s in (1, 2)] + [comparison(ALWAYS_A, language="hau")]
    found = differences(first, second)
    assert [(one.language, one.seeds) for one in found] == [("kin", (1,)), ("hau", (0,))]
    for condition in (0, 1):
        tests = [one.tests[condition] for one in found]
        assert [test.p_holm for test in tests] == holm([test.p for test in tests])


def test_runs_without_anything_in_common_are_refused():
    with pytest.raises(InputError, match="share no items"):
        differences([comparison(RIGHT, language="hau")], [comparison(RIGHT)])


@pytest.mark.parametrize("change", [{"shots": 4}, {"name": "laft"}, {"shots": 4, "name": "laft"}, {"seed": 5},
                                    {"model": "other"}])  # fmt: skip
def test_any_two_runs_on_the_same_items_can_be_compared(change):
    (found,) = differences([comparison(RIGHT)], [comparison(ALWAYS_A, **change)])
    assert found.items == 60 and found.first.value == 1.0 > found.second.value
    assert found.shots == (2, change.get("shots", 2)) and found.column == ("prompt", change.get("name", "prompt"))


def test_what_else_differs_is_told():
    assert setup_differences([comparison(RIGHT)], [comparison(RIGHT, model="other")]) == {"model": ("pocket", "other")}
    assert setup_differences([comparison(RIGHT)], [comparison(ALWAYS_A)]) == {}
