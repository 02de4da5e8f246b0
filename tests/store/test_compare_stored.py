"""A comparison as a run of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.small_hosts import Adapting
from helpers.small_parts import parts, plan

from xlt_core.comparison.selection import select
from xlt_core.store.compare_stored import compare_stored
from xlt_core.store.store import Store

SELECTION = select(plan(samples=4, shots=0), parts())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def test_a_comparison_is_stored_as_a_run_and_computed_once(store: Store) -> None:
    *_, comparison = compare_stored(SELECTION, store, parts())
    ((run,), host) = store.runs(), Adapting()
    assert (run.kind, run.states) == ("comparison", {"done": 1}) and list(store.comparisons(run.id)) == [comparison]
    *_, again = compare_stored(SELECTION, store, parts(host))
    assert again == comparison and not host.batches


def test_a_comparison_that_was_stopped_is_stored_so_far(store: Store) -> None:
    work = compare_stored(SELECTION, store, parts())
    next(work)
    work.close()
    (run,) = store.runs()
    assert run.states == {"stopped": 1}
    assert [side.state for side in next(store.comparisons(run.id)).runs] == ["stopped"] * 3
