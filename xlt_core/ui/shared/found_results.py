"""What results are about: comparisons that have ended and what is found in them, worked out once for all who look."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from xlt_core.findings.findings import find
from xlt_core.findings.records import Findings
from xlt_core.records import Comparison
from xlt_core.store.store import ENDED, Store

MOST_KEPT = 12
LEAST, SHARE = 2.0, 10  # seconds between two findings of a run at work; and how many times what they took
Stamp = tuple[object, ...]


@dataclass(frozen=True)
class Shown:
    """lean: the comparisons without the models' calls; whole: gives the one at a place with them; command: what
    made them, where one line did; stamp: changes with what there is."""

    title: str
    lean: tuple[Comparison, ...] = ()
    found: Findings = Findings()
    whole: Callable[[int], Comparison | None] = field(default=lambda place: None)
    command: str = ""
    stamp: Stamp = ()

    def comparisons(self) -> list[Comparison]:
        """All of them, whole."""
        found = (self.whole(place) for place in range(len(self.lean)))
        return [comparison for comparison in found if comparison]


def of(comparisons: Sequence[Comparison], title: str, command: str = "") -> Shown:
    """What is shown of comparisons that lie in memory."""
    kept = tuple(comparisons)
    return Shown(title, tuple(map(lean, kept)), find(kept), lambda place: kept[place], command, (id(kept),))


def lean(comparison: Comparison) -> Comparison:
    """The comparison without the models' calls: what the pictures need."""
    runs = (
        replace(run, preparation=(), predictions=tuple(replace(p, replies=()) for p in run.predictions))
        for run in comparison.runs
    )
    return replace(comparison, runs=tuple(runs))


@dataclass
class _Entry:
    stamp: Stamp
    when: float
    took: float
    shown: Shown


class Shelf:
    """What is shown of the store's runs, the last few that were asked for."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._busy = Lock()

    def get(self, run: str, stamp: Stamp, make: Callable[[], Shown], hurry: bool) -> Shown | None:
        """What is shown of a run; stamp: changes with it. Without hurry, what was found some seconds ago will do, or
        None while somebody else's question is being answered."""
        entry = self._entries.get(run)
        fresh = entry is not None and (entry.stamp == stamp or not (hurry or _due(entry)))
        if fresh or not self._busy.acquire(blocking=hurry):
            return entry.shown if entry else None
        try:
            entry = self._entries.pop(run, None)
            if entry is None or entry.stamp != stamp:
                began = time.monotonic()
                shown = make()
                now = time.monotonic()
                entry = _Entry(stamp, now, now - began, shown)
            self._entries[run] = entry
            for old in [*self._entries][:-MOST_KEPT]:
                self._entries.pop(old, None)
            return entry.shown
        finally:
            self._busy.release()


def of_run(store: Store, run: str, title: str, stamp: Stamp, command: str = "") -> Shown:
    """What is shown of a run of the store."""
    ended = [cell.position for cell in store.cells(run) if cell.state in ENDED]
    found = [(position, store.comparison(run, position)) for position in ended]
    kept = [(position, comparison) for position, comparison in found if comparison and comparison.runs]
    positions = [position for position, _ in kept]
    return Shown(
        title,
        tuple(lean(comparison) for _, comparison in kept),
        find([comparison for _, comparison in kept]),
        lambda place: store.comparison(run, positions[place]),
        command,
        stamp,
    )


def _due(entry: _Entry) -> bool:
    return time.monotonic() - entry.when > max(LEAST, SHARE * entry.took)
