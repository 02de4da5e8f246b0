"""The command `diagnose`: what one can know of a language, a model and a translator before choosing."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core import catalog
from xlt_core.catalog import Parts
from xlt_core.cli.options import DONE, FAILED, listed, rooted
from xlt_core.cli.printing import aligned
from xlt_core.diagnosis.records import Request
from xlt_core.formats import files
from xlt_core.records import InputError

if TYPE_CHECKING:
    from xlt_core.diagnosis.records import Snapshot

HELP = "measure a language and a model before choosing"
FRESH = Request(())


def add(command: argparse.ArgumentParser) -> None:
    command.add_argument("--language", required=True, metavar="A,B", help="codes such as kin,hau, or names")
    command.add_argument("--model", default=",".join(FRESH.models), metavar="A,B",
                         help="pocket, smollm2, a Hugging Face id, a folder or a .gguf file; of several each "
                         "(default: %(default)s)")  # fmt: skip
    command.add_argument("--parallel", default=FRESH.parallel, metavar="ID|FILE",
                         help="sentences with their English: world, sib200, flores, ntrex, mafand, udhr, or a .tsv, "
                         ".csv or .jsonl file of two columns (default: %(default)s)")  # fmt: skip
    command.add_argument("--data-root", action="append", type=Path, metavar="DIR",
                         help="a clone of the dataset's repository, in place of the Hub (repeatable)")  # fmt: skip
    command.add_argument("--split", default=FRESH.split, help="of the dataset (default: %(default)s)")
    command.add_argument("--samples", type=int, default=FRESH.samples, help="sentences at most (default: %(default)s)")
    command.add_argument("--only", metavar="A,B", help=f"{', '.join(catalog.diagnostics())} (default: all)")
    command.add_argument("--adapter", default=FRESH.adapter, metavar="NAME|DIR|ID",
                         help="adapted weights of the model, measured beside it")  # fmt: skip
    command.add_argument("--translator", default=FRESH.translator, help="default: %(default)s")
    command.add_argument("--shots", type=int, default=FRESH.shots,
                         help="whose share of the context is told (default: %(default)s)")  # fmt: skip
    command.add_argument("--price", type=float, default=FRESH.price, metavar="P",
                         help="of a million tokens, to tell what prompts cost")  # fmt: skip
    command.add_argument("--out", type=Path, metavar="FILE.json", help="write what was measured")
    command.set_defaults(run=run)


def run(options: argparse.Namespace, parts: Parts) -> int:
    from xlt_core.diagnosis.diagnose import diagnose

    out = options.out
    if out and out.suffix.lower() != ".json":
        raise InputError(f"{out} must end in .json.")
    if out:
        files.check_file(out)
    said = ""
    with closing(diagnose(_request(options), rooted(options, parts), _transfers())) as work:
        for snapshot in work:
            title = snapshot.doing.partition(":")[0]
            if title and title != said:
                print(f"{snapshot.done}/{snapshot.total}  {title}", file=sys.stderr, flush=True)
            said = title or said
    return _told(snapshot, out)


def _request(options: argparse.Namespace) -> Request:
    same = ("parallel", "split", "samples", "adapter", "translator", "shots", "price")
    return Request(listed(options.language), listed(options.model), only=listed(options.only or ""),
                   **{name: getattr(options, name) for name in same})  # fmt: skip


def _transfers():
    """What was measured before, from the store where it can be read."""
    from xlt_core.diagnosis.transfer import stored

    return stored()


def _told(snapshot: Snapshot, out: Path | None) -> int:
    """Writes and prints what was found; FAILED where something that was asked for by name was refused, or all was."""
    from xlt_core.diagnosis.document import as_json, refusals, tables

    if out:
        files.write(out, as_json(snapshot))
    print(f"{Path(snapshot.request.parallel).name}, sentences: {snapshot.sentences}")
    for title, rows in tables(snapshot.found):
        print(f"\n{title}\n{aligned(rows)}")
    for line in refusals(snapshot.found):
        print(f"Note: {line}", file=sys.stderr)
    lacking = [one for one in snapshot.found if one.refused]
    return FAILED if len(lacking) == len(snapshot.found) or (lacking and snapshot.request.only) else DONE
