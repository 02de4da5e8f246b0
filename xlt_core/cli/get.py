"""The command `get`: fetches a suggested model, or lists what there is."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from xlt_core.catalog import Parts
from xlt_core.catalog_tools import unknown
from xlt_core.cli.options import DONE
from xlt_core.cli.printing import aligned
from xlt_core.models import packages
from xlt_core.models.suggested import Suggestion, suggestions
from xlt_core.records import InputError

HELP = "fetch a suggested model, or list what there is"
BUNDLED = "pocket"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="?", help="a row of assets/models.csv (default: list them)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    if options.name is None:
        print(aligned([("name", "kind", "size", "licence", "gated", "here"), *map(_row, suggestions())]))
        return DONE
    entry = _entry(options.name)
    print(f"{entry.key}: {entry.describe()}.", flush=True)
    if entry.id == BUNDLED:
        print(f"It is bundled: use it with `compare --{entry.kind} {entry.key}`.")
        return DONE
    if not (entry.file and packages.here(entry)):
        _fetch(entry)
    print(f"{packages.path(entry) if entry.file else entry.id}: use it with `compare --{entry.kind} {entry.key}`")
    return DONE


def _entry(name: str) -> Suggestion:
    """The suggestion by its name or id, whatever the case. Raises InputError."""
    by_name = {word.casefold(): entry for entry in reversed(suggestions()) for word in (entry.id, entry.key)}
    if name.strip().casefold() not in by_name:
        raise InputError(unknown("suggested model", name, by_name, [entry.key for entry in suggestions()]))
    return by_name[name.strip().casefold()]


def _row(entry: Suggestion) -> tuple[str, ...]:
    there = entry.id == BUNDLED or (entry.file and packages.here(entry))
    gated = "yes" if entry.gate else ""
    return entry.key, entry.kind, entry.size, entry.terms, gated, "yes" if there else ""


def _fetch(entry: Suggestion) -> None:
    """Prints a line for each tenth."""
    shown = -1
    try:
        with closing(packages.fetch(entry)) as work:
            for download in work:
                tenth = 10 * download.done // download.total if download.total else 0
                if tenth > shown:
                    print(download, file=sys.stderr, flush=True)
                shown = max(shown, tenth)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("The same call goes on from there.") from None
