"""The arguments of diagnose, and what comes back: tables that print, pictures in a notebook, documents to save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from xlt_core import catalog
from xlt_core.catalog import Parts
from xlt_core.cli import printing
from xlt_core.diagnosis import document
from xlt_core.diagnosis.pictures import picture_html
from xlt_core.diagnosis.records import Request, Snapshot
from xlt_core.formats import files
from xlt_core.interface.options import Names, checked, listed
from xlt_core.interface.tables import Rows, paragraphs, table_html

FRESH = Request(())


@dataclass(frozen=True, kw_only=True)
class Diagnose:
    """The arguments of diagnose. language, model: of several each; parallel: a dataset, or a file of sentences with
    their English; samples: sentences at most; only: diagnostics by name; price: of a million tokens."""

    language: Names
    model: Names = FRESH.models
    parallel: str | Path = FRESH.parallel
    data_root: str | Path | Sequence[str | Path] = ()
    split: str = FRESH.split
    samples: int = FRESH.samples
    only: Names = ()
    adapter: str | PathLike[str] = FRESH.adapter
    translator: str = FRESH.translator
    shots: int = FRESH.shots
    price: float = FRESH.price
    parts: Parts | None = None
    progress: bool = True

    def request(self) -> Request:
        """What they ask for. Raises InputError."""
        same = ("split", "samples", "translator", "shots", "price")
        lists = {"only": self.only, "languages": self.language, "models": self.model}
        return checked(Request, {**{name: getattr(self, name) for name in same},
                                 **{name: listed(given, name) for name, given in lists.items()},
                                 "parallel": str(self.parallel), "adapter": fspath(self.adapter)})  # fmt: skip


@dataclass(frozen=True, repr=False)
class DiagnosisResult:
    """What was measured. snapshot: the end of the diagnosis."""

    snapshot: Snapshot

    @property
    def documents(self) -> list[dict[str, Any]]:
        """For each language and model what was found, as plain values."""
        return document.documents(self.snapshot)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be measured, and why."""
        return tuple(document.refusals(self.snapshot.found))

    def rows(self, diagnostic: str) -> Rows:
        """The table of one diagnostic: a row for each language and model. Raises InputError for a name not known."""
        own = [one for one in self.snapshot.found if one.diagnostic == diagnostic and not one.refused]
        made = catalog.diagnostic(diagnostic)
        return Rows({"language": one.language, "model": one.model, **made.row(one.values)} for one in own)

    def save(self, path: str | Path) -> Path:
        """Writes the documents as JSON. Raises InputError for a place that cannot be written to."""
        path = Path(path).expanduser()
        files.write(path, document.as_json(self.snapshot))
        return path

    def __repr__(self) -> str:
        made = [f"{title}\n{printing.aligned(rows)}" for title, rows in document.tables(self.snapshot.found)]
        return "\n\n".join([*made, *self.notes])

    def _repr_html_(self) -> str:
        parts = []
        for title, (heads, *rows) in document.tables(self.snapshot.found):
            parts.append(table_html(heads, rows, caption=title))
        parts += [picture_html(chart) for chart in document.charts(self.snapshot.found)]
        return "".join(parts) + paragraphs(self.notes)
