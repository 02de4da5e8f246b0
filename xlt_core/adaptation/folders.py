"""The folders of adapted models: a new one, the unfinished, the finished, and the average of several."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from xlt_core import settings
from xlt_core.adaptation.card import write
from xlt_core.adaptation.records import Adaptation
from xlt_core.formats.values import build
from xlt_core.models import adapted
from xlt_core.records import InputError


def folder_for(plan: Adaptation, resume: bool = False) -> Path:
    """A new folder among the adapters that the local host finds; to go on, the latest that was begun."""
    name = "-".join(corpus.language for corpus in plan.corpora)
    if resume:
        open_ = [folder for folder in unfinished() if re.fullmatch(rf"{name}-\d+", folder.name)]
        if not open_:
            raise InputError(f"No training on {name} was begun in {settings.ADAPTERS}; "
                             "leave out --resume, or name its --out.")  # fmt: skip
        return open_[0]
    folders = (settings.ADAPTERS / f"{name}-{number}" for number in count(1))
    return next(folder for folder in folders if not folder.exists())


def unfinished() -> dict[Path, Adaptation]:
    """Trainings among the adapters made here that were begun and have not ended, the newest first, as they were asked
    for: `adapt` goes on with one where it is given the same with resume=True."""
    found = {}
    for path in sorted(settings.ADAPTERS.glob("*/checkpoints/run.json"), key=lambda path: -path.stat().st_mtime):
        asked = adapted.read_json(path).get("asked", {})
        if asked:
            found[path.parent.parent] = build(Adaptation, asked, "run.json")
    return found


def finished() -> dict[str, dict[str, Any]]:
    """Cards by name of what was adapted here, the newest first; of what has not ended, an empty one."""
    ended, open_ = settings.ADAPTERS.glob(f"*/{adapted.NAME}"), settings.ADAPTERS.glob("*/checkpoints/run.json")
    folders = {path.parent: path for path in ended}
    folders |= {path.parent.parent: path for path in open_ if path.parent.parent not in folders}
    newest = sorted(folders, key=lambda folder: -folders[folder].stat().st_mtime)
    return {folder.name: adapted.read_card(folder) for folder in newest}


def delete(name: str) -> None:
    """Deletes what was adapted here under a name. Raises InputError where there is none."""
    _check_there(name)
    shutil.rmtree(settings.ADAPTERS / name)


def archive(name: str, folder: Path) -> Path:
    """Writes what was adapted here under a name as one ZIP file in a folder. Raises InputError where there is none."""
    _check_there(name)
    return Path(shutil.make_archive(str(folder / name), "zip", settings.ADAPTERS, name))


def _check_there(name: str) -> None:
    if name not in finished():
        raise InputError(f"Nothing here is called {name!r} any more; choose another.")


def average(adapters: Sequence[Path], out: Path) -> None:
    """Writes the average of LoRA adapters of one base, folders or names of those made here, with a card of its own
    where they have one. Raises InputError."""
    from xlt_core.adaptation import average as average_module

    folders = [path if path.is_dir() else settings.ADAPTERS / path for path in adapters]
    lacking = next((given for given, folder in zip(adapters, folders, strict=True) if not folder.is_dir()), None)
    if lacking:
        raise InputError(f"There is no adapter {lacking}; name a folder, or what lies in {settings.ADAPTERS}.")
    if out.resolve() in [folder.resolve() for folder in folders]:
        raise InputError(f"{out} is one of the adapters to be averaged; name another folder.")
    average_module.average(folders, out)
    cards = [adapted.read_card(folder) for folder in folders]
    if all("base" in card for card in cards):
        texts = {row["sha256"]: row for card in cards for row in card["texts"]}
        rank = sum(card["plan"]["rank"] for card in cards)
        codes = list(dict.fromkeys(code for card in cards for code in card["plan"]["corpora"]))
        plan = cards[0]["plan"] | {"corpora": codes, "rank": rank, "alpha": rank}
        names = [folder.resolve().name for folder in folders]
        write(out, {"plan": plan, "base": cards[0]["base"], "texts": list(texts.values()), "bits_per_byte": {},
                          "losses": [], "notes": [], "average_of": names, "licence": ""})  # fmt: skip
