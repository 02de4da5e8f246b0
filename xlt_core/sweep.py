"""Many plans: languages x tasks x shots x seeds, all strategies on the same items, kept in the store as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from xlt_core._document import build, plain
from xlt_core._engines import Engine, News, local, news_of
from xlt_core._estimate import Clock, Estimate, Rates, measured
from xlt_core._recall import recalling
from xlt_core._signature import column_key
from xlt_core.catalog import PARTS, Parts, why_not
from xlt_core.compare import compare, resolve, stopped, tidied
from xlt_core.records import Column, Comparison, InputError, Limits, Plan, Run
from xlt_core.store import KeptCell, Store

FRESH = Plan("", "")


@dataclass(frozen=True)
class Grid:
    """A sweep in plain values: every task in every language, with each number of shots and each seed.

    datasets: for a task in a language, each of them that has it. The rest is as in a Plan, the same for all cells.
    """

    tasks: tuple[str, ...]
    languages: tuple[str, ...]
    shots: tuple[int, ...] = (0, 2, 4)
    seeds: tuple[int, ...] = (0,)
    columns: tuple[Column, ...] = FRESH.columns
    datasets: tuple[str, ...] = (FRESH.dataset,)
    split: str = FRESH.split
    model: str = FRESH.model
    translator: str = FRESH.translator
    samples: int = FRESH.samples
    limits: Limits = FRESH.limits
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One plan of a sweep. cannot: reasons by the name of each column that is left out, under "" for the whole cell.

    state: waiting, running, done, failed or cannot; note: why it failed, or what its answers lack; done, total:
    predictions over all its columns.
    """

    plan: Plan
    cannot: Mapping[str, str] = field(default_factory=dict)
    state: str = "waiting"
    note: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Snapshot:
    """A sweep at work. run: its id in the store; estimate: the cost of what was to do at the start, better measured
    as it goes; seconds: since the start; left: seconds, where that can be told; news: cells that ended just now."""

    run: str
    cells: tuple[Cell, ...]
    estimate: Estimate = Estimate()
    seconds: float = 0.0
    left: float | None = None
    news: tuple[int, ...] = ()

    @property
    def done(self) -> int:
        return sum(cell.done for cell in self.cells)

    @property
    def total(self) -> int:
        return sum(cell.total for cell in self.cells)

    def count(self, state: str) -> int:
        return sum(cell.state == state for cell in self.cells)


def cells(grid: Grid, parts: Parts = PARTS) -> tuple[Cell, ...]:
    """The grid's cells, in an order in which prompts begin as those before them.

    What cannot be combined is in it with the reason. Raises InputError for a grid that is off, or where nothing can.
    """
    _check(grid, parts)
    made = []
    for task in grid.tasks:
        for language in (parts.language(name).code for name in grid.languages):
            for plan, cannot in _combined(grid, task, language, parts):
                # Fewer shots begin as more do, so that the model goes on from what it has read.
                plans = [replace(plan, shots=shots, seed=seed) for seed in grid.seeds for shots in grid.shots]
                made += [_cell(tidied(plan, parts), cannot) for plan in plans]
    if all(cell.state == "cannot" for cell in made):
        raise InputError(made[0].note)
    return tuple(made)


def estimate(grid: Grid, store: Store, parts: Parts = PARTS) -> Iterator[Estimate]:
    """What the grid costs, told better and better from first batches, whose results are kept for the sweep."""
    parts = recalling(parts, store)
    for rates in measured([cell.plan for cell in cells(grid, parts) if cell.state == "waiting"], parts, store):
        yield rates.estimate


def sweep(
    grid: Grid, store: Store, parts: Parts = PARTS, owner: str = "", engine: Engine = local
) -> Iterator[Snapshot]:
    """Snapshots of the grid at work. What the store has of it is not computed again, cells that failed are tried again.

    Closing the iterator stops the work; started again, it goes on. Raises InputError for a grid that is off.
    """
    started, parts = time.monotonic(), recalling(parts, store)
    now = list(cells(grid, parts))
    run = store.begin("sweep", plain(grid), [KeptCell(i, c.plan, c.state, c.note) for i, c in enumerate(now)], owner)
    yield Snapshot(run, tuple(now))
    for kept in store.cells(run):
        found = store.comparison(run, kept.position) if kept.state == "done" else None
        if found and _stands(found, now[kept.position].plan, parts):
            now[kept.position] = _ended(now[kept.position], news_of(kept.position, found, ended=True))
    yield Snapshot(run, tuple(now), seconds=time.monotonic() - started)
    waiting = [(position, cell.plan) for position, cell in enumerate(now) if cell.state == "waiting"]
    rates = Rates()
    for rates in measured([plan for _, plan in waiting], parts, store):
        left = rates.estimate.seconds if rates.found else None
        yield Snapshot(run, tuple(now), rates.estimate, time.monotonic() - started, left)
    clock = Clock(rates, dict(waiting))
    claimed: dict[int, tuple[str, ...]] = {}
    for news in engine(waiting, parts, store):
        if news.signatures != claimed.get(news.position, ()):
            claimed[news.position] = news.signatures
            store.claim(run, news.position, news.signatures)
        now[news.position] = _ended(now[news.position], news) if news.ended else _running(now[news.position], news)
        if news.ended:
            _keep(store, run, now[news.position], news)
        left = clock.left({i: cell.done / max(cell.total, 1) for i, cell in enumerate(now)})
        yield Snapshot(run, tuple(now), rates.estimate, time.monotonic() - started, left, (news.position,) * news.ended)
    yield Snapshot(run, tuple(now), rates.estimate, time.monotonic() - started, 0.0)


