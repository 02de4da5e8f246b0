"""The folders of what is adapted here: a new one, those that were begun, the average of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from xlt_core import _card, settings
from xlt_core._corpus import Corpus
from xlt_core.adapt import Adaptation
from xlt_core.records import InputError


def folder_for(plan: Adaptation, resume: bool = False) -> Path:
    """A new folder among the adapters that the local host finds; to go on, the latest that was begun."""
    name = "-".join(corpus.language for corpus in plan.corpora)
    if resume:
        open_ = [folder for folder in begun() if re.fullmatch(rf"{name}-\d+", folder.name)]
        if not open_:
            raise InputError(f"No training on {name} was begun in {settings.ADAPTERS}; "
                             "leave out --resume, or name its --out.")  # fmt: skip
        return open_[0]
    places = (settings.ADAPTERS / f"{name}-{number}" for number in count(1))
    return next(place for place in places if not place.exists())


def begun() -> dict[Path, Adaptation]:
    """Trainings among the adapters made here that were begun and have not ended, the newest first, as they were asked
    for: `adapt` goes on with one where it is given the same with resume=True."""
    found = {}
    for path in sorted(settings.ADAPTERS.glob("*/checkpoints/run.json"), key=lambda path: -path.stat().st_mtime):
        asked = _card.loaded(path).get("asked", {})
        if asked:
            corpora = tuple(Corpus(**corpus) for corpus in asked["corpora"])
            found[path.parent.parent] = Adaptation(**asked | {"corpora": corpora})
    return found


def average(adapters: Sequence[Path], out: Path) -> None:
    """Writes the average of LoRA adapters of one base, folders or names of those made here, with a card of its own
    where they have one. Raises InputError."""
    from xlt_core import _average

    folders = [path if path.is_dir() else settings.ADAPTERS / path for path in adapters]
    if out.resolve() in [folder.resolve() for folder in folders]:
        raise InputError(f"{out} is one of the adapters to be averaged; name another folder.")
    _average.average(folders, out)
    cards = [_card.read(folder) for folder in folders]
    if all("base" in card for card in cards):
        texts = {row["sha256"]: row for card in cards for row in card["texts"]}
        rank = sum(card["plan"]["rank"] for card in cards)
        codes = list(dict.fromkeys(code for card in cards for code in card["plan"]["corpora"]))
        plan = cards[0]["plan"] | {"corpora": codes, "rank": rank, "alpha": rank}
        names = [folder.resolve().name for folder in folders]
        _card.write(out, {"plan": plan, "base": cards[0]["base"], "texts": list(texts.values()), "bits_per_byte": {},
                          "losses": [], "notes": [], "average_of": names, "licence": ""})  # fmt: skip
