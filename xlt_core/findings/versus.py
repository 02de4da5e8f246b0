"""Two runs compared: the same column and number of shots where both have them, on the items of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from xlt_core import catalog
from xlt_core.findings.naming import side_by_side
from xlt_core.records import Comparison, InputError, PairedTest, Plan, Run, Score
from xlt_core.scoring.corrections import corrected
from xlt_core.scoring.item_answers import ItemAnswers, common_items
from xlt_core.scoring.significance import estimate, pair_tests, score_of

FIRST, SECOND = "first", "second"
SETUP = ("dataset", "split", "model", "model_revision", "translator", "samples", "limits")

Key = tuple[str, str, int, str]  # task, language, shots, column
Runs = Mapping[Key, Mapping[int, Run]]  # by seed


@dataclass(frozen=True)
class Difference:
    """A column in two runs. first, second: its mean scores over the seeds that both have, on the items of both;
    tests: of first - second, by how they are made; items: distinct ones; shots, column: of first and second."""

    task: str
    language: str
    shots: tuple[int, int]
    column: tuple[str, str]
    seeds: tuple[int, ...]
    items: int
    first: Score
    second: Score
    tests: tuple[PairedTest, ...]


def differences(first: Iterable[Comparison], second: Iterable[Comparison]) -> tuple[Difference, ...]:
    """A difference for each column that both runs have, with p-values corrected over all of them.

    Where they have none in common, the same column at other numbers of shots counts, and else any two columns.
    Raises InputError where the runs share no items.
    """
    ours, theirs = _by_key(first), _by_key(second)
    for same in (lambda key: key, lambda key: (key[0], key[1], key[3]), lambda key: key[:2]):
        pairs = [(a, b) for a in ours for b in theirs if same(a) == same(b)]
        # p cannot be under 1 / (1 + swaps): a table of many tests needs many.
        found = [one for a, b in pairs if (one := _difference(a, b, ours[a], theirs[b], 100 * len(pairs)))]
        if found:
            tests = iter(corrected([test for one in found for test in one.tests]))
            return tuple(replace(one, tests=tuple(next(tests) for _ in one.tests)) for one in found)
    raise InputError("These two runs share no items that columns of both have finished, of the same task and "
                     "language; choose two that ran on the same items.")  # fmt: skip


def setup_differences(first: Iterable[Comparison], second: Iterable[Comparison]) -> dict[str, tuple[str, str]]:
    """In what the plans of two runs differ, beyond what they ask: both sides' values by the plan's field."""
    sides = [[comparison.plan for comparison in side] for side in (first, second)]
    values = {name: tuple(_values(side, name) for side in sides) for name in SETUP}
    return {name: (a, b) for name, (a, b) in values.items() if a != b}


def _values(plans: list[Plan], name: str) -> str:
    return ", ".join(sorted({str(getattr(plan, name)) for plan in plans}))


def _by_key(comparisons: Iterable[Comparison]) -> Runs:
    found: dict[Key, dict[int, Run]] = {}
    for comparison in side_by_side(comparisons):
        plan = comparison.plan
        for run in comparison.runs:
            if run.state == "done":
                found.setdefault((plan.task, plan.language, plan.shots, run.name), {})[plan.seed] = run
    return found


def _difference(
    key: Key, other: Key, ours: Mapping[int, Run], theirs: Mapping[int, Run], swaps: int
) -> Difference | None:
    task, language, shots, column = key
    metric = catalog.task(task).metrics[0]
    pairs = {seed: _marked(*runs) for seed, runs in _paired(ours, theirs).items()}
    pairs = {seed: pair for seed, pair in pairs.items() if pair[0].ids}
    a, b = [pair[0] for pair in pairs.values()], [pair[1] for pair in pairs.values()]
    scores = estimate(metric, a), estimate(metric, b)
    if scores[0] is None or scores[1] is None:
        return None
    tests = pair_tests(metric, a, b, columns=(FIRST, SECOND), swaps=swaps)
    items = len({name for one in a for name in one.ids})
    return Difference(task, language, (shots, other[2]), (column, other[3]), tuple(pairs), items,
                      score_of([scores[0]]), score_of([scores[1]]), tuple(tests))  # fmt: skip


def _paired(ours: Mapping[int, Run], theirs: Mapping[int, Run]) -> dict[int, tuple[Run, Run]]:
    """The runs of both under each seed that both have; where they share none, one after the other."""
    shared = [seed for seed in sorted(ours) if seed in theirs]
    if shared:
        return {seed: (ours[seed], theirs[seed]) for seed in shared}
    return {a: (ours[a], theirs[b]) for a, b in zip(sorted(ours), sorted(theirs), strict=False)}


def _marked(one: Run, other: Run) -> tuple[ItemAnswers, ItemAnswers]:
    """What both have answered of the items that are the same in both, not only by their ids."""
    theirs = {example.id: example for example in other.examples}
    same = tuple(e for e in one.examples if e.id in theirs and theirs[e.id] == e)
    sides = common_items(replace(one, examples=same), replace(other, examples=same))
    return sides[0], sides[1]
