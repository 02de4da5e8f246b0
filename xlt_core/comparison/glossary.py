"""The terms that all columns of a plan are scored on: those of each column's glossary."""

from __future__ import annotations

from xlt_core.catalog import PARTS, Parts
from xlt_core.prompting.glossary import terms_of
from xlt_core.records import InputError, Plan
from xlt_core.text.terms import Terms


def terms_of_plan(plan: Plan, parts: Parts = PARTS) -> Terms:
    """The terms of its columns' glossaries, each once; a column whose glossary cannot be read says so by itself."""
    found: dict[tuple[str, str], None] = {}
    for column in plan.columns:
        try:
            found |= dict.fromkeys(terms_of(getattr(parts.strategy(column), "glossary", "")))
        except InputError:
            continue
    return tuple(found)
