"""Where the page keeps its runs: the store, the work that goes on behind the page, and who may see what of both."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlt_core import settings
from xlt_core.formats.values import plain
from xlt_core.jobs import Job, Jobs
from xlt_core.records import Comparison, InputError
from xlt_core.store import store
from xlt_core.store.store import Store, StoredCell
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Grid, Snapshot
from xlt_core.ui.shared.found_results import Shelf
from xlt_core.ui.shared.zero_gpu import here

MOST_AT_WORK = 2
SHORTEST_KEY = 20  # characters of a visitor's key: nobody guesses one


@dataclass(frozen=True)
class Keeping:
    """open: gives the store. public: whether many visitors share the page; each then sees only runs of their own."""

    open: Callable[[], Store] = store.store
    public: bool = settings.PUBLIC
    jobs: Jobs[Snapshot] = field(default_factory=Jobs)
    results: Shelf = field(default_factory=Shelf)

    def store(self) -> Store:
        """Raises InputError where the file cannot be had."""
        return self.open()

    def owner(self, visitor: object) -> str:
        """Whose a new run is: the visitor's on a public page, else everybody's. Raises InputError without a key."""
        if not self.public:
            return ""
        if not isinstance(visitor, str) or len(visitor) < SHORTEST_KEY:
            raise InputError("This browser keeps no key for its runs; allow this site to store data, and reload.")
        return visitor

    def sees(self, visitor: object) -> str | None:
        """The owner whose runs the visitor may see, as the store has it: None for all."""
        return self.owner(visitor) if self.public else None

    def start(self, grid: Grid, visitor: object) -> str:
        """Sets a grid to work, or goes on with it, and returns its run. What is off is told as the work's error."""
        if here():
            raise InputError("A Space on ZeroGPU lends its GPU for minutes only. Run the grid elsewhere, by "
                             "`python -m xlt_core sweep`, and open its results under Runs.")  # fmt: skip
        owner = self.owner(visitor)
        run = store.run_id("sweep", plain(grid), owner)
        if not self.at_work(run, visitor):
            self.forget(run, visitor)
            self.jobs.start(run, sweep.sweep(grid, self.store(), owner=owner), owner, MOST_AT_WORK)
        return run

    def keep(self, comparison: Comparison, visitor: object) -> str:
        """Keeps a comparison that has ended, and returns its run. Of a file of one's own only the name is kept."""
        owner, plan = self.owner(visitor), comparison.plan
        if Path(plan.dataset).suffix:
            plan = replace(plan, dataset=Path(plan.dataset).name)
        states = {run.state for run in comparison.runs}
        state = next((name for name in ("stopped", "failed") if name in states), "done")
        run = self.store().begin("comparison", plain(plan), [StoredCell(0, plan, "waiting", "")], owner)
        self.store().end(run, 0, replace(comparison, plan=plan), state)
        return run

    def job(self, run: str, visitor: object) -> Job[Snapshot] | None:
        """The work on a run of the visitor's since the app was started, be it at an end or not."""
        return next((job for job in self.jobs.of(self.owner(visitor)).values() if job.name == run), None)

    def at_work(self, run: str, visitor: object) -> bool:
        job = self.job(run, visitor)
        return job is not None and job.state == "running"

    def forget(self, run: str, visitor: object) -> None:
        """Forgets the work on a run; what is in the store stays."""
        for key, job in self.jobs.of(self.owner(visitor)).items():
            if job.name == run:
                self.jobs.forget(key)

    def latest(self, visitor: object) -> str:
        """The visitor's run that is at work, the one begun last; "" where there is none."""
        jobs = self.jobs.of(self.owner(visitor)).values()
        return next((job.name for job in jobs if job.state == "running"), "")


def fresh_key() -> str:
    """A key for a browser that has none."""
    return secrets.token_urlsafe(24)
