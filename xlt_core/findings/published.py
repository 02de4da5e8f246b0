"""What others have reported, in assets/published.csv: shown beside our scores, and never part of a test."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from xlt_core.findings.records import Findings
from xlt_core.findings.sentences import number
from xlt_core.findings.tables import Table
from xlt_core.records import Plan
from xlt_core.scoring import metrics
from xlt_core.settings import ASSETS


@dataclass(frozen=True)
class Published:
    """A figure of somebody else. value: in 0..1; items: of the split, "" where it is not known; like_for_like: whether
    it is a score that we compute, on the split's own items; table: the file or table that has it, at a commit."""

    task: str
    dataset: str
    language: str
    model: str
    setting: str
    metric: str
    value: float
    split: str
    items: str
    like_for_like: bool
    source: str
    commit: str
    table: str

    @property
    def says(self) -> str:
        """Model and source, in a phrase."""
        return f"{self.model}, {self.setting} ({self.source})"


@cache
def published() -> tuple[Published, ...]:
    """All figures."""
    path = ASSETS / "published.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_read(row) for row in csv.DictReader(file))


def beside(task: str, dataset: str, language: str) -> tuple[Published, ...]:
    """Those of the task on the dataset in the language."""
    asked = (task, dataset, language)
    return tuple(one for one in published() if (one.task, one.dataset, one.language) == asked)


def beside_plan(plan: Plan) -> tuple[Published, ...]:
    """Those beside a comparison of a dataset's items; none beside typed texts."""
    return () if plan.inputs else beside(plan.task, plan.dataset, plan.language)


def beside_findings(found: Findings) -> tuple[Published, ...]:
    """Those of all conditions."""
    asked = dict.fromkeys((one.task, one.dataset, one.language) for one in found.conditions)
    return tuple(one for condition in asked for one in beside(*condition))


def published_table(figures: Iterable[Published]) -> Table:
    """A row per figure, with where it is from."""
    heads = ("task", "dataset", "language", "model", "setting", "metric", "score", "items", "like for like", "source")
    rows = [(one.task, one.dataset, one.language, one.model, one.setting, metrics.title(one.metric),
             number(one.value, 3), f"{one.items or '?'}, {one.split}", "yes" if one.like_for_like else "no",
             f"{one.source}, {one.table} at {one.commit[:7]}") for one in figures]  # fmt: skip
    return Table("What others have reported; no part of any test", heads, tuple(rows))


def _read(row: dict[str, str]) -> Published:
    return Published(**{**row, "value": float(row["value"]), "like_for_like": row["like_for_like"] == "yes"})
