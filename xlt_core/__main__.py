"""The command line: python -m xlt_core COMMAND, each command a file of `cli`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn
from unicodedata import category

from xlt_core.catalog import PARTS, Parts
from xlt_core.cli import adapt, average, compare, diagnose, get, imbalance, lists, pocket, score, sweep
from xlt_core.cli.options import DONE, FAILED, OFF, STOPPED
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
        print(f"xlt_core: {_one_line(error)}", file=sys.stderr)
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


def _one_line(error: InputError) -> str:
    """The sentence, with what would break its line or steer a terminal spelt out: it may quote what was given."""
    return "".join(repr(c)[1:-1] if category(c) in ("Cc", "Zl", "Zp") else c for c in str(error))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m xlt_core", description="Compare strategies for low-resource languages.",
                     allow_abbrev=False)  # fmt: skip
    commands = parser.add_subparsers(required=True, metavar="command", parser_class=_Parser)
    for module in (compare, sweep, score):
        _add(commands, module)
    for name in lists.LISTS:
        lists.add(commands.add_parser(name, help=f"list the {name}", allow_abbrev=False), name)
    for module in (diagnose, get, pocket, imbalance, adapt, average):
        _add(commands, module)
    return parser


def _add(commands: Any, module: ModuleType) -> None:
    """A module of `cli` as the command of its name."""
    name = module.__name__.rpartition(".")[2]
    module.add(commands.add_parser(name, help=module.HELP, allow_abbrev=False))


if __name__ == "__main__":
    sys.exit(main())
