"""The command `pocket`: trains the bundled models again."""

from __future__ import annotations

import argparse
from pathlib import Path

from xlt_core import settings
from xlt_core.catalog import Parts
from xlt_core.cli.options import DONE
from xlt_core.formats.files import check_folder

HELP = "train the bundled models again"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, default=settings.POCKET, metavar="DIR", help="default: %(default)s")
    command.add_argument("--resume", action="store_true", help="go on where an earlier call stopped")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.pocket import recipe

    check_folder(options.out)
    try:
        recipe.main(options.out, options.resume)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("The same call with --resume goes on from the last checkpoint.") from None
    return DONE
