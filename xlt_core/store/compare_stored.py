"""Runs a comparison as a run of the store: known predictions are taken from there, new ones are added."""

from __future__ import annotations

from collections.abc import Iterator

from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.compare import end_state, run, stopped
from xlt_core.comparison.selection import Selection
from xlt_core.formats.values import plain
from xlt_core.records import Comparison
from xlt_core.store.call_cache import with_call_cache
from xlt_core.store.store import Store, StoredCell


def compare_stored(selection: Selection, store: Store, parts: Parts = PARTS, owner: str = "") -> Iterator[Comparison]:
    """The snapshots of `run`; the last one is stored, also where the iterator is closed before its end."""
    plan, comparison = selection.plan, None
    snapshots, stored = run(selection, with_call_cache(parts, store), store), ""
    try:
        for comparison in snapshots:
            if not stored:
                stored = store.begin("comparison", plain(plan), [StoredCell(0, plan, "waiting", "")], owner)
            yield comparison
    finally:
        if comparison:
            comparison = stopped(comparison, parts)
            store.end(stored, 0, comparison, end_state(comparison))
