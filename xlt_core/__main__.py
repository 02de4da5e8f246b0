"""The command line: python -m xlt_core compare, the lists, and the commands that train."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from xlt_core import _adapting, _score, _sweep_command, _table, catalog, settings
from xlt_core._options import DATASET, FRESH, add_shared, columns_of, listed, rooted
from xlt_core.catalog import PARTS, Parts
from xlt_core.records import Comparison, InputError, Plan, Row

DONE, FAILED, OFF = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    """Says what to change in one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None, parts: Parts = PARTS) -> int:
    """Runs one command. Returns 0 when all went well, 1 when a column failed, 2 for a call that is off."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that lacks a letter must not end a comparison.
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        status = options.run(options, parts)
        sys.stdout.flush()
        return status
    except InputError as error:
        print(f"xlt_core: {error}", file=sys.stderr)
        return OFF
    except KeyboardInterrupt:
        print("xlt_core: stopped", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader, such as head, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m xlt_core", description="Compare strategies for low-resource languages.",
                     allow_abbrev=False)  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="command", parser_class=_Parser)
    _add_compare(commands.add_parser("compare", help="compare strategies on the same items", allow_abbrev=False))
    _sweep_command.add(commands.add_parser("sweep", help="compare over tasks, languages and shots", allow_abbrev=False))
    _score.add(commands.add_parser("score", help="score outputs recorded elsewhere", allow_abbrev=False))
    for name in LISTS:
        command = commands.add_parser(name, help=f"list the {name}", allow_abbrev=False)
        command.add_argument("--json", action="store_true", help="for machines")
        command.set_defaults(run=_list, name=name)
    _add_pocket(commands.add_parser("pocket", help="train the bundled models again", allow_abbrev=False))
    _adapting.add_adapt(commands.add_parser("adapt", help="adapt a model to a language's text", allow_abbrev=False))
    _adapting.add_average(commands.add_parser("average", help="average adapters as one", allow_abbrev=False))
    return parser


def _add_compare(command: argparse.ArgumentParser) -> None:
    command.add_argument("--task", help=", ".join(catalog.tasks()))
    command.add_argument("--language", help="a code such as kin, or a name")
    command.add_argument("--dataset", metavar="ID|FILE", help=DATASET)
    command.add_argument("--shots", type=int, help=f"demonstrations in the prompt (default: {FRESH.shots})")
    command.add_argument("--seed", type=int, help=f"default: {FRESH.seed}")
    command.add_argument("--text", action="append", help="an input of your own instead of the split (repeatable)")
    command.add_argument("--demonstrations", type=Path, metavar="FILE", help=".jsonl, .csv or .tsv: text, answer")
    command.add_argument("--plan", type=Path, metavar="FILE.json", help="replay a plan, or the plan of an --out file")
    command.add_argument("--out", type=Path, metavar="FILE.json", help="write the whole comparison")
    add_shared(command)
    command.set_defaults(run=_compare)


def _add_pocket(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=settings.POCKET, metavar="DIR", help="default: %(default)s")
    command.add_argument("--resume", action="store_true", help="go on where an earlier call stopped")
    command.set_defaults(run=_pocket)


def _compare(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.compare import remarks, resolve, stopped
    from xlt_core.document import document

    if options.out and (os.path.isdir(options.out) or not os.path.isdir(options.out.parent)):
        raise InputError(f"{options.out} cannot be written; name a file in a folder that exists.")
    parts, given = rooted(options, parts), _plan(options)
    plan = resolve(given, parts)
    for what, before, now in (("model", given.model_revision, plan.model_revision),
                              ("data", given.data_digest, plan.data_digest)):  # fmt: skip
        if before and now and before != now:
            print(f"Note: the {what} is not that of the plan any more ({before}, now {now}).", file=sys.stderr)
    for remark in remarks(plan, parts):
        print(f"Note: {remark}.", file=sys.stderr)
    comparison, progress = Comparison(plan, ()), _table.Progress(sys.stderr)
    try:
        for comparison in _work(plan, parts):
            progress.show(comparison)
    except KeyboardInterrupt:
        comparison = stopped(comparison)
    recalled = sum(run.recalled for run in comparison.runs)
    if recalled:
        print(f"Note: {recalled} answers were computed before, and taken from {settings.STORE}.", file=sys.stderr)
    if options.out:  # before anything is printed: whoever reads the table may close the pipe early
        text = json.dumps(document(comparison), ensure_ascii=False, indent=1, allow_nan=False)
        _write(options.out, text + "\n")
    print(_table.table(comparison, parts.task(plan.task)))
    for run in comparison.runs:
        if run.state != "done":
            print(f"{run.name} {run.state}{': ' * bool(run.note)}{run.note}", file=sys.stderr)
    return DONE if all(run.state == "done" for run in comparison.runs) else FAILED


def _work(plan: Plan, parts: Parts) -> Iterator[Comparison]:
    """Compares, with the store where it can be used."""
    from xlt_core.compare import compare
    from xlt_core.store import Store
    from xlt_core.sweep import kept

    try:
        store = Store()
    except InputError as error:
        print(f"Note: {error} Nothing is kept.", file=sys.stderr)
        return compare(plan, parts)
    if store.message:
        print(f"Note: {store.message}", file=sys.stderr)
    return kept(plan, store, parts)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}); name another file.") from None


def _plan(options: argparse.Namespace) -> Plan:
    """The plan that the options stand for."""
    from xlt_core.document import load_plan, load_rows

    outside = ("run", "out", "data_root")
    given = {name: value for name, value in vars(options).items() if value is not None and name not in outside}
    if options.plan:
        if len(given) > 1:
            raise InputError(f"--plan holds the whole plan; leave out --{next(n for n in given if n != 'plan')}.")
        return load_plan(options.plan)
    if not options.task or not options.language:
        raise InputError("Give --task and --language, or --plan.")
    for name, read in (("text", _inputs), ("demonstrations", load_rows), ("labels", listed)):
        if name in given:
            given[{"text": "inputs"}.get(name, name)] = read(given.pop(name))
    columns = columns_of(options)
    spare = ("strategies", "set", "adapter")
    return Plan(**{name: value for name, value in given.items() if name not in spare}, columns=columns)


def _inputs(texts: Sequence[str]) -> tuple[Row, ...]:
    return tuple(Row(text) for text in texts)


def _list(options: argparse.Namespace, parts: Parts) -> int:
    rows = LISTS[options.name]()
    print(json.dumps(rows, ensure_ascii=False, indent=1) if options.json else _table.listing(rows))
    return DONE


def _pocket(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.pocket import recipe

    recipe.main(options.out, options.resume)
    return DONE


LISTS: dict[str, Callable[[], list[dict[str, object]]]] = {
    name: getattr(_table, name) for name in ("languages", "tasks", "strategies", "models", "datasets")
}

if __name__ == "__main__":
    sys.exit(main())
