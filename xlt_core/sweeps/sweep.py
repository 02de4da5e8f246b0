"""Many plans: languages x tasks x shots x seeds, all strategies on the same items; results are stored at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.signature import item_key
from xlt_core.formats.values import build, plain
from xlt_core.records import Comparison, InputError, Plan, Run
from xlt_core.store.store import Store, StoredCell
from xlt_core.sweeps.estimate import Clock, Estimate, Rates, measure
from xlt_core.sweeps.grid import Cell, Grid, cells, columns_asked, command
from xlt_core.sweeps.local import CellUpdate, Engine, Local, Signed, update_of

__all__ = [
    "Cell",
    "Estimate",
    "Grid",
    "Snapshot",
    "cells",
    "columns_asked",
    "command",
    "estimate",
    "grid_of",
    "sweep",
]

LOCAL = Local()


@dataclass(frozen=True)
class Snapshot:
    """A running sweep. run: its id in the store; state: measuring, running or done; estimate: the cost of what was to
    do at the start; seconds: since the start; left: seconds, None where that is unknown; ended: the positions of
    cells that ended just now, whose comparisons are in the store."""

    run: str
    cells: tuple[Cell, ...]
    state: str = "measuring"
    estimate: Estimate = Estimate()
    seconds: float = 0.0
    left: float | None = None
    ended: tuple[int, ...] = ()

    @property
    def done(self) -> int:
        return sum(cell.done for cell in self.cells)

    @property
    def total(self) -> int:
        return sum(cell.total for cell in self.cells)

    def count(self, state: str) -> int:
        return sum(cell.state == state for cell in self.cells)


def estimate(grid: Grid, store: Store, parts: Parts = PARTS, engine: Engine = LOCAL) -> Iterator[Estimate]:
    """What the grid will cost, refined as first items are measured; their results are stored for the sweep."""
    plans = [cell.plan for cell in cells(grid, parts) if cell.state == "waiting"]
    for rates in measure(plans, engine, parts, store):
        yield rates.estimate


def sweep(
    grid: Grid, store: Store, parts: Parts = PARTS, owner: str = "", engine: Engine = LOCAL
) -> Iterator[Snapshot]:
    """Snapshots of the running grid. What is in the store is not computed again; cells that failed are tried again.

    Closing the iterator stops the work; started again, it goes on. Raises InputError for a grid that is off.
    """
    began = time.monotonic()
    now = list(cells(grid, parts))
    run = store.begin("sweep", plain(grid), [StoredCell(i, c.plan, c.state, c.note) for i, c in enumerate(now)], owner)

    def snapshot(state: str, left: float | None = None, *ended: int) -> Snapshot:
        return Snapshot(run, tuple(now), state, rates.estimate, time.monotonic() - began, left, ended)

    rates = Rates()
    yield snapshot("measuring")
    for position, found in _still_valid(store, run, now, lambda plan: engine.sign(plan, parts)):
        now[position] = _updated(now[position], update_of(position, found, ended=True))
    waiting = [(position, cell.plan) for position, cell in enumerate(now) if cell.state == "waiting"]
    for rates in measure([plan for _, plan in waiting], engine, parts, store):
        yield snapshot("measuring", rates.estimate.seconds if rates.found else None)
    clock = Clock(rates, dict(waiting))
    yield snapshot("running", clock.left({}))
    for update in _claim_results(engine.run(waiting, parts, store), store, run):
        now[update.position] = _updated(now[update.position], update)
        if update.ended:
            _store_end(store, run, now[update.position], update)
        left = clock.left({i: cell.done / max(cell.total, 1) for i, cell in enumerate(now)})
        yield snapshot("running", left, *(update.position,) * update.ended)
    yield snapshot("done", 0.0)


def grid_of(plan: Mapping[str, object]) -> Grid:
    """The grid of a sweep in the store, as it is stored. Raises InputError."""
    return build(Grid, plan, "grid")


def _still_valid(
    store: Store, run: str, now: Sequence[Cell], sign: Callable[[Plan], Signed]
) -> Iterator[tuple[int, Comparison]]:
    """The cells that ended before with all their answers, and whose signatures are the same today."""
    for kept in store.cells(run):
        found = store.comparison(run, kept.position) if kept.state == "done" else None
        if found and not any(side.errors for side in found.runs):
            with suppress(InputError):
                today = sign(now[kept.position].plan)
                signatures = tuple(side.signature for side in found.runs)
                items = tuple(map(item_key, found.runs[0].examples))
                if (today.plan, today.signatures, today.items) == (found.plan, signatures, items):
                    yield kept.position, found


def _claim_results(work: Generator[CellUpdate, None, None], store: Store, run: str) -> Iterator[CellUpdate]:
    """Passes the updates on, and claims the predictions that a cell needs once its signatures are known."""
    claimed: dict[int, tuple[str, ...]] = {}
    with closing(work):  # at once, also where the sweep is stopped
        for update in work:
            if update.signatures != claimed.get(update.position, ()):
                claimed[update.position] = update.signatures
                store.claim(run, update.position, update.signatures)
            yield update


def _updated(cell: Cell, update: CellUpdate) -> Cell:
    if not update.ended:
        return replace(cell, state="running", done=update.done, total=update.total or cell.total)
    if update.comparison is None:
        return replace(cell, state="failed", note=update.reason)
    runs = update.comparison.runs
    failed = [f"{run.name}: {run.note}" for run in runs if run.state == "failed"]
    missed = [f"{run.name}: {run.errors} of {len(run.examples)} items without a result ({_first_error(run)})"
              for run in runs if run.errors and run.state == "done"]  # fmt: skip
    state, note = "failed" if failed else "done", "; ".join((*failed, *missed))
    return replace(cell, state=state, note=note, done=update.done, total=update.total)


def _store_end(store: Store, run: str, cell: Cell, update: CellUpdate) -> None:
    store.end(run, update.position, update.comparison or Comparison(cell.plan, ()), cell.state, cell.note)


def _first_error(run: Run) -> str:
    return next(prediction.error for prediction in run.predictions if prediction.error)
