"""Runs a plan: all columns side by side on the same items, with snapshots of how far they are."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlt_core.catalog import PARTS, Parts, is_bound
from xlt_core.comparison.columns import ColumnRunner
from xlt_core.comparison.endings import ended
from xlt_core.comparison.glossary import terms_of_plan
from xlt_core.comparison.job import Job
from xlt_core.comparison.selection import Selection, select
from xlt_core.contracts import Memory
from xlt_core.records import Comparison, Plan
from xlt_core.scoring.significance import between

PAUSE = 0.1  # seconds at least between snapshots


def compare(plan: Plan, parts: Parts = PARTS, memory: Memory | None = None) -> Iterator[Comparison]:
    """Selects what the plan is about and runs it, as `run` does.

    Raises InputError, before the first snapshot, for a plan that is off.
    """
    yield from run(select(plan, parts), parts, memory)


def run(selection: Selection, parts: Parts = PARTS, memory: Memory | None = None) -> Iterator[Comparison]:
    """Snapshots of the columns as they run, the first at once and the last when all columns have ended.

    The columns take turns, so that they advance together; one that fails is shown so and the others go on. Items that
    the memory knows are not computed again. Closing the iterator stops the work.
    """
    job = Job.of(selection, parts, memory)
    made: dict[str, ColumnRunner] = {}
    for column in sorted(selection.plan.columns, key=lambda column: bool(job.bases.get(column.name))):
        made[column.name] = ColumnRunner(job, column, made)  # those that build on others come after these
    runners = [made[column.name] for column in selection.plan.columns]
    yield _snapshot(job, runners)
    shown, active = time.monotonic(), list(runners)
    try:
        while active:
            for runner in tuple(active):
                if not runner.step():
                    active.remove(runner)
                if active and time.monotonic() - shown >= PAUSE:
                    yield _snapshot(job, runners)
                    shown = time.monotonic()
    finally:
        for runner in runners:
            runner.close()
    final = _snapshot(job, runners)
    compared = [run for run in final.runs if not is_bound(run.strategy)]
    yield replace(final, tests=between(compared, job.task.metrics[0]))


def signatures(selection: Selection, parts: Parts = PARTS) -> tuple[str, ...]:
    """The signature of each column: it changes with all that the column's predictions depend on. Raises InputError."""
    return tuple(map(Job.of(selection, parts).signature, selection.plan.columns))


def held(selection: Selection, parts: Parts = PARTS) -> dict[str, tuple[str, ...]]:
    """The keys of the examples that columns answer for others beside the items, by signature. Raises InputError."""
    job = Job.of(selection, parts)
    return {name: keys for column in selection.plan.columns for name, keys in job.held(column).items()}


def stopped(comparison: Comparison, parts: Parts = PARTS) -> Comparison:
    """The snapshot of a comparison that was stopped before its columns had ended: these are scored anew, since the
    scores of a running column are of a moment ago."""
    if all(run.state not in ("waiting", "running") for run in comparison.runs):
        return comparison
    task, terms = parts.task(comparison.plan.task), terms_of_plan(comparison.plan, parts)
    runs = [ended(r, "stopped", task, terms) if r.state in ("waiting", "running") else r for r in comparison.runs]
    return replace(comparison, runs=tuple(runs))


def end_state(comparison: Comparison) -> str:
    """The state of a comparison that has ended: stopped or failed where one of its columns is, else done."""
    states = {run.state for run in comparison.runs}
    return next((state for state in ("stopped", "failed") if state in states), "done")


def _snapshot(job: Job, runners: Sequence[ColumnRunner]) -> Comparison:
    return Comparison(job.selection.plan, tuple(runner.snapshot() for runner in runners))
