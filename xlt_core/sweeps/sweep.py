"""Many plans: languages x tasks x shots x seeds, all strategies on the same items, kept in the store as they come."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.signature import item_key
from xlt_core.formats.values import build, plain
from xlt_core.records import Comparison, InputError, Plan, Run
from xlt_core.store.store import KeptCell, Store
from xlt_core.sweeps.estimate import Clock, Estimate, Rates, measured
from xlt_core.sweeps.grid import Cell, Grid, cells, command
from xlt_core.sweeps.local import Engine, Local, News, Signed, news_of

__all__ = ["Cell", "Estimate", "Grid", "Snapshot", "cells", "command", "estimate", "grid_of", "sweep"]

LOCAL = Local()


@dataclass(frozen=True)
class Snapshot:
    """A sweep at work. run: its id in the store; state: measuring, running or done; estimate: the cost of what was to
    do at the start; seconds: since the start; left: seconds, None where that cannot be told; news: the positions of
    cells that ended just now, whose comparisons are in the store."""

    run: str
    cells: tuple[Cell, ...]
    state: str = "measuring"
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


def estimate(grid: Grid, store: Store, parts: Parts = PARTS, engine: Engine = LOCAL) -> Iterator[Estimate]:
    """What the grid costs, told better and better from first batches, whose results are kept for the sweep."""
    plans = [cell.plan for cell in cells(grid, parts) if cell.state == "waiting"]
    for rates in measured(plans, engine, parts, store):
        yield rates.estimate


def sweep(
    grid: Grid, store: Store, parts: Parts = PARTS, owner: str = "", engine: Engine = LOCAL
) -> Iterator[Snapshot]:
    """Snapshots of the grid at work. What the store has of it is not computed again, cells that failed are tried again.

    Closing the iterator stops the work; started again, it goes on. Raises InputError for a grid that is off.
    """
    began = time.monotonic()
    now = list(cells(grid, parts))
    run = store.begin("sweep", plain(grid), [KeptCell(i, c.plan, c.state, c.note) for i, c in enumerate(now)], owner)

    def snapshot(state: str, left: float | None = None, *news: int) -> Snapshot:
        return Snapshot(run, tuple(now), state, rates.estimate, time.monotonic() - began, left, news)

    rates = Rates()
    yield snapshot("measuring")
    for position, found in _standing(store, run, now, lambda plan: engine.sign(plan, parts)):
        now[position] = _ended(now[position], news_of(position, found, ended=True))
    waiting = [(position, cell.plan) for position, cell in enumerate(now) if cell.state == "waiting"]
    for rates in measured([plan for _, plan in waiting], engine, parts, store):
        yield snapshot("measuring", rates.estimate.seconds if rates.found else None)
    clock = Clock(rates, dict(waiting))
    yield snapshot("running", clock.left({}))
    for news in _claiming(engine.run(waiting, parts, store), store, run):
        now[news.position] = _ended(now[news.position], news) if news.ended else _running(now[news.position], news)
        if news.ended:
            _keep(store, run, now[news.position], news)
        left = clock.left({i: cell.done / max(cell.total, 1) for i, cell in enumerate(now)})
        yield snapshot("running", left, *(news.position,) * news.ended)
    yield snapshot("done", 0.0)


def grid_of(plan: Mapping[str, object]) -> Grid:
    """The grid of a sweep in the store, as it is stored. Raises InputError."""
    return build(Grid, plan, "grid")


def _standing(
    store: Store, run: str, now: Sequence[Cell], sign: Callable[[Plan], Signed]
) -> Iterator[tuple[int, Comparison]]:
    """The cells that ended before, have all their answers, and would come out the same today."""
    for kept in store.cells(run):
        found = store.comparison(run, kept.position) if kept.state == "done" else None
        if found and not any(side.errors for side in found.runs):
            with suppress(InputError):
                today = sign(now[kept.position].plan)
                signatures = tuple(side.signature for side in found.runs)
                items = tuple(map(item_key, found.runs[0].examples))
                if (today.plan, today.signatures, today.items) == (found.plan, signatures, items):
                    yield kept.position, found


def _claiming(work: Generator[News, None, None], store: Store, run: str) -> Iterator[News]:
    """Passes the news on; what a cell needs of the store is claimed for it as soon as that is known."""
    claimed: dict[int, tuple[str, ...]] = {}
    with closing(work):  # at once, also where the sweep is stopped
        for news in work:
            if news.signatures != claimed.get(news.position, ()):
                claimed[news.position] = news.signatures
                store.claim(run, news.position, news.signatures)
            yield news


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
