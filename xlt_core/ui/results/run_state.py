"""A look at a run: how far it is and what it shows, whether it is at work, lies in the store, or is the example."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from xlt_core.documents import export
from xlt_core.records import Comparison, InputError
from xlt_core.settings import ASSETS
from xlt_core.store.store import StoredCell
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Cell, Snapshot
from xlt_core.ui.results import listing, progress
from xlt_core.ui.shared.found_results import Shown, Stamp, of, of_run
from xlt_core.ui.shared.html import escape
from xlt_core.ui.shared.limits import LOG
from xlt_core.ui.shared.visitors import Keeping

EXAMPLE = "example"
EXAMPLE_TITLE = "A finished example"


@dataclass(frozen=True)
class Looking:
    """cells: as they are now; snapshot: the last of a run that worked since the app was started; error: why it ended;
    shown: gives the results, or None where others are being served."""

    title: str
    cells: tuple[Cell, ...]
    shown: Callable[..., Shown | None]
    snapshot: Snapshot | None = None
    at_work: bool = False
    error: str = ""
    example: bool = False

    @property
    def failed(self) -> int:
        return sum(cell.state == "failed" for cell in self.cells)

    @property
    def unfinished(self) -> bool:
        """Whether there is something to go on with."""
        return not self.at_work and any(cell.state in ("failed", "waiting", "stopped") for cell in self.cells)

    def heading_html(self) -> str:
        if not (self.title or self.at_work):
            return ""
        what = "At work" if self.at_work else EXAMPLE_TITLE if self.example else "Results"
        return f"<h2 class='xlt-heading'>{what} <small>{escape(self.title)}</small></h2>"

    def filling_html(self) -> str:
        """How far it is, the picture of the cells, and what is wrong with some."""
        if self.at_work and self.snapshot is None:
            return "<p class='xlt-far'>Getting the models and the data ready.</p>"
        if self.snapshot and self.snapshot.state == "measuring" and not self.snapshot.estimate.measured:
            return (
                f"<p class='xlt-far'>Asking the first items, to tell the time.</p>{progress.filling_html(self.cells)}"
            )
        parts = [progress.filling_html(self.cells), progress.trouble_html(self.cells)]
        if self.snapshot and self.at_work:
            parts.insert(0, progress.progress_html(self.cells, self.snapshot.seconds, self.snapshot.left))
        return "".join(parts)


def look(keeping: Keeping, run: str, visitor: object) -> Looking:
    """The run as it is now. Raises InputError where the visitor has none such."""
    if run == EXAMPLE:
        return example()
    job, store = keeping.job(run, visitor), keeping.store()
    snapshot = job.last if job else None
    if job and snapshot is None:
        return replace(nothing(), at_work=job.state == "running", error=job.error)
    kept = store.run(run, keeping.sees(visitor))
    title, at_work = listing.entitled(kept), job is not None and job.state == "running"
    cells = snapshot.cells if snapshot else tuple(map(_cell, store.cells(run)))
    ended = (sum(cell.state == state for cell in cells) for state in ("done", "failed"))
    stamp: Stamp = (id(job), *ended) if at_work else (kept.changed,)

    def shown(hurry: bool) -> Shown | None:
        return keeping.results.get(run, stamp, lambda: of_run(store, run, title, stamp, listing.command(kept)), hurry)

    cells = cells if at_work else tuple(map(_at_rest, cells))
    return Looking(title, cells, shown, snapshot, at_work, job.error if job else "")


@cache
def example() -> Looking:
    """The finished sweep that comes with the app, so that there is something to look at."""
    path = ASSETS / "sweeps" / "pocket.json.gz"
    try:
        comparisons = export.read_documents(json.loads(gzip.decompress(path.read_bytes())))
    except (OSError, InputError, ValueError) as error:
        LOG.warning("The example %s cannot be shown: %s", path.name, error)
        comparisons = ()
    made_by = sweep.command(listing.grid_of_all(comparisons)) if comparisons else ""
    return of_comparisons(comparisons, listing.of_comparisons(comparisons), example=True, command=made_by)


def of_comparisons(comparisons: Sequence[Comparison], title: str, example: bool = False, command: str = "") -> Looking:
    """Comparisons that lie in memory, such as those of a file."""
    shown = of(comparisons, title, command)
    return Looking(title, tuple(map(_whole, comparisons)), lambda hurry: shown, example=example)


def nothing() -> Looking:
    """Nothing at all."""
    return Looking("", (), lambda hurry: Shown(""))


def _whole(comparison: Comparison) -> Cell:
    done = sum(prediction.final for run in comparison.runs for prediction in run.predictions)
    state = "failed" if any(run.state == "failed" for run in comparison.runs) else "done"
    note = "; ".join(f"{run.name}: {run.note}" for run in comparison.runs if run.state == "failed")
    return Cell(comparison.plan, state=state, note=note, done=done, total=done)


def _cell(kept: StoredCell) -> Cell:
    total = len(kept.plan.columns) * (len(kept.plan.inputs) or kept.plan.samples)
    return Cell(kept.plan, state=kept.state, note=kept.note, done=total * (kept.state == "done"), total=total)


def _at_rest(cell: Cell) -> Cell:
    """The cell of a run at which nobody works."""
    return replace(cell, state="waiting") if cell.state == "running" else cell
