"""The runs behind the page: the store, the running jobs, and which visitor may see which run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from xlt_core import settings
from xlt_core.comparison.compare import end_state
from xlt_core.documents.plan_link import shareable
from xlt_core.formats.dataset_names import file_of
from xlt_core.formats.values import plain
from xlt_core.jobs import Job, Jobs
from xlt_core.records import Comparison, InputError
from xlt_core.store import store
from xlt_core.store.store import Store, StoredCell
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Grid, Snapshot
from xlt_core.ui.shared.result_set import ResultsCache
from xlt_core.ui.shared.zero_gpu import is_zero_gpu

MAX_JOBS = 2
SHORTEST_KEY = 20  # characters of a visitor's key, so that it cannot be guessed


@dataclass(frozen=True)
class RunManager:
    """open: opens the store. public: whether strangers share the page; each visitor then sees only their own runs."""

    open: Callable[[], Store] = store.store
    public: bool = settings.PUBLIC
    jobs: Jobs[Snapshot] = field(default_factory=Jobs)
    results: ResultsCache = field(default_factory=ResultsCache)

    def store(self) -> Store:
        """Raises InputError where the file cannot be opened."""
        return self.open()

    def owner(self, visitor: object) -> str:
        """The owner of a new run: the visitor on a public page, else "". Raises InputError without a valid key."""
        if not self.public:
            return ""
        if not isinstance(visitor, str) or len(visitor) < SHORTEST_KEY:
            raise InputError("This browser keeps no key for its runs; allow this site to store data, and reload.")
        return visitor

    def visible_owner(self, visitor: object) -> str | None:
        """The owner whose runs the visitor may see, for queries to the store: None for all runs."""
        return self.owner(visitor) if self.public else None

    def start(self, grid: Grid, visitor: object) -> str:
        """Starts or resumes the sweep of a grid, and returns its run's id. Errors of the sweep become the job's."""
        if is_zero_gpu():
            raise InputError("A Space on ZeroGPU lends its GPU for minutes only. Run the grid elsewhere, by "
                             "`python -m xlt_core sweep`, and open its results under Runs.")  # fmt: skip
        owner = self.owner(visitor)
        run = store.run_id("sweep", plain(grid), owner)
        if not self.is_running(run, visitor):
            self.forget_job(run, visitor)
            self.jobs.start(run, sweep.sweep(grid, self.store(), owner=owner), owner, MAX_JOBS)
        return run

    def save(self, comparison: Comparison, visitor: object) -> str:
        """Stores a comparison that has ended, and returns its run's id. An uploaded file is stored by name only."""
        owner, plan = self.owner(visitor), comparison.plan
        if file_of(plan.dataset):
            plan = replace(plan, dataset=shareable(plan).dataset)
        run = self.store().begin("comparison", plain(plan), [StoredCell(0, plan, "waiting", "")], owner)
        self.store().end(run, 0, replace(comparison, plan=plan), end_state(comparison))
        return run

    def job(self, run: str, visitor: object) -> Job[Snapshot] | None:
        """The job of a visitor's run, running or ended; None where none was started since the app started."""
        return next((job for job in self.jobs.of(self.owner(visitor)).values() if job.name == run), None)

    def is_running(self, run: str, visitor: object) -> bool:
        job = self.job(run, visitor)
        return job is not None and job.state == "running"

    def forget_job(self, run: str, visitor: object) -> None:
        """Forgets the job of a run; the run stays in the store."""
        for key, job in self.jobs.of(self.owner(visitor)).items():
            if job.name == run:
                self.jobs.forget(key)

    def running_run(self, visitor: object) -> str:
        """The visitor's running run, the last one started; "" where none is running."""
        jobs = self.jobs.of(self.owner(visitor)).values()
        return next((job.name for job in jobs if job.state == "running"), "")
