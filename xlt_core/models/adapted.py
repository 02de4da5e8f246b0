"""The adapted weights that exist for a model: in its own folder, made locally by `adapt`, and published by others."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from xlt_core import settings
from xlt_core.models import gguf, hub
from xlt_core.models.reading import reading
from xlt_core.records import InputError
from xlt_core.settings import ASSETS

NAME = "adaptation.json"  # the card of weights that were adapted locally
HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
LORA, FULL = "adapter_config.json", "config.json"


@dataclass(frozen=True)
class Published:
    """A public adaptation: its Hub id, those of the models that it was made from, the codes of its languages."""

    id: str
    bases: tuple[str, ...]
    languages: tuple[str, ...]
    kind: str
    licence: str
    note: str
    source: str

    def describe(self) -> str:
        """The base model and the languages, in a line."""
        weights = "a LoRA adapter" if self.kind == "lora" else "full weights"
        return "; ".join(filter(None, [f"{weights} from {self.bases[0]} for {' '.join(self.languages)}", self.note]))


def in_folder(folder: str) -> dict[str, str]:
    """Folders by name: the adapters in the subfolder `adapters` of the model's folder, or beside its one file."""
    place = Path(folder).parent if gguf.is_gguf(folder) else Path(folder)
    found = [path for path in sorted(place.glob("adapters/*")) if is_adapter(str(path))]
    return {path.name: str(path) for path in found}


def made_here(model: str, revision: str, language: str = "") -> dict[str, str]:
    """Folders by name, the newest first: the adaptations of a base model made locally, for a language or for any.

    model: the base's Hub id, which is enough; otherwise the revision decides, since a folder may have any name.
    """
    found: dict[str, str] = {}
    for path in sorted(settings.ADAPTERS.glob(f"*/{NAME}"), key=lambda path: -path.stat().st_mtime):
        card = read_card(path.parent)
        base, codes = card.get("base", {}), card.get("plan", {}).get("corpora", ())
        of_model = base.get("revision") == revision or ("/" in model and base.get("model") == model)
        if of_model and (not language or language in codes):
            found[path.parent.name] = str(path.parent)
    return found


def objective_in(folder: str) -> str:
    """The objective that the weights in a folder were adapted by; laft, where no card says another."""
    return read_card(Path(folder)).get("plan", {}).get("objective", "laft")


@cache
def published_table() -> tuple[Published, ...]:
    """The rows of assets/adapted.csv; a cell may hold several bases or languages, with spaces between."""
    path = ASSETS / "adapted.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Published(**row | {name: tuple(row[name].split()) for name in ("bases", "languages")})
            for row in csv.DictReader(stream)
        )


def published(base: str, language: str) -> tuple[str, ...]:
    """Hub ids of the adaptations of a base model, itself a Hub id, to a language."""
    return tuple(row.id for row in published_table() if base in row.bases and language in row.languages)


def is_adapter(folder: str) -> bool:
    """Whether a folder holds adapted weights, LoRA or full."""
    return any((Path(folder) / name).is_file() for name in (LORA, FULL))


def is_lora(source: str) -> bool:
    """Whether a folder or Hub id holds a LoRA adapter; otherwise it holds full weights. Raises InputError."""
    with reading(
        f"The adapter {source!r} could not be fetched; name a folder, or a Hugging Face id that can be "
        "reached from here"
    ):
        return hub.has_file(source, LORA)


def source_of(adapter: str, model: str, revision: str, folder: str) -> str:
    """The folder or Hub id that an adapter's name stands for. folder: of the base model. Raises InputError."""
    own = made_here(model, revision) | in_folder(folder)
    if adapter in own:
        return own[adapter]
    if is_adapter(adapter) or HUB_ID.fullmatch(adapter):
        return adapter
    names = ", ".join(own) or "none"
    raise InputError(
        f"There is no adapter {adapter!r} for {model} (it has {names}); name one of those, a folder or a "
        "Hugging Face id."
    )


def modified_at(source: str) -> int:
    """When the files of a folder last changed; 0 for a Hub id."""
    return max((path.stat().st_mtime_ns for path in Path(source).glob("*.*")), default=0)


def read_card(folder: Path) -> dict[str, Any]:
    """The card in a folder; an empty one if there is none."""
    return read_json(folder / NAME)


def read_json(path: Path) -> dict[str, Any]:
    """The contents of a JSON file; empty if it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
