"""Measures the local engine beside lm-evaluation-harness or a plain loop, and prints the tables of docs/benchmarks.md.

Usage: python tests/bench/engine.py [--peer lm-eval] [--parts peers,growth,floor,memory] [--workloads A,B]
       [--sizes 6M,160M | --models smollm2,FILE.gguf,mamba] [--items N] [--repeats 3] [--threads 2] [--busy [only]]
       [--plot growth.html]

Workload A scores labels of several tokens, A1 of one token, and B writes texts. With --busy the same is measured once
more beside a process that spins on each core but one.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine_more import floor, growth, growth_figure, memory
from engine_sides import Process, Timed, busy
from engine_work import Work, labelling, letters, longer, make_adapter, model_folder, writing

ITEMS = {("A", "6M"): 200, ("B", "6M"): 100, ("A", "160M"): 8, ("B", "160M"): 12}
MAKE = {"A": labelling, "A1": letters, "B": writing}
BATCHES = (1, 4, 16, 64)
HEAD = ("workload", "model", "machine", "items", "ours, seconds", "theirs, seconds", "ours faster by",
        "processor-seconds", "peak MB", "agreement")  # fmt: skip


def best_batch(peer: Process, work: Work) -> int:
    """The batch size at which the peer is fastest on a few of the items; each is tried once after a first run."""
    few = work.first(max(len(work.prompts) // 20, 2))
    most = len(few.prompts) * max(len(work.labels), 1)
    sizes = [size for size in BATCHES if size <= most] or [1]
    peer.run(few.first(1), batch=1)
    return min(sizes, key=lambda size: peer.run(few, batch=size).work)  # what else the machine does must not choose


def agreement(ours: Timed, theirs: Timed) -> str:
    """How far apart the log-likelihoods are at most, and on how many items the choice or the text is the same."""
    pairs = list(zip(ours.result, theirs.result, strict=True))
    if isinstance(ours.result[0], str):
        return f"{sum(a == b for a, b in pairs)} of {len(pairs)} texts the same"
    apart = max(abs(a[label] - b[label]) for a, b in pairs for label in a)
    same = sum(max(a, key=a.__getitem__) == max(b, key=b.__getitem__) for a, b in pairs)
    return f"{same} of {len(pairs)} choices the same, log-likelihoods within {apart:.0e}"


@dataclass(frozen=True)
class Compared:
    """A workload on a model by both sides. machine: what else it does; batch: of the peer, 0 where it has none."""

    kind: str
    model: str
    machine: str
    items: int
    ours: tuple[Timed, ...]
    theirs: tuple[Timed, ...]
    batch: int

    @property
    def ratio(self) -> float:
        pairs = zip(self.ours, self.theirs, strict=True)
        return median(them.seconds / us.seconds for us, them in pairs)

    def texts_that_differ(self) -> list[tuple[Any, Any]]:
        pairs = zip(self.ours[0].result, self.theirs[0].result, strict=True)
        return [pair for pair in pairs if isinstance(pair[0], str) and pair[0] != pair[1]]

    def row(self) -> str:
        seconds, work = ([median(getattr(run, name) for run in side) for side in (self.ours, self.theirs)]
                         for name in ("seconds", "work"))  # fmt: skip
        peaks = [max(run.peak for run in side) for side in (self.ours, self.theirs)]
        batch = f" (batches of {self.batch})" if self.batch else ""
        return row(self.kind, self.model, self.machine, self.items, f"{seconds[0]:.2f}", f"{seconds[1]:.2f}{batch}",
                   f"{self.ratio:.1f} times", f"{work[0]:.1f}, {work[1]:.1f}", f"{peaks[0]:,.0f}, {peaks[1]:,.0f}",
                   agreement(self.ours[0], self.theirs[0]))  # fmt: skip


def compared(kind: str, model: str, folder: Path, given: argparse.Namespace) -> Iterator[Compared]:
    """A row for each state of the machine; the runs of the two sides take turns, and the medians count."""
    work = MAKE[kind](given.items or ITEMS.get((kind, model), 12))
    with (
        closing(Process("ours", folder, given.threads)) as us,
        closing(Process(given.peer, folder, given.threads)) as them,
    ):
        batch = best_batch(them, work) if given.peer == "lm-eval" else 0
        us.run(work.first(2))
        settings = {"batch": batch} if batch else {}
        for machine, spinning in given.machines:
            with busy(spinning):
                runs = [(us.run(work), them.run(work, **settings)) for _ in range(given.repeats)]
            ours, theirs = zip(*runs, strict=True)
            name = Path(model).name.removesuffix(".gguf")
            yield Compared(kind, name, machine, len(work.prompts), ours, theirs, batch)


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def table(*head: str) -> None:
    print("", row(*head), row(*("---" for _ in head)), sep="\n", flush=True)


def print_peers(scratch: Path, given: argparse.Namespace) -> None:
    """Each row as it is measured; then all of them, the worst ratio first."""
    table(*HEAD)
    found: list[Compared] = []
    for size in given.sizes.split(","):
        for kind in given.workloads.split(","):
            for one in compared(kind, size, model_folder(size, scratch), given):
                print(one.row(), flush=True)
                found.append(one)
                for ours, theirs in one.texts_that_differ():
                    print(f"ours {ours!r}, theirs {theirs!r}", file=sys.stderr, flush=True)
    if len(found) > 1:
        table(*HEAD)
        print(*(one.row() for one in sorted(found, key=lambda one: one.ratio)), sep="\n", flush=True)


def print_growth(scratch: Path, given: argparse.Namespace) -> None:
    items = given.items or 100
    table("shots", "tokens of all prompts and labels", "tokens to run once", f"seconds for {items} items", "items/s")
    grown = list(growth(longer(scratch / "long"), given.threads, items, given.repeats))
    if given.plot:
        growth_figure(grown).write_html(given.plot, include_plotlyjs=True)
    for shots, whole, once, seconds in grown:
        print(row(shots, f"{whole:,}", f"{once:,}", f"{seconds:.2f}", f"{items / seconds:.0f}"), flush=True)


def print_floor(scratch: Path, given: argparse.Namespace) -> None:
    table("model", "matrix rate, GFLOP/s", "floor of A, seconds", "ours, seconds", "ours over the floor")
    for size in given.sizes.split(","):
        folder, work = model_folder(size, scratch), labelling(given.items or ITEMS["A", size])
        with closing(Process("ours", folder, given.threads)) as us:
            us.run(work.first(2))
            runs = [(floor(folder, work, given.threads), us.run(work).seconds) for _ in range(given.repeats)]
        speed = median(rate for (_, rate), _ in runs) / 1e9
        least, ours = median(least for (least, _), _ in runs), median(seconds for _, seconds in runs)
        print(row(size, f"{speed:.0f}", f"{least:.2f}", f"{ours:.2f}", f"{ours / least:.2f} times"), flush=True)


def print_memory(scratch: Path, given: argparse.Namespace) -> None:
    table("model", "prompt alone, peak MB", "three strategies, peak MB", "ratio")
    for size in given.sizes.split(","):
        folder = model_folder(size, scratch)
        adapter = str(make_adapter(folder, scratch / f"lora-{size}"))
        runs = [memory(folder, adapter, given.threads) for _ in range(given.repeats)]
        alone, three = (median(side) for side in zip(*runs, strict=True))
        ratio = median(three / alone for alone, three in runs)
        print(row(size, f"{alone:.0f}", f"{three:.0f}", f"{ratio:.2f}"), flush=True)


PARTS = {"peers": print_peers, "growth": print_growth, "floor": print_floor, "memory": print_memory}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default="transformers", choices=("transformers", "lm-eval"))
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--workloads", default="A,B")
    parser.add_argument("--sizes", default="6M,160M")
    parser.add_argument("--models", default="", help="in place of --sizes: architectures of helpers/architectures.py, "
                        "or real models by name")  # fmt: skip
    parser.add_argument("--items", type=int, default=0, help="items of a workload; where 0, the usual number")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--busy", nargs="?", const="too", choices=("too", "only"), help="beside a busy process, too")
    parser.add_argument("--plot", help="where the part growth draws its figure, as HTML")
    given = parser.parse_args()
    given.sizes = given.models or given.sizes
    spinning = max((os.cpu_count() or 2) - 1, 1)
    machines = [("quiet", 0), (f"{spinning} busy", spinning)]
    given.machines = {None: machines[:1], "too": machines, "only": machines[1:]}[given.busy]
    with tempfile.TemporaryDirectory() as scratch:
        for part in given.parts.split(","):
            PARTS[part](Path(scratch), given)


if __name__ == "__main__":
    main()
