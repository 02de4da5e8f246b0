"""A sweep on two workers of a Ray cluster gives what one in this process gives, also where a worker is killed."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.same_results import assert_same
from helpers.small_hosts import Slow
from helpers.small_parts import parts

from xlt_core.records import InputError
from xlt_core.settings import ROOT
from xlt_core.store.store import Store
from xlt_core.sweeps.local import Local
from xlt_core.sweeps.sweep import Grid, sweep

pytest.importorskip("ray")
pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="the workers are found in /proc")

GRID = Grid(("topic", "ner"), ("kin",), shots=(0, 1, 2), samples=4)
SMALL = parts(Slow())


@pytest.fixture(scope="module")
def cluster():
    from xlt_core.sweeps.cluster import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "tests"))  # where the workers find the small parts
        with closing(Cluster(workers=2)) as made:
            yield made


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """The comparisons of the sweep in this process."""
    store = Store(tmp_path_factory.mktemp("local") / "store.sqlite")
    run = list(sweep(GRID, store, SMALL))[-1].run
    return list(store.comparisons(run))


def workers(title: str = "ray::_Worker") -> list[int]:
    """Ids of the processes below this one that are Ray's workers. title: how they call themselves."""
    parents, titles = {}, {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            number = int(place.name)
            titles[number] = (place / "cmdline").read_text().replace("\0", " ")
            parents[number] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
    return [number for number, own in titles.items() if own.startswith(title) and _below(number, parents)]


def _below(number: int, parents: dict[int, int]) -> bool:
    while number in parents and number != os.getpid():
        number = parents[number]
    return number == os.getpid()


def predictions(store) -> int:
    with store.connect() as file:
        return file.execute("SELECT count(*) FROM predictions").fetchone()[0]


def test_two_workers_give_what_this_process_gives(cluster, here, tmp_path):
    store = Store(tmp_path / "store.sqlite")
    *_, end = sweep(GRID, store, SMALL, engine=cluster)
    assert {cell.state for cell in end.cells} == {"done"} and len(workers()) == 2
    assert_same(store.comparisons(end.run), here)
    again = list(sweep(GRID, store, SMALL, engine=cluster))
    assert {snapshot.state for snapshot in again[1:]} == {"running", "done"} and again[1].count("done") == 6


def test_a_lost_workers_cell_goes_to_another_and_nothing_is_lost(cluster, here, tmp_path, caplog):
    store, killed = Store(tmp_path / "store.sqlite"), []
    for last in sweep(GRID, store, SMALL, engine=cluster):  # noqa: B007
        if not killed and predictions(store):
            killed = workers("ray::_Worker.run")[:1]
            for worker in killed:
                os.kill(worker, signal.SIGKILL)
    assert killed and "A worker was lost" in caplog.text
    assert {cell.state for cell in last.cells} == {"done"}
    assert_same(store.comparisons(last.run), here)


def test_a_sweep_on_ray_can_be_stopped_and_goes_on(cluster, here, tmp_path):
    store = Store(tmp_path / "store.sqlite")
    work, grid = sweep(GRID, store, SMALL, engine=cluster), replace(GRID, tasks=GRID.tasks[:1])
    while not predictions(store):
        next(work)
    work.close()
    *_, end = sweep(grid, store, SMALL, engine=cluster)
    assert_same(store.comparisons(end.run), here[: len(end.cells)])


def test_a_worker_answers_with_the_bundled_model_as_this_process_does(cluster, tmp_path):
    grid, found = Grid(("topic",), ("kin",), shots=(1,), samples=2), []
    for name, engine in (("cluster", cluster), ("local", Local())):
        store = Store(tmp_path / name)
        *_, end = sweep(grid, store, engine=engine)
        found.append(list(store.comparisons(end.run)))
    assert_same(*found)


def test_a_cell_that_is_off_fails_alone(cluster, tmp_path):
    grid = replace(GRID, tasks=("topic",), shots=(0, 9999), samples=1)
    *_, end = sweep(grid, Store(tmp_path / "store.sqlite"), SMALL, engine=cluster)
    assert [cell.state for cell in end.cells] == ["done", "failed"] and "lower the shots" in end.cells[1].note


def test_more_workers_than_there_is_room_for_are_refused(cluster):
    from xlt_core.sweeps.cluster import Cluster

    with pytest.raises(InputError, match="lower --workers"):
        Cluster(workers=10_000)
