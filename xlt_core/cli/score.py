"""The command that scores outputs recorded elsewhere: python -m xlt_core score."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from xlt_core import catalog
from xlt_core.catalog import Parts
from xlt_core.cli import printing
from xlt_core.cli.options import FRESH, OUT, check_out, save
from xlt_core.records import Comparison, InputError, Plan


def add(command: argparse.ArgumentParser) -> None:
    """The command's options."""
    command.add_argument("--task", help=", ".join(catalog.tasks()))
    command.add_argument("--language", help="a code such as kin, or a name")
    command.add_argument("--dataset", default=FRESH.dataset, metavar="ID|FILE", help="default: %(default)s")
    command.add_argument("--data-root", action="append", type=Path, metavar="DIR",
                         help="a clone of the dataset's repository, in place of the Hub (repeatable)")  # fmt: skip
    command.add_argument("--labels", metavar="A,B", help="the labels to choose among (default: the dataset's own)")
    command.add_argument("--split", default=FRESH.split, help="train, validation or test (default: %(default)s)")
    command.add_argument("--predictions", action="append", required=True, type=Path, metavar="FILE",
                         help=".jsonl, .csv or .tsv with the columns id and output; for entities also tokens with tags "
                              "(CoNLL); repeatable, a column each")  # fmt: skip
    command.add_argument("--missing", default="error", choices=("error", "wrong", "skip"),
                         help="items without an output: refuse the file (the default), count them as wrong, or leave "
                              "them out of the scores")  # fmt: skip
    command.add_argument("--join", type=Path, metavar="FILE.json",
                         help="add to the comparison of an --out file, in place of --task and --language")  # fmt: skip
    command.add_argument("--out", type=Path, metavar="FILE", help=OUT)
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    """Scores the files, prints the table, and writes what is asked for. Returns 0."""
    check_out(options.out)
    comparison = _joined(options) if options.join else _scored(options, parts)
    save(options.out, comparison)
    print(printing.table(comparison, parts.task(comparison.plan.task)))
    return 0


def _scored(options: argparse.Namespace, parts: Parts) -> Comparison:
    from xlt_core.documents.outputs import score

    if not options.task or not options.language:
        raise InputError("Give --task and --language, or --join.")
    roots = [root.expanduser() for root in options.data_root or ()]
    if roots:
        parts = replace(parts, dataset=lambda name: catalog.dataset(name, roots))
    labels = tuple(filter(None, map(str.strip, (options.labels or "").split(","))))
    plan = Plan(options.task, options.language, (), options.dataset, options.split, labels=labels)
    return score(plan, options.predictions, parts, options.missing)


def _joined(options: argparse.Namespace) -> Comparison:
    from xlt_core.documents.document import read_document
    from xlt_core.documents.outputs import joined
    from xlt_core.formats.rows import text_of

    if options.task or options.language:
        raise InputError("--join has its own task and language; leave out --task and --language.")
    try:
        data = json.loads(text_of(options.join))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{options.join} is no JSON: {error}.") from None
    comparison = read_document(data)
    for path in options.predictions:
        comparison = joined(comparison, path, missing=options.missing)
    return comparison
