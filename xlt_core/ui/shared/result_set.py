"""The results of several comparisons with their findings, and a cache of them for the runs in the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from xlt_core.findings.findings import find
from xlt_core.findings.records import Findings
from xlt_core.records import Comparison
from xlt_core.store.store import ENDED, Store

CACHE_SIZE = 12
# A running run's findings are computed again after SHORTEST_AGE seconds, or after AGE_FACTOR times what they took.
SHORTEST_AGE, AGE_FACTOR = 2.0, 10
Version = tuple[object, ...]


@dataclass(frozen=True)
class ResultSet:
    """summaries: the comparisons without the model calls. load: gives the one at an index with its calls. command: the
    command line that made them, where there is one. version: changes when the results change."""

    title: str
    summaries: tuple[Comparison, ...] = ()
    findings: Findings = Findings()
    load: Callable[[int], Comparison | None] = field(default=lambda index: None)
    command: str = ""
    version: Version = ()

    def comparisons(self) -> list[Comparison]:
        """All comparisons, with the model calls."""
        loaded = (self.load(index) for index in range(len(self.summaries)))
        return [comparison for comparison in loaded if comparison]


def of_comparisons(comparisons: Sequence[Comparison], title: str, command: str = "") -> ResultSet:
    """The results of comparisons in memory."""
    given = tuple(comparisons)
    return ResultSet(title, tuple(map(without_calls, given)), find(given), lambda index: given[index], command,
                     (id(given),))  # fmt: skip


def of_run(store: Store, run: str, title: str, version: Version, command: str = "") -> ResultSet:
    """The results of a run in the store."""
    ended = [cell.position for cell in store.cells(run) if cell.state in ENDED]
    read = [(position, store.comparison(run, position)) for position in ended]
    kept = [(position, comparison) for position, comparison in read if comparison and comparison.runs]
    positions = [position for position, _ in kept]
    return ResultSet(
        title,
        tuple(without_calls(comparison) for _, comparison in kept),
        find([comparison for _, comparison in kept]),
        lambda index: store.comparison(run, positions[index]),
        command,
        version,
    )


def without_calls(comparison: Comparison) -> Comparison:
    """The comparison without the model calls: the figures and tables do not need them."""
    runs = (
        replace(run, preparation=(), predictions=tuple(replace(p, replies=()) for p in run.predictions))
        for run in comparison.runs
    )
    return replace(comparison, runs=tuple(runs))


@dataclass
class _Entry:
    version: Version
    computed_at: float
    took: float
    results: ResultSet


class ResultsCache:
    """The results of the runs that were asked for last."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._busy = Lock()

    def get(self, run: str, version: Version, make: Callable[[], ResultSet], latest: bool) -> ResultSet | None:
        """The results of a run. Without `latest`, results of some seconds ago are enough, and None is returned while
        another thread computes."""
        entry = self._entries.get(run)
        usable = entry is not None and (entry.version == version or not (latest or _outdated(entry)))
        if usable or not self._busy.acquire(blocking=latest):
            return entry.results if entry else None
        try:
            entry = self._entries.pop(run, None)
            if entry is None or entry.version != version:
                entry = _computed(version, make)
            self._entries[run] = entry
            for old in [*self._entries][:-CACHE_SIZE]:
                self._entries.pop(old, None)
            return entry.results
        finally:
            self._busy.release()


def _computed(version: Version, make: Callable[[], ResultSet]) -> _Entry:
    began = time.monotonic()
    results = make()
    now = time.monotonic()
    return _Entry(version, now, now - began, results)


def _outdated(entry: _Entry) -> bool:
    return time.monotonic() - entry.computed_at > max(SHORTEST_AGE, AGE_FACTOR * entry.took)
