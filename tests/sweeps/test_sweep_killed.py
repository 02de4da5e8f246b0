"""A sweep whose process is killed loses the batch in flight at most, and computes nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.same_results import assert_same

from xlt_core.settings import ROOT
from xlt_core.store.store import Store

KILLS = 6

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder of a sweep that was killed again and again, and one that was not, and what was told of them."""
    folder = tmp_path_factory.mktemp("killed")
    command = [sys.executable, str(ROOT / "tests/helpers/killed_sweep.py"), str(folder), str(KILLS), "1"]
    places = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": places}, capture_output=True, text=True, check=True)
    return folder, json.loads(done.stdout.splitlines()[-1])


def comparisons(folder: Path):
    store = Store(folder / "store.sqlite")
    (run,) = store.runs()
    assert run.states == {"done": 4}
    found = list(store.comparisons(run.id))
    store.close()
    return found


def test_the_result_equals_that_of_an_undisturbed_run(killed):
    folder, told = killed
    assert told["ends"] == [-9] * KILLS and told["undisturbed"] == told["finished"] == 0
    assert_same(comparisons(folder / "killed"), comparisons(folder / "undisturbed"))


def test_nothing_is_computed_twice_but_what_was_in_flight(killed):
    folder, _ = killed
    answers = [json.loads(line) for line in (folder / "log").read_text("utf-8").splitlines()]
    processes = list(dict.fromkeys(process for process, *_ in answers))
    assert len(processes) > KILLS / 2
    for number, process in enumerate(processes):
        own = [tuple(rest) for one, *rest in answers if one == process]
        later = {tuple(rest) for one, *rest in answers if one in processes[number + 1 :]}
        # The kill may have fallen between the last answer and its keeping.
        assert len(own) == len(set(own)) and not later.intersection(own[:-1])
    once = {tuple(rest) for _, *rest in map(json.loads, (folder / "undisturbed log").read_text("utf-8").splitlines())}
    assert {tuple(rest) for _, *rest in answers} == once
