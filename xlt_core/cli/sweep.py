"""The command `sweep`: a grid of comparisons, kept in a folder; the same call again goes on where it was stopped."""

from __future__ import annotations

import argparse
import math
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from xlt_core import catalog
from xlt_core.catalog import Parts
from xlt_core.cli import printing
from xlt_core.cli.options import DATASET, DONE, FAILED, FRESH, GOES_ON, add_shared, columns_of, listed, rooted
from xlt_core.formats.dataset_names import split_names
from xlt_core.formats.durations import duration
from xlt_core.formats.files import check_folder
from xlt_core.records import Comparison, InputError
from xlt_core.scoring import metrics
from xlt_core.sweeps.titles import cell_title, failures, left_out, models_of, varying

if TYPE_CHECKING:
    from xlt_core.store.store import Store
    from xlt_core.sweeps.local import Engine
    from xlt_core.sweeps.sweep import Cell, Grid, Snapshot

STORE = "store.sqlite"
UNFIT = re.compile(r"[^\w.-]+")  # for the name of a file
MAX_SILENCE = 10.0  # seconds at most without a line

HELP = "compare over tasks, languages and shots"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--tasks", required=True, metavar="A,B", help=", ".join(catalog.tasks()))
    command.add_argument("--languages", required=True, metavar="A,B", help="codes such as kin, or names")
    command.add_argument("--shots", default="0,2,4", metavar="A,B", help="default: %(default)s")
    command.add_argument("--seeds", default="0", metavar="A,B", help="default: %(default)s")
    command.add_argument("--dataset", metavar="ID|FILE,...", help=DATASET + "; of several, each that has the task")
    add_shared(command)
    command.add_argument("--models", metavar="A,B", help="several, each in place of --model")
    command.add_argument("--translators", metavar="A,B", help="several, each in place of --translator")
    command.add_argument("--engine", choices=("local", "ray"), default="local",
                         help="where the cells run: in this process, or on the workers of a Ray cluster")  # fmt: skip
    command.add_argument("--ray-address", metavar="ADDRESS", help="of a running cluster (default: one on this machine)")
    command.add_argument("--workers", type=int, metavar="N", help="on Ray (default: as many as there is room for)")
    command.add_argument("--gpus-per-worker", type=float, metavar="N",
                         help="on Ray (default: one where the cluster has any); 0.5 puts two on a GPU")  # fmt: skip
    command.add_argument("--out", required=True, type=Path, metavar="DIR",
                         help="a document for each cell, and the store; the same call goes on")  # fmt: skip
    command.add_argument(
        "--no-texts",
        action="store_true",
        help="write no text of the data, for results to pass on (the store keeps the texts)",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.store.store import Store
    from xlt_core.sweeps.sweep import command, sweep

    parts, grid = rooted(options, parts), _grid(options)
    check_folder(options.out)
    store = Store(options.out / STORE)
    if store.message:
        print(f"Note: {store.message}", file=sys.stderr)
    progress, snapshot, written = _Progress(sys.stderr), None, set[int]()
    try:
        with _engine(options) as engine, closing(sweep(grid, store, parts, engine=engine)) as work:
            for snapshot in work:
                progress.show(snapshot)
                _write(options, parts, store, snapshot, snapshot.ended)
                written |= {*snapshot.ended}
    except KeyboardInterrupt:
        raise KeyboardInterrupt(GOES_ON) from None
    # A file that is there may be another grid's.
    _write(options, parts, store, snapshot, [n for n in range(len(snapshot.cells)) if n not in written])
    comparisons = tuple(_shown(options, parts, one) for one in store.comparisons(snapshot.run))
    _export(options.out, comparisons, command(grid, options.out.name))
    print(_summary(comparisons))
    return _report(snapshot)


@contextmanager
def _engine(options: argparse.Namespace) -> Iterator[Engine]:
    """The engine that the options name, ready until the end."""
    from xlt_core.sweeps.sweep import LOCAL

    if options.engine == "local":
        odd = [name for name in ("ray_address", "workers", "gpus_per_worker") if getattr(options, name) is not None]
        if odd:
            raise InputError(f"--{odd[0].replace('_', '-')} concerns Ray only; add --engine ray.")
        yield LOCAL
        return
    if options.workers is not None and options.workers < 1:  # said before Ray begins, which takes its time
        raise InputError(f"There cannot be {options.workers} workers; give 1 or more, or leave out --workers.")
    if options.gpus_per_worker is not None and not 0 <= options.gpus_per_worker < math.inf:
        raise InputError(f"A worker cannot have {options.gpus_per_worker} GPUs; give such as 0, 0.5 or 1.")
    try:
        from xlt_core.sweeps.cluster import Cluster
    except ImportError:
        raise InputError("Ray is not installed; call `pip install ray`, or leave out --engine.") from None
    with closing(Cluster(options.ray_address or "", options.workers or 0, options.gpus_per_worker)) as cluster:
        yield cluster


def _grid(options: argparse.Namespace) -> Grid:
    from xlt_core.sweeps.sweep import Grid

    plain = ("split", "model", "translator", "samples", "demonstrations_from", "demonstrations_language")
    given = {name: getattr(options, name) for name in plain if getattr(options, name) is not None}
    for name in ("model", "translator"):
        if name in given and getattr(options, f"{name}s") is not None:
            raise InputError(f"Give --{name} or --{name}s, not both.")
    grid = Grid(
        tasks=listed(options.tasks), languages=listed(options.languages), shots=_numbers(options.shots, "--shots"),
        seeds=_numbers(options.seeds, "--seeds"), columns=columns_of(options),
        datasets=split_names(options.dataset or FRESH.dataset), labels=listed(options.labels or ""), **given,
    )  # fmt: skip
    return grid.along(listed(options.models or ""), listed(options.translators or ""))


def _numbers(text: str, option: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in listed(text))
    except ValueError:
        raise InputError(f"{option} {text} is off; give whole numbers with commas, such as 0,2,4.") from None


def _shown(options: argparse.Namespace, parts: Parts, comparison: Comparison) -> Comparison:
    """The comparison as it is written: with its texts or without. Raises InputError."""
    from xlt_core.documents.texts import without_texts

    return without_texts(comparison, parts) if options.no_texts else comparison


def _write(
    options: argparse.Namespace, parts: Parts, store: Store, snapshot: Snapshot, positions: Sequence[int]
) -> None:
    """Writes the documents of cells that have ended."""
    from xlt_core.documents import export

    for position in positions:
        told = varying(cell.plan for cell in snapshot.cells)
        path = options.out / f"{_name(position, snapshot.cells[position], told)}.json"
        comparison = store.comparison(snapshot.run, position)
        if comparison and comparison.runs:
            export.write(path, [_shown(options, parts, comparison)])


def _export(folder: Path, comparisons: Sequence[Comparison], command_line: str) -> None:
    """The results in one file, the items as tables, and the report."""
    from xlt_core.documents import export, report

    for name in ("results.json.gz", "items.csv", "items.parquet"):
        export.write(folder / name, comparisons)
    with suppress(InputError):  # there is nothing to report without one score
        report.write(folder / "report.html", comparisons, command=command_line)


def _name(position: int, cell: Cell, told: Sequence[str]) -> str:
    """Such as 007-topic-kin-4-shots-seed-0. told: parts of the plan that tell the cells apart, too."""
    plan = cell.plan
    more = "".join(f"-{UNFIT.sub('-', name)}" for name in models_of(plan, told))
    return f"{position + 1:03d}-{plan.task}-{plan.language}-{plan.shots}-shots-seed-{plan.seed}{more}"


class _Progress:
    """Prints the number of cells and their cost, then a line for each cell that ends, and one every MAX_SILENCE."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._state, self._when = stream, "", 0.0

    def show(self, snapshot: Snapshot) -> None:
        changed, self._state = snapshot.state != self._state, snapshot.state
        if changed:
            self._say(*LINES_BY_STATE[snapshot.state](snapshot))
        for position in snapshot.ended:
            cell = snapshot.cells[position]
            title = cell_title(cell.plan, varying(cell.plan for cell in snapshot.cells))
            self._say(f"{title}: {_ending(cell)}{_left(snapshot)}")
        if time.monotonic() - self._when >= MAX_SILENCE:
            far = f"{snapshot.done:,} of {snapshot.total:,} answers" if snapshot.state == "running" else "first items"
            self._say(f"{far}{_left(snapshot)}")

    def _say(self, *lines: str) -> None:
        for line in lines:
            print(line, file=self._stream, flush=True)
        self._when = time.monotonic()


def _plan(snapshot: Snapshot) -> Iterator[str]:
    """How much there is, and what cannot be, once for all numbers of shots and seeds."""
    yield f"{len(snapshot.cells) - snapshot.count('cannot')} cells, {snapshot.total:,} answers"
    yield from left_out(snapshot.cells)


def _cost(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.count("done"):
        yield f"{snapshot.count('done')} cells are done already"
    cost = snapshot.estimate
    yield from filter(None, [cost.memory])
    if cost.measured:
        yield (f"By {cost.measured:,} answers: some {cost.calls:,.0f} model calls, {cost.tokens_in:,.0f} tokens read, "
               f"{cost.tokens_out:,.0f} written, {duration(cost.seconds)}")  # fmt: skip


LINES_BY_STATE = {"measuring": _plan, "running": _cost, "done": lambda snapshot: ()}


def _ending(cell: Cell) -> str:
    return f"{cell.state}{f' ({cell.note})' * bool(cell.note)}"


def _left(snapshot: Snapshot) -> str:
    return f" - {duration(snapshot.left)} left" if snapshot.left else ""


def _summary(comparisons: Sequence[Comparison]) -> str:
    """The headline scores, a line for each task, language and number of shots, means over the seeds."""
    from xlt_core.findings.findings import find

    found = find(comparisons)
    rows = [("task", "language", "dataset", "shots", "score", *found.columns)]
    cells = {(cell.condition, cell.shots, cell.column): cell for cell in found.cells}
    for condition, shots in dict.fromkeys((condition, shots) for condition, shots, _ in cells if shots is not None):
        made = [cells.get((condition, shots, column)) for column in found.columns]
        name = metrics.title(next(cell.metric for cell in made if cell))
        scores = [f"{c.score.value:.3f} ({c.score.low:.3f}-{c.score.high:.3f})" if c else "-" for c in made]
        rows.append((condition.task, condition.language, condition.dataset, str(shots), name, *scores))
    return printing.aligned(rows)


def _report(snapshot: Snapshot) -> int:
    """Says what failed, on stderr, and returns the exit status."""
    failed = snapshot.count("failed")
    for title, note, others in failures(snapshot.cells):
        print(f"{title} failed: {note}{f' (so did {others} more)' * bool(others)}", file=sys.stderr)
    if failed:
        print(f"{failed} of {len(snapshot.cells)} cells failed. The same call tries them again.", file=sys.stderr)
    return FAILED if failed else DONE
