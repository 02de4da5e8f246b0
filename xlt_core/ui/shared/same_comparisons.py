"""Computes a comparison once for all visitors who ask for the same, at the same time or soon after, as a class does."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock

from xlt_core.comparison.compare import signatures
from xlt_core.comparison.selection import Selection
from xlt_core.comparison.signature import signature_of
from xlt_core.jobs import Job
from xlt_core.records import Comparison, InputError

KEPT = 8  # finished comparisons
INTERVAL = 0.3  # seconds after which a stop takes effect, even during a long step

Start = Callable[[], Iterator[Comparison]]


def key_of(selection: Selection) -> str:
    """The same for the same plan on the same weights, data and code; "" where a column cannot run."""
    try:
        return signature_of(selection.plan, signatures(selection))
    except InputError:
        return ""


@dataclass
class Shared:
    """A comparison at work, and how many watch it."""

    job: Job[Comparison]
    watchers: int = 0


@dataclass
class SameComparisons:
    """The comparisons at work and those that have ended lately, by key."""

    running: dict[str, Shared] = field(default_factory=dict)
    finished: OrderedDict[str, Comparison] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def run(self, key: str, start: Start) -> Generator[Comparison, None, None]:
        """The snapshots of the comparison: of one that is at work or has ended, else of one that is started. It is
        stopped when the last of those who watch it closes theirs. Raises InputError where it fails."""
        if not key:
            yield from start()
            return
        with self.lock:
            known = self.finished.get(key)
            if known is None:
                if key not in self.running:
                    self.running[key] = Shared(Job("comparison", _generator(start)))
                shared = self.running[key]
                shared.watchers += 1
        if known is not None:
            yield known
            return
        try:
            for snapshot in shared.job.watch(INTERVAL):
                if snapshot is not None:
                    yield snapshot
        finally:
            self._leave(key, shared)
        if shared.job.error:
            raise InputError(shared.job.error)

    def _leave(self, key: str, shared: Shared) -> None:
        """Stops what nobody watches any more, and keeps what has ended well."""
        with self.lock:
            shared.watchers -= 1
            ended, last = shared.job.state != "running", shared.job.last
            if ended and last is not None and _whole(last):
                self.finished[key] = replace(
                    last, runs=tuple(replace(r, recalled=len(r.predictions)) for r in last.runs)
                )
                while len(self.finished) > KEPT:
                    self.finished.popitem(last=False)
            if (ended or not shared.watchers) and self.running.get(key) is shared:
                del self.running[key]
            if not shared.watchers:
                shared.job.stop()


def _generator(start: Start) -> Generator[Comparison, None, None]:
    yield from start()


def _whole(comparison: Comparison) -> bool:
    return all(run.state == "done" and not run.errors for run in comparison.runs)
