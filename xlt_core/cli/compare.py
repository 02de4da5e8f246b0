"""The command `compare`: one comparison, printed as a table and written to a file."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core import catalog, settings
from xlt_core.catalog import Parts
from xlt_core.cli import printing
from xlt_core.cli.options import (  # fmt: skip
    DATASET,
    DONE,
    FAILED,
    FRESH,
    GOES_ON,
    OFF,
    OUT,
    add_shared,
    check_out,
    columns_of,
    listed,
    rooted,
    save,
)
from xlt_core.comparison.endings import failures
from xlt_core.records import Comparison, InputError, Plan

if TYPE_CHECKING:
    from xlt_core.comparison.selection import Selection
    from xlt_core.store.store import Store

HELP = "compare strategies on the same items"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--task", help=", ".join(catalog.tasks()))
    command.add_argument("--language", help="a code such as kin, or a name")
    command.add_argument("--dataset", metavar="ID|FILE", help=DATASET)
    command.add_argument("--shots", type=int, help=f"demonstrations in the prompt (default: {FRESH.shots})")
    command.add_argument("--seed", type=int, help=f"default: {FRESH.seed}")
    command.add_argument("--text", action="append", help="an input of your own instead of the split (repeatable); of "
                         'several texts, JSON such as {"premise": "...", "hypothesis": "..."}')  # fmt: skip
    command.add_argument("--demonstrations", type=Path, metavar="FILE", help=".jsonl, .csv or .tsv: text (or the "
                         "fields of the task), answer")  # fmt: skip
    command.add_argument("--plan", type=Path, metavar="FILE.json", help="replay a plan, or the plan of an --out file")
    command.add_argument("--out", type=Path, metavar="FILE", help=OUT)
    add_shared(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.comparison import compare
    from xlt_core.store.compare_stored import compare_stored

    check_out(options.out)
    parts = rooted(options, parts)
    selection = _selected(options, parts)
    store, comparison, progress, halt = _store(), Comparison(selection.plan, ()), printing.Progress(sys.stderr), None
    snapshots = compare_stored(selection, store, parts) if store else compare.run(selection, parts)
    try:
        with closing(snapshots) as work:
            for comparison in work:
                progress.show(comparison)
    except KeyboardInterrupt:
        comparison = compare.stopped(comparison, parts)
        halt = KeyboardInterrupt(GOES_ON if store and store.persistent else "")
    problem = _saved(options.out, comparison)  # before anything is printed: who reads the table may leave early
    _tell(comparison, parts)
    if problem:
        print(f"xlt_core: {problem}", file=sys.stderr)
    if halt:
        raise halt
    whole = all(run.state == "done" for run in comparison.runs)
    return FAILED if not whole else OFF if problem else DONE


def _selected(options: argparse.Namespace, parts: Parts) -> Selection:
    """The plan of the options with its items and demonstrations; prints what one should know of the data, and which
    bundled models do not know them."""
    from xlt_core.comparison import coverage
    from xlt_core.comparison.selection import select

    given = _plan(options)
    selection = select(given, parts)
    plan = selection.plan
    report = options.out and options.out.suffix.lower() == ".html"
    if report and all(example.answer is None for example in selection.examples):
        raise InputError("A report needs items with gold answers; leave out --text, or write another form.")
    for what, before, now in (("model", given.model_revision, plan.model_revision),
                              ("data", given.data_digest, plan.data_digest)):  # fmt: skip
        if before and now and before != now:
            print(f"Note: the {what} is not that of the plan any more ({before}, now {now}).", file=sys.stderr)
    for remark in selection.remarks:
        print(f"Note: {remark}.", file=sys.stderr)
    for mismatch in coverage.mismatches(plan, selection.examples, parts):
        print(f"Warning: {coverage.sentence(mismatch)}", file=sys.stderr)
    return selection


def _saved(path: Path | None, comparison: Comparison) -> str:
    """Writes the comparison, and says why where it cannot."""
    try:
        save(path, comparison)
    except InputError as error:
        return str(error)
    return ""


def _store() -> Store | None:
    """The store, where it can be used."""
    from xlt_core.store.store import Store

    try:
        store = Store()
    except InputError as error:
        print(f"Note: {error} Nothing is kept.", file=sys.stderr)
        return None
    if store.message:
        print(f"Note: {store.message}", file=sys.stderr)
    return store


def _tell(comparison: Comparison, parts: Parts) -> None:
    """Prints the table; what was not computed now, and what did not end, goes to stderr."""
    recalled = sum(run.recalled for run in comparison.runs)
    if recalled:
        print(f"Note: {recalled} answers were computed before, and taken from {settings.STORE}.", file=sys.stderr)
    print(printing.table(comparison, parts.task(comparison.plan.task)))
    for run in comparison.runs:
        problem = failures(run) if run.state == "done" else run.note
        if run.state != "done" or problem:
            print(f"{run.name} {run.state}{': ' * bool(problem)}{problem}", file=sys.stderr)


def _plan(options: argparse.Namespace) -> Plan:
    """The plan that the options stand for."""
    from xlt_core.documents.document import load_plan
    from xlt_core.formats.fields import given_row
    from xlt_core.formats.rows import load_rows, separator_note

    outside = ("run", "out", "data_root")
    given = {name: value for name, value in vars(options).items() if value is not None and name not in outside}
    if options.plan:
        if len(given) > 1:
            raise InputError(f"--plan holds the whole plan; leave out --{next(n for n in given if n != 'plan')}.")
        return load_plan(options.plan)
    if not options.task or not options.language:
        raise InputError("Give --task and --language, or --plan.")
    if options.demonstrations and separator_note(options.demonstrations):
        print(f"Note: {separator_note(options.demonstrations)}.", file=sys.stderr)
    fields = catalog.task(options.task).fields
    if "text" in given:
        given["inputs"] = tuple(given_row(fields, text, "--text") for text in given.pop("text"))
    if "demonstrations" in given:
        given["demonstrations"] = load_rows(given["demonstrations"], fields)
    if "labels" in given:
        given["labels"] = listed(given["labels"])
    columns = columns_of(options)
    spare = ("strategies", "column", "set", "adapter")
    return Plan(**{name: value for name, value in given.items() if name not in spare}, columns=columns)
