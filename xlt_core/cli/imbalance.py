"""The command `imbalance`: small models trained anew with chosen shares of a language, or of a clone of English."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core.cli.options import DONE, listed
from xlt_core.formats import files
from xlt_core.records import InputError

if TYPE_CHECKING:
    from xlt_core.catalog import Parts

HELP = "train small models with chosen shares of a language, or of a clone of English"


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--languages", default="clone,kin", metavar="CODE,...", help="default: %(default)s")
    command.add_argument("--shares", default="0.025,0.1,0.25,0.5", metavar="SHARE,...",
                         help="of the language in the text; default: %(default)s")  # fmt: skip
    command.add_argument("--steps", type=int, default=240, help="default: %(default)s")
    command.add_argument("--out", type=Path, metavar="FILE.json", help="write the points")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.pocket import imbalance

    started, shares, points = time.monotonic(), _shares(options.shares), []
    if options.out:
        files.check_file(options.out)
    print("| language | share | bits per byte, beside English | alone | alone in whole batches | English |")
    print("|---|---|---|---|---|---|")
    for language in listed(options.languages):
        for point in imbalance.measure(language, shares, options.steps):
            points.append(asdict(point))
            bits = (f"{value:.3f}" for value in (point.beside, point.alone, point.batched, point.english))
            print(f"| {' | '.join((language, f'{point.share:.1%}', *bits))} |", flush=True)
    if options.out:
        files.write(options.out, json.dumps({"steps": options.steps, "points": points}, indent=1) + "\n")
    print(f"{time.monotonic() - started:.0f} seconds")
    return DONE


def _shares(text: str) -> list[float]:
    try:
        return [float(share) for share in listed(text)]
    except ValueError:
        raise InputError(f"--shares {text} is off; write numbers with commas, such as 0.05,0.5.") from None
