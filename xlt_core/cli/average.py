"""The command `average`: averages adapters of one base as one adapter."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core.cli.options import DONE

if TYPE_CHECKING:
    from xlt_core.catalog import Parts

HELP = "average adapters as one"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("adapters", nargs="+", type=Path, metavar="ADAPTER", help="folders of adapters of one base")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.adaptation.folders import average

    average(options.adapters, options.out)
    print(f"{options.out}: the average of {len(options.adapters)} adapters")
    return DONE
