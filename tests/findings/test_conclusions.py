"""What is said of one comparison and of two runs: never more than the tests and the chance level allow."""

from __future__ import annotations

from dataclasses import replace

from helpers.comparisons import comparison

from xlt_core import catalog
from xlt_core.comparison.endings import scored
from xlt_core.findings import conclusions, sentences
from xlt_core.findings.findings import find
from xlt_core.records import Comparison, PairedTest
from xlt_core.scoring.significance import between

TASK = catalog.task("topic")


def finished(one: Comparison) -> Comparison:
    """With its scores and tests, as a comparison ends."""
    runs = tuple(scored(run, TASK) for run in one.runs)
    return replace(one, runs=runs, tests=between(runs, TASK.metrics[0]))


def test_nothing_is_best_that_is_not_above_chance() -> None:
    poor = [finished(comparison({"prompt": 0.36, "translate": 0.05}, shots=shots)) for shots in (0, 2)]
    found = find(poor)
    assert not any(leader.clears or leader.decisive for leader in found.leaders)
    said = (*(sentences.lead(found, leader) for leader in found.leaders), sentences.where_best(found),
            sentences.over_shots(found, found.conditions[0]))  # fmt: skip
    assert all("scores highest" not in one and "above" in one for one in said), said
    assert "No column is shown to be above" in conclusions.of_comparison(poor[0], "macro_f1", False)


def test_the_one_that_is_above_chance_is_told_from_the_one_that_is_not() -> None:
    one = finished(comparison({"prompt": 0.95, "translate": 0.1}))
    said = conclusions.of_comparison(one, "macro_f1", False)
    assert "prompt is ahead of translate" in said and "translate is not shown to be above" in said
    assert find([one]).leaders[0].decisive and "scores highest" in sentences.where_best(find([one]))


def test_where_interval_and_test_disagree_it_is_said_which_one_decides() -> None:
    apart = PairedTest("prompt", "laft", "macro_f1", 0.09, 0.01, 0.19, 0.047, p_holm=0.094)
    one = replace(finished(comparison({"prompt": 0.9})), tests=(apart,))
    said = conclusions.of_comparison(one, "macro_f1", False)
    assert "(0.09, 0.01 to 0.19, p = 0.094)" in said and "p decides" in said
    agreed = replace(apart, low=-0.02)
    assert "p decides" not in conclusions.of_comparison(replace(one, tests=(agreed,)), "macro_f1", False)
    assert conclusions.disagreement([replace(apart, low=0.0, high=0.0, difference=0.0, p_holm=1.0)]) == ""


def test_a_run_has_one_interval_wherever_it_is_shown() -> None:
    one = comparison({"prompt": 0.7}, seed=3)
    shuffled = replace(one.runs[0], examples=one.runs[0].examples[::-1])
    ended = finished(replace(one, runs=(shuffled,)))
    assert find([ended]).cells[0].score == ended.runs[0].scores["macro_f1"]
