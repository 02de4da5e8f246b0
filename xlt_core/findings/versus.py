"""Two runs compared: the same column, task, language and number of shots in both, on the items of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from xlt_core import catalog
from xlt_core.records import Comparison, InputError, PairedTest, Plan, Run, Score
from xlt_core.scoring.corrections import corrected
from xlt_core.scoring.significance import ItemAnswers, common_items, estimate, pair_tests, score_of

FIRST, SECOND = "first", "second"
SETUP = ("dataset", "split", "model", "model_revision", "translator", "samples", "limits")

Key = tuple[str, str, int, str]  # task, language, shots, column
Runs = Mapping[Key, Mapping[int, Run]]  # by seed


@dataclass(frozen=True)
class Difference:
    """A column in two runs. first, second: its mean scores over the seeds that both have, on the items of both;
    tests: of first - second, by how they are made; items: distinct ones."""

    task: str
    language: str
    shots: int
    column: str
    seeds: tuple[int, ...]
    items: int
    first: Score
    second: Score
    tests: tuple[PairedTest, ...]


def differences(first: Iterable[Comparison], second: Iterable[Comparison]) -> tuple[Difference, ...]:
    """A difference for each column that both runs have, with p-values corrected over all of them.

    Raises InputError where the runs have no column on the same items.
    """
    ours, theirs = _by_key(first), _by_key(second)
    keys = [key for key in ours if key in theirs]
    # p cannot be under 1 / (1 + swaps): a table of many tests needs many.
    found = [one for key in keys if (one := _difference(key, ours[key], theirs[key], 100 * len(keys)))]
    if not found:
        raise InputError("These two runs have no column, task, language and number of shots in common with the same "
                         "items; choose runs that share some.")  # fmt: skip
    tests = iter(corrected([test for one in found for test in one.tests]))
    return tuple(replace(one, tests=tuple(next(tests) for _ in one.tests)) for one in found)


def setup_differences(first: Iterable[Comparison], second: Iterable[Comparison]) -> dict[str, tuple[str, str]]:
    """In what the plans of two runs differ, beyond what they ask: both sides' values by the plan's field."""
    sides = [[comparison.plan for comparison in side] for side in (first, second)]
    values = {name: tuple(_values(side, name) for side in sides) for name in SETUP}
    return {name: (a, b) for name, (a, b) in values.items() if a != b}


def _values(plans: list[Plan], name: str) -> str:
    return ", ".join(sorted({str(getattr(plan, name)) for plan in plans}))


def _by_key(comparisons: Iterable[Comparison]) -> Runs:
    found: dict[Key, dict[int, Run]] = {}
    for comparison in comparisons:
        plan = comparison.plan
        for run in comparison.runs:
            if run.state == "done":
                found.setdefault((plan.task, plan.language, plan.shots, run.name), {})[plan.seed] = run
    return found


def _difference(key: Key, ours: Mapping[int, Run], theirs: Mapping[int, Run], swaps: int) -> Difference | None:
    task, language, shots, column = key
    metric = catalog.task(task).metrics[0]
    pairs = {seed: _marked(ours[seed], theirs[seed]) for seed in sorted(ours) if seed in theirs}
    pairs = {seed: pair for seed, pair in pairs.items() if pair[0].ids}
    a, b = [pair[0] for pair in pairs.values()], [pair[1] for pair in pairs.values()]
    scores = estimate(metric, a), estimate(metric, b)
    if scores[0] is None or scores[1] is None:
        return None
    tests = pair_tests(metric, a, b, columns=(FIRST, SECOND), swaps=swaps)
    items = len({name for one in a for name in one.ids})
    return Difference(task, language, shots, column, tuple(pairs), items, score_of([scores[0]]), score_of([scores[1]]),
                      tuple(tests))  # fmt: skip


def _marked(one: Run, other: Run) -> tuple[ItemAnswers, ItemAnswers]:
    """What both have answered of the items that are the same in both, not only by their ids."""
    theirs = {example.id: example for example in other.examples}
    same = tuple(e for e in one.examples if e.id in theirs and theirs[e.id] == e)
    sides = common_items(replace(one, examples=same), replace(other, examples=same))
    return sides[0], sides[1]
