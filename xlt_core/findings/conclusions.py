"""What can be concluded from one comparison, or from two runs: which differences are real, and which test decides."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.findings.leaders import SIGNIFICANCE_LEVEL
from xlt_core.findings.records import Baseline
from xlt_core.findings.sentences import listed, number, p_value
from xlt_core.findings.versus import Difference
from xlt_core.records import Comparison, PairedTest, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.significance import RANDOMIZATION

ONE_ITEM = "One item shows how each column works, but nothing can be concluded from it; compare on more items for that."


def of_comparison(comparison: Comparison, metric: str, single: bool) -> str:
    """Which differences are significant, which are not, and what is not above chance. single: of one item."""
    if single:
        return ONE_ITEM
    tests = [test for test in comparison.tests if test.metric == metric and test.test == RANDOMIZATION]
    tests = tests or list(comparison.tests)
    if not tests:
        return _no_tests(comparison)
    clear = [_ahead(test) for test in tests if decisive(test)]
    unclear = [_undecided(test) for test in tests if not decisive(test)]
    items = max((sum(not p.error for p in run.predictions) for run in comparison.runs), default=0)
    shown = "; ".join(clear) or "no column is shown to be ahead"
    undecided = f"; nothing can be concluded about {listed(unclear)}" if unclear else ""
    says = f"On {items} {comparison.plan.split} items, by {metrics.title(metric)}, {shown}{undecided}."
    return " ".join(filter(None, [says, below_level(comparison, metric), disagreement(tests)]))


def of_runs(found: Sequence[Difference]) -> str:
    """In how many pairs of cells each of two runs is decisively ahead."""
    tests = [test for one in found for test in one.tests if test.test == RANDOMIZATION]
    clear = [test for test in tests if decisive(test)]
    ahead = sum(test.difference > 0 for test in clear)
    if not clear:
        says = f"In none of the {len(tests)} pairs of cells is one of the two decisively ahead."
    else:
        says = (f"Of {len(tests)} pairs of cells the first is decisively ahead in {ahead or 'none'}, the second in "
                f"{len(clear) - ahead or 'none'}.")  # fmt: skip
    return " ".join(filter(None, [says, disagreement(tests)]))


def disagreement(tests: Sequence[PairedTest]) -> str:
    """Which of the two counts where a difference's interval and its p say different things; "" where none do."""
    apart = [test for test in tests if decisive(test) == (test.low <= 0 <= test.high) and test.low != test.high]
    if not apart:
        return ""
    table = f" and is corrected for {len(tests)} tests" if len(tests) > 1 else ""
    return (f"Where an interval and p disagree (here for {listed([f'{t.a} versus {t.b}' for t in apart])}), p decides: "
            f"it asks how often such a difference comes from swapping the answers of the two at random{table}, while "
            "the interval says how the difference would vary with other items.")  # fmt: skip


def below_level(comparison: Comparison, metric: str) -> str:
    """That a column is not shown to be above what needs no model; "" where all are or nothing is known."""
    runs = [run for run in comparison.runs if run.state == "done" and metric in run.scores]
    baseline = baseline_of(comparison.runs, metric)
    low = [run for run in runs if baseline.level is not None and run.scores[metric].low <= baseline.level]
    if not low:
        return ""
    said = "No column is" if len(low) == len(runs) > 1 else f"{listed([run.name for run in low], 'or')} is not"
    return f"{said} shown to be above {baseline.name} ({number(baseline.level or 0.0)})."


def baseline_of(runs: Sequence[Run], metric: str) -> Baseline:
    """Chance and the most frequent label on the items of the runs."""
    examples = next((run.examples for run in runs if run.examples), ())
    golds = [example.answer for example in examples if example.answer is not None]
    return Baseline(metrics.chance_of(metric, examples), metrics.majority(metric, golds))


def decisive(test: PairedTest) -> bool:
    """Whether p, corrected where the test stands in a table, is small enough."""
    return adjusted(test) < SIGNIFICANCE_LEVEL


def adjusted(test: PairedTest) -> float:
    return test.p if test.p_holm is None else test.p_holm


def _ahead(test: PairedTest) -> str:
    first, second = (test.a, test.b) if test.difference >= 0 else (test.b, test.a)
    low, high = (test.low, test.high) if test.difference >= 0 else (-test.high, -test.low)
    return f"{first} is ahead of {second} by {number(abs(test.difference))} ({number(low)} to {number(high)})"


def _undecided(test: PairedTest) -> str:
    if test.difference == test.low == test.high == 0:
        return f"{test.a} versus {test.b} (the same on these items)"
    span = f"{number(test.low)} to {number(test.high)}"
    return f"{test.a} versus {test.b} ({number(test.difference)}, {span}, {p_value(adjusted(test))})"


def _no_tests(comparison: Comparison) -> str:
    states = {run.state for run in comparison.runs}
    if states & {"running", "waiting"}:
        return "Nothing can be concluded before the columns have finished."
    if "stopped" in states:
        return "This comparison was stopped: what is shown is unfinished, and nothing can be concluded from it."
    return "Nothing can be concluded: it takes two finished columns, and items with gold answers."
