"""The suggested models and translators, with their size and licence: the rows of assets/models.csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from typing import Literal

from xlt_core.settings import ASSETS

Part = Literal["model", "translator"]


@dataclass(frozen=True)
class Suggestion:
    """A model of the Hub, or the bundled one. gigabytes: of its download, "" if there is none."""

    id: str
    kind: Part
    parameters: str
    gigabytes: str
    licence: str
    note: str = ""

    def describe(self) -> str:
        """Its size and licence, in a line."""
        size = f"{self.parameters} parameters{f', a download of {self.gigabytes} GB' * bool(self.gigabytes)}"
        return "; ".join(filter(None, [size, f"licence: {self.licence}", self.note]))


@cache
def suggestions() -> tuple[Suggestion, ...]:
    """All suggestions, in the order of the file."""
    with (ASSETS / "models.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(Suggestion(**row) for row in csv.DictReader(file))


def suggested(kind: Part) -> dict[str, Suggestion]:
    """The suggestions of a kind, by id."""
    return {entry.id: entry for entry in suggestions() if entry.kind == kind}
