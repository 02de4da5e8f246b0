"""A draft: what was last entered on the tab Compare, as the browser keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xlt_core.formats.values import build
from xlt_core.records import InputError, Plan, Row


@dataclass(frozen=True)
class Draft:
    """plan: the choices and the input; tables: edited demonstrations by task, language and dataset, the latest last."""

    plan: Plan
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...] | None:
        """The edited demonstrations for the plan; None where they are as drawn."""
        return self.tables.get(key(self.plan))


def read(stored: Any) -> Draft | None:
    """The draft that a browser keeps; None where it keeps none, or one of another version."""
    try:
        return build(Draft, stored, "draft") if stored else None
    except InputError:
        return None


def edited_rows(stored: Any, plan: Plan) -> tuple[Row, ...] | None:
    """The demonstrations that were edited earlier for the plan's task, language and dataset; None where none were."""
    draft = read(stored)
    return draft.tables.get(key(plan)) if draft else None


def key(plan: Plan) -> str:
    """Under what a draft keeps the demonstrations of a plan."""
    return f"{plan.task} {plan.language} {plan.dataset}"
