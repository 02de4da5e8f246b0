"""The state of a run, its progress and results: of a running job, a run in the store, a file, or the example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from xlt_core.comparison.compare import end_state
from xlt_core.documents import export, texts
from xlt_core.records import Comparison, InputError
from xlt_core.settings import ASSETS
from xlt_core.store.store import StoredCell
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Cell, Snapshot
from xlt_core.ui.results import listing, progress
from xlt_core.ui.shared import result_set
from xlt_core.ui.shared.errors import LOG
from xlt_core.ui.shared.html import escape
from xlt_core.ui.shared.result_set import ResultSet, Version
from xlt_core.ui.shared.run_manager import RunManager

EXAMPLE = "example:"
EXAMPLE_TITLE = "A finished example"


@dataclass(frozen=True)
class RunState:
    """cells: as they are now. results: gives the results, or None while another thread computes them. snapshot: the
    last of a job that ran since the app started. error: why it ended. sweep: whether it is one of the store's."""

    title: str
    cells: tuple[Cell, ...]
    results: Callable[..., ResultSet | None]
    snapshot: Snapshot | None = None
    running: bool = False
    error: str = ""
    example: bool = False
    sweep: bool = False

    @property
    def failed(self) -> int:
        return sum(cell.state == "failed" for cell in self.cells)

    @property
    def unfinished(self) -> bool:
        """Whether the run can be resumed, as a sweep can."""
        return (
            self.sweep
            and not self.running
            and any(cell.state in ("failed", "waiting", "stopped") for cell in self.cells)
        )

    def heading_html(self) -> str:
        if not (self.title or self.running):
            return ""
        what = "Running" if self.running else EXAMPLE_TITLE if self.example else "Results"
        return f"<h2 class='xlt-heading'>{what} <small>{escape(self.title)}</small></h2>"

    def progress_html(self) -> str:
        """The progress, the table of cells, and the problems of some."""
        if self.running and self.snapshot is None:
            return "<p class='xlt-grid-progress'>Loading the models and the data.</p>"
        grid = progress.grid_html(self.cells)
        if self.snapshot and self.snapshot.state == "measuring" and not self.snapshot.estimate.measured:
            return f"<p class='xlt-grid-progress'>Running the first items, to estimate the time.</p>{grid}"
        parts = [grid, progress.problems_html(self.cells)]
        if self.snapshot and self.running:
            parts.insert(0, progress.progress_html(self.cells, self.snapshot.seconds, self.snapshot.left))
        return "".join(parts)


def state_of(manager: RunManager, run: str, visitor: object) -> RunState:
    """The present state of a run. Raises InputError where the visitor has no such run."""
    if run.startswith(EXAMPLE):
        return example(run)
    job, store = manager.job(run, visitor), manager.store()
    snapshot = job.last if job else None
    if job and snapshot is None:
        return replace(empty(), running=job.state == "running", error=job.error)
    kept = store.run(run, manager.visible_owner(visitor))
    title, running = listing.title(kept), job is not None and job.state == "running"
    cells = snapshot.cells if snapshot else tuple(map(_cell, store.cells(run)))
    ended = (sum(cell.state == state for cell in cells) for state in ("done", "failed"))
    version: Version = (id(job), *ended) if running else (kept.changed,)

    def results(latest: bool) -> ResultSet | None:
        make = lambda: result_set.of_run(store, run, title, version, listing.command(kept))  # noqa: E731
        return manager.results.get(run, version, make, latest)

    cells = cells if running else tuple(map(_not_running, cells))
    return RunState(title, cells, results, snapshot, running, job.error if job else "", sweep=kept.kind == "sweep")


def example_menu() -> list[tuple[str, str]]:
    """The finished sweeps that come with the app, by title and name, the one that a new visitor is shown first."""
    return [(f"{EXAMPLE_TITLE} ({name.partition('-')[2]})", EXAMPLE + name) for name in _example_files()]


@cache
def example(name: str) -> RunState:
    """A finished sweep that comes with the app, with the texts of its items where the dataset is at hand."""
    file = _example_files().get(name.removeprefix(EXAMPLE))
    comparisons: tuple[Comparison, ...] = ()
    try:
        comparisons = texts.all_with_texts(export.load(file)) if file else ()
    except InputError as error:
        LOG.warning("The example cannot be shown: %s", error)
    command = sweep.command(listing.grid_of_comparisons(comparisons)) if comparisons else ""
    return of_comparisons(comparisons, listing.describe_comparisons(comparisons), example=True, command=command)


def _example_files() -> dict[str, Path]:
    return {path.name.partition(".")[0]: path for path in sorted((ASSETS / "sweeps").glob("*.json.gz"))}


def of_comparisons(comparisons: Sequence[Comparison], title: str, example: bool = False, command: str = "") -> RunState:
    """The state of comparisons in memory, such as those of a file."""
    results = result_set.of_comparisons(comparisons, title, command)
    return RunState(title, tuple(map(_ended_cell, comparisons)), lambda latest: results, example=example)


def empty() -> RunState:
    """A state with nothing to show."""
    return RunState("", (), lambda latest: ResultSet(""))


def _ended_cell(comparison: Comparison) -> Cell:
    done = sum(prediction.final for run in comparison.runs for prediction in run.predictions)
    total = sum(len(run.examples) for run in comparison.runs)
    note = "; ".join(f"{run.name}: {run.note}" for run in comparison.runs if run.state == "failed")
    return Cell(comparison.plan, state=end_state(comparison), note=note, done=done, total=total)


def _cell(kept: StoredCell) -> Cell:
    total = len(kept.plan.columns) * (len(kept.plan.inputs) or kept.plan.samples)
    return Cell(kept.plan, state=kept.state, note=kept.note, done=total * (kept.state == "done"), total=total)


def _not_running(cell: Cell) -> Cell:
    """The cell of a run that no job computes any more."""
    return replace(cell, state="waiting") if cell.state == "running" else cell
