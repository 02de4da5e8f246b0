"""Options that several commands have, and what they stand for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlt_core import catalog
from xlt_core.catalog import Parts
from xlt_core.formats import files
from xlt_core.records import Column, Comparison, InputError, Plan

DONE, FAILED, OFF, STOPPED = 0, 1, 2, 130  # exit statuses
GOES_ON = "The same call goes on from here."
FRESH = Plan("", "")
OUT = "write it: .json; .csv or .parquet (items); .md or .tex (scores); .html (report)"
DATASET = (f"{', '.join(catalog.datasets())}, hub:ID[:CONFIG], or a .jsonl, .csv or .tsv file of your own: text, "
           f"answer; either with ?FIELD=COLUMN,... if called otherwise (default: {FRESH.dataset})")  # fmt: skip


def add_shared(command: argparse.ArgumentParser) -> None:
    """What data, strategies and models; without defaults, so that one sees what was given."""
    command.add_argument("--data-root", action="append", type=Path, metavar="DIR",
                         help="a clone of the dataset's repository, in place of the Hub (repeatable)")  # fmt: skip
    command.add_argument("--labels", metavar="A,B", help="the labels to choose among (default: the dataset's own)")
    command.add_argument("--split", help=f"train, validation or test (default: {FRESH.split})")
    command.add_argument("--samples", type=int, help=f"items of the split (default: {FRESH.samples})")
    command.add_argument("--strategies", help=f"default: {','.join(column.strategy for column in FRESH.columns)}")
    command.add_argument("--column", action="append",
                         metavar="NAME=STRATEGY[,model=M][,translator=T][,shots=N][,KNOB=VALUE]",
                         help="a column with a model, translator, shots or knobs of its own, in place of --strategies "
                         "(repeatable)")  # fmt: skip
    command.add_argument("--set", action="append", metavar="STRATEGY.KNOB=VALUE", help="set a knob (repeatable)")
    command.add_argument(
        "--model",
        help="pocket, smollm2, a Hugging Face id, a folder, a .gguf file or http(s)://host/v1 "
        f"(default: {FRESH.model})",
    )
    command.add_argument("--adapter", metavar="NAME|DIR|ID", help="the adapted weights of laft, LoRA or full")
    command.add_argument("--demonstrations-from", metavar="PICKER",
                         help=f"{', '.join(catalog.pickers())} (default: {FRESH.demonstrations_from})")  # fmt: skip
    command.add_argument("--demonstrations-language", metavar="CODE",
                         help="of the demonstrations' train split, such as eng (default: the items')")  # fmt: skip
    command.add_argument("--translator", help="pocket, llm, apertium, a Hugging Face id or a folder")


def rooted(options: argparse.Namespace, parts: Parts) -> Parts:
    """The parts, with the rows of datasets read from --data-root where that is given."""
    roots = [root.expanduser() for root in options.data_root or ()]
    return replace(parts, dataset=lambda name: catalog.dataset(name, roots)) if roots else parts


def listed(text: str) -> tuple[str, ...]:
    """The parts of a list with commas."""
    return tuple(filter(None, map(str.strip, text.split(","))))


def columns_of(options: argparse.Namespace) -> tuple[Column, ...]:
    """The columns by --column, or the strategies with their knobs, each strategy once."""
    if options.column:
        odd = next((name for name in ("strategies", "set", "adapter") if getattr(options, name) is not None), None)
        if odd:
            raise InputError(f"--column says all of a column; leave out --{odd}.")
        return tuple(map(_column, options.column))
    names = [column.strategy for column in FRESH.columns]
    if options.strategies is not None:
        names = [*listed(options.strategies)]
    if len(set(names)) < len(names):
        raise InputError("--strategies names one twice; write two columns of the same strategy with --column.")
    knobs: dict[str, dict[str, str]] = {name: {} for name in names}
    for setting in [*(options.set or []), *_adapter(options, names)]:
        target, equals, value = setting.partition("=")
        strategy, dot, knob = target.partition(".")
        if not (equals and dot and knob):
            raise InputError(f"--set {setting} is off; write it as STRATEGY.KNOB=VALUE.")
        if strategy not in knobs:
            raise InputError(f"--set {setting} concerns no column; choose one of {', '.join(names) or 'none'}.")
        knobs[strategy][knob] = value
    return tuple(Column(name, name, knobs[name]) for name in names)


def _column(text: str) -> Column:
    """The column of one --column. Raises InputError."""
    head, *rest = text.split(",")
    name, equals, strategy = map(str.strip, head.partition("="))
    own = [tuple(map(str.strip, part.partition("="))) for part in rest]
    odd = next((part for part, (key, sign, value) in zip(rest, own, strict=True) if not (key and sign and value)), None)
    if not (name and equals and strategy) or odd is not None:
        raise InputError(f"--column {text} is off; write it as NAME=STRATEGY,model=M,translator=T,KNOB=VALUE.")
    values = {key: value for key, _, value in own}
    model, translator = values.pop("model", ""), values.pop("translator", "")
    shots = values.pop("shots", None)
    if shots is not None and not shots.isdecimal():
        raise InputError(f"--column {text} is off; shots is a whole number.")
    return Column(name, strategy, values, model, translator, shots=None if shots is None else int(shots))


def _adapter(options: argparse.Namespace, names: Sequence[str]) -> list[str]:
    """--adapter as settings of the columns that take one."""
    if options.adapter is None:
        return []
    takers = [name for name in names if any(knob.name == "adapter" for knob in catalog.knobs(name))]
    if not takers:
        raise InputError("--adapter concerns no column; add laft to --strategies.")
    return [f"{name}.adapter={options.adapter}" for name in takers]


def check_out(path: Path | None) -> None:
    """Raises InputError where a comparison cannot be written to such a file."""
    from xlt_core.documents.export import WRITERS

    if path and path.suffix.lower() not in (*WRITERS, ".html"):
        raise InputError(f"{path} must end in {', '.join(WRITERS)}, .html.")
    if path:
        files.check_file(path)


def save(path: Path | None, comparison: Comparison) -> None:
    """Writes the comparison, where it is asked for, in the form that the name ends in. Raises InputError."""
    from xlt_core.documents import export, report

    if path and path.suffix.lower() == ".html":
        report.write(path, [comparison])
    elif path:
        export.write(path, [comparison])
