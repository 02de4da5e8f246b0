"""The command line: python -m xlt_core compare, the lists, and the commands that train."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from xlt_core import settings
from xlt_core.catalog import PARTS, Parts
from xlt_core.cli import adapt, compare, printing, score, sweep
from xlt_core.cli.options import DONE, FAILED, OFF, STOPPED
from xlt_core.formats.files import check_folder
from xlt_core.records import InputError


class _Parser(argparse.ArgumentParser):
    """Says what to change in one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None, parts: Parts = PARTS) -> int:
    """Runs one command. Returns 0 when all went well, 1 when a column failed, 2 for a call that is off, 130 when it was
    stopped by Ctrl+C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that lacks a letter must not end a comparison.
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        status = options.run(options, parts)
        if sys.stdout:  # it may be closed
            sys.stdout.flush()
        return status
    except InputError as error:
        print(f"xlt_core: {error}", file=sys.stderr)
        return OFF
    except KeyboardInterrupt as stop:  # a command that can go on says how
        print(f"xlt_core: stopped. {stop}".rstrip(), file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # the reader, such as head, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # such as a disk that is full
        print(f"xlt_core: {error}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m xlt_core", description="Compare strategies for low-resource languages.",
                     allow_abbrev=False)  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="command", parser_class=_Parser)
    compare.add(commands.add_parser("compare", help="compare strategies on the same items", allow_abbrev=False))
    sweep.add(commands.add_parser("sweep", help="compare over tasks, languages and shots", allow_abbrev=False))
    score.add(commands.add_parser("score", help="score outputs recorded elsewhere", allow_abbrev=False))
    for name in LISTS:
        command = commands.add_parser(name, help=f"list the {name}", allow_abbrev=False)
        command.add_argument("--json", action="store_true", help="for machines")
        command.set_defaults(run=_list, name=name)
    _add_pocket(commands.add_parser("pocket", help="train the bundled models again", allow_abbrev=False))
    adapt.add_adapt(commands.add_parser("adapt", help="adapt a model to a language's text", allow_abbrev=False))
    adapt.add_average(commands.add_parser("average", help="average adapters as one", allow_abbrev=False))
    return parser


def _add_pocket(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=settings.POCKET, metavar="DIR", help="default: %(default)s")
    command.add_argument("--resume", action="store_true", help="go on where an earlier call stopped")
    command.set_defaults(run=_pocket)


def _list(options: argparse.Namespace, parts: Parts) -> int:
    rows = LISTS[options.name]()
    print(json.dumps(rows, ensure_ascii=False, indent=1) if options.json else printing.listing(rows))
    return DONE


def _pocket(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.pocket import recipe

    check_folder(options.out)
    try:
        recipe.main(options.out, options.resume)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("The same call with --resume goes on from the last checkpoint.") from None
    return DONE


LISTS: dict[str, Callable[[], list[dict[str, object]]]] = {
    name: getattr(printing, name) for name in ("languages", "tasks", "strategies", "models", "datasets")
}

if __name__ == "__main__":
    sys.exit(main())
