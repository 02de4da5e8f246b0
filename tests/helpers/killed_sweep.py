"""Runs `sweep` in processes that are killed at random moments, and counts what each of them computed.

Usage: python killed_sweep.py FOLDER KILLS SEED. The processes are forked from this one, which has loaded the libraries,
so that a moment falls into the work and not into the imports. Prints what happened as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from helpers.small_hosts import Dictionary, Slow
from helpers.small_parts import parts as small_parts

from xlt_core.__main__ import main
from xlt_core.catalog import Parts
from xlt_core.records import Reply

GRID = ("sweep", "--tasks", "topic,ner", "--languages", "kin", "--shots", "0,2", "--seeds", "0", "--samples", "6")


class Counted:
    """A host or translator that writes a line for each answer that was computed, before anybody else sees it."""

    def __init__(self, inner: object, log: Path) -> None:
        self.__wrapped__, self._log = inner, os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for name in ("adapters", "adapted", "identity"):
            if hasattr(inner, name):
                setattr(self, name, getattr(inner, name))

    def __getattr__(self, name: str) -> object:
        return getattr(self.__wrapped__, name)

    def score(self, prompts, choices, adapter="") -> Iterator[tuple[int, Reply]]:
        return self._counted("score", adapter, self.__wrapped__.score(prompts, choices, adapter))

    def generate(self, prompts, adapter="", limits=None) -> Iterator[tuple[int, Reply]]:
        return self._counted("generate", adapter, self.__wrapped__.generate(prompts, adapter, limits))

    def translate(self, texts, source, target, beams=1) -> Iterator[tuple[int, Reply]]:
        pair = f"{source.code} {target.code}"
        return self._counted("translate", pair, self.__wrapped__.translate(texts, source, target, beams))

    def _counted(self, what, how, replies) -> Iterator[tuple[int, Reply]]:
        for index, reply in replies:
            if reply.final:
                os.write(self._log, (json.dumps([os.getpid(), what, how, reply.sent]) + "\n").encode())
            yield index, reply


def counted(log: Path) -> Parts:
    host, translator = Counted(Slow(), log), Counted(Dictionary(), log)
    return replace(small_parts(host), translator=lambda name: translator)


def started(parts: Parts, out: Path) -> int:
    """The id of a process that sweeps into a folder."""
    child = os.fork()
    if child:
        return child
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    os._exit(main((*GRID, "--out", str(out)), parts))


def status(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run(folder: Path, kills: int, seed: int) -> dict[str, object]:
    moments, log = random.Random(seed), folder / "log"
    undisturbed = status(started(counted(folder / "undisturbed log"), folder / "undisturbed"))
    share = count(folder / "undisturbed log") // (kills + 2)
    parts, ends, lines = counted(log), [], [0]
    for _ in range(kills):
        child, goal = started(parts, folder / "killed"), lines[-1] + moments.randint(0, share)
        while count(log) < goal and not ended(child):  # by progress, so that a slow machine is killed as often
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        ends.append(status(child))
        lines.append(count(log))
    finished = status(started(parts, folder / "killed"))
    return {"undisturbed": undisturbed, "ends": ends, "lines": lines, "finished": finished}


def count(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


LIBRARIES = ("pandas", "plotly.graph_objects", "pyarrow.parquet", "scipy.stats", "sklearn.metrics",
             "xlt_core.documents.report_sections", "xlt_core.documents.export", "xlt_core.sweeps.sweep")  # fmt: skip

if __name__ == "__main__":
    for library in LIBRARIES:
        import_module(library)
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