def kept(plan: Plan, store: Store, parts: Parts = PARTS, owner: str = "") -> Iterator[Comparison]:
    """compare(plan), as a run of the store: what was computed before is taken from there, what ends is kept."""
    parts, run, comparison = recalling(parts, store), "", None
    try:
        for comparison in compare(plan, parts, store):
            if not run:
                resolved = comparison.plan
                run = store.begin("comparison", plain(resolved), [KeptCell(0, resolved, "waiting", "")], owner)
            yield comparison
    finally:
        if comparison:
            comparison = stopped(comparison)
            states = {side.state for side in comparison.runs}
            store.end(run, 0, comparison, next((s for s in ("stopped", "failed") if s in states), "done"))


def grid_of(plan: Mapping[str, object]) -> Grid:
    """The grid of a sweep in the store, from Kept.plan. Raises InputError."""
    return build(Grid, plan, "grid")


def _check(grid: Grid, parts: Parts) -> None:
    """Raises InputError for what is off whatever the cell."""
    for name, values in (("task", grid.tasks), ("language", grid.languages), ("dataset", grid.datasets),
                         ("number of shots", grid.shots), ("seed", grid.seeds)):  # fmt: skip
        if not values:
            raise InputError(f"Give at least one {name}.")
        if len(set(values)) < len(values):
            raise InputError(
                f"The {name} {next(v for v in values if values.count(v) > 1)} is given twice; once will do."
            )
    for task in grid.tasks:
        parts.task(task)
    if len({parts.language(name).code for name in grid.languages}) < len(grid.languages):
        raise InputError("One language is given under two names; give it once.")


def _combined(grid: Grid, task: str, language: str, parts: Parts) -> Iterator[tuple[Plan, dict[str, str]]]:
    """A plan for each dataset that has the task in the language, with what cannot be; the first one where none has."""
    plan = Plan(task, language, grid.columns, split=grid.split, model=grid.model, translator=grid.translator,
                samples=grid.samples, limits=grid.limits, labels=grid.labels)  # fmt: skip
    having = [name for name in grid.datasets if language in parts.dataset(name).languages(task)]
    for name in having or grid.datasets[:1]:
        named = replace(plan, dataset=name)
        yield named, why_not(named, parts)


def _cell(plan: Plan, cannot: Mapping[str, str]) -> Cell:
    left = tuple(column for column in plan.columns if column.name not in cannot)
    if "" in cannot or not left:
        reason = cannot.get("") or next(iter(cannot.values()))
        return Cell(plan, cannot, "cannot", reason)
    return Cell(replace(plan, columns=left), cannot, total=plan.samples * len(left))


def _stands(comparison: Comparison, plan: Plan, parts: Parts) -> bool:
    """Whether a cell that ended would come out the same today, and has all its answers."""
    try:
        today = resolve(plan, parts)
        same = today == comparison.plan and all(
            run.signature == column_key(today, column, parts)
            for run, column in zip(comparison.runs, today.columns, strict=True)
        )
    except InputError:
        return False
    return same and not any(run.errors for run in comparison.runs)


def _running(cell: Cell, news: News) -> Cell:
    return replace(cell, state="running", done=news.done, total=news.total or cell.total)


def _ended(cell: Cell, news: News) -> Cell:
    if news.comparison is None:
        return replace(cell, state="failed", note=news.reason)
    runs = news.comparison.runs
    failed = [f"{run.name}: {run.note}" for run in runs if run.state == "failed"]
    missed = [f"{run.name}: {run.errors} of {len(run.examples)} items without a result ({_first_error(run)})"
              for run in runs if run.errors and run.state == "done"]  # fmt: skip
    state, note = "failed" if failed else "done", "; ".join((*failed, *missed))
    return replace(cell, state=state, note=note, done=news.done, total=news.total)


def _keep(store: Store, run: str, cell: Cell, news: News) -> None:
    store.end(run, news.position, news.comparison or Comparison(cell.plan, ()), cell.state, cell.note)


def _first_error(run: Run) -> str:
    return next(prediction.error for prediction in run.predictions if prediction.error)
