"""The suggested models and translators, with their size and licence: the rows of assets/models.csv."""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from typing import Literal

from xlt_core.settings import ASSETS

Part = Literal["model", "translator"]
GATES = {
    "": "",
    "terms": "gated: accept its terms on the Hub and set HF_TOKEN",
    "request": "gated: ask its owner for access on the Hub and set HF_TOKEN",
}


@dataclass(frozen=True)
class Suggestion:
    """A model of the Hub, or the bundled one.

    gigabytes: of its download, "" if there is none, and two bytes a parameter where its card gives no size; licence: ""
    where none was found; name: by which it is used, if not by its id, which it then stands for as one GGUF file: hub,
    file: where the Hub has that; sha256: of the file; package: the package of PyPI that carries the same file, with its
    version; network: causal or seq2seq; gate: of GATES; languages: codes of those of ours that its card claims, with
    spaces between, "" where it names none; source: the page that the row was checked against, "" for none.
    """

    id: str
    kind: Part
    parameters: str
    gigabytes: str
    licence: str
    note: str = ""
    name: str = ""
    hub: str = ""
    file: str = ""
    sha256: str = ""
    package: str = ""
    network: str = "causal"
    gate: str = ""
    languages: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """What the model is called in a plan."""
        return self.name or self.id

    @property
    def size(self) -> str:
        """Of its download, in words; "" if there is none."""
        gigabytes = float(self.gigabytes or 0)
        return f"{self.gigabytes} GB" if gigabytes >= 1 else f"{1000 * gigabytes:.0f} MB" if gigabytes else ""

    @property
    def terms(self) -> str:
        """Its licence, or where to look for it."""
        return self.licence or "see its card"

    def describe(self) -> str:
        """Its size and licence, its gate, and what else is known of it, in a line."""
        size = f"{self.parameters} parameters{f', a download of {self.size}' * bool(self.size)}"
        claimed = f"claims {self.languages}" * bool(self.languages)
        return "; ".join(filter(None, [size, f"licence: {self.terms}", GATES[self.gate], self.note, claimed]))


@cache
def suggestions() -> tuple[Suggestion, ...]:
    """All suggestions, in the order of the file."""
    with (ASSETS / "models.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(Suggestion(**row) for row in csv.DictReader(file))


def near_name(name: str) -> str:
    """ " (did you mean X?)" where a name is nearly that of a suggested model or translator, and "" elsewhere."""
    offered = {word.casefold(): entry.key for entry in suggestions() for word in (entry.id.rpartition("/")[2], entry.id,
               entry.key)}  # fmt: skip
    close = difflib.get_close_matches(name.strip().casefold(), offered, n=1, cutoff=0.7)
    key = offered[close[0]] if close else name
    return "" if key == name else f" (did you mean {key}?)"


def suggested(kind: Part) -> dict[str, Suggestion]:
    """The suggestions of a kind, by the name or id that they are used by."""
    return {entry.key: entry for entry in suggestions() if entry.kind == kind}
