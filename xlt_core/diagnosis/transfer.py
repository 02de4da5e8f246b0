"""What stored comparisons measured of demonstrations in another language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from statistics import fmean

from xlt_core import catalog
from xlt_core.contracts import Transfer
from xlt_core.records import Column, Comparison, InputError, Plan
from xlt_core.store.store import Store

CROSSLINGUAL = "crosslingual"


def transfers(language: str, store: Store, owner: str | None = None) -> tuple[Transfer, ...]:
    """A row for each source language, of the task and model with the most of them. owner: as the store has it."""
    scores: dict[tuple[str, str], dict[str, list[tuple[float, int]]]] = defaultdict(lambda: defaultdict(list))
    for comparison in _comparisons(language, store, owner):
        for source, model, score, items in _measured(comparison):
            scores[comparison.plan.task, model][source].append((score, items))
    if not scores:
        return ()
    (task, model), found = max(scores.items(), key=lambda entry: len(entry[1]))
    return tuple(
        Transfer(source, task, model, fmean(score for score, _ in each), sum(items for _, items in each))
        for source, each in found.items()
    )


def _comparisons(language: str, store: Store, owner: str | None) -> Iterator[Comparison]:
    """Those in the language with demonstrations in another one; others are not read."""
    for run in store.runs(owner):
        for cell in store.cells(run.id):
            if cell.plan.language == language and any(_source(cell.plan, column) for column in cell.plan.columns):
                found = store.comparison(run.id, cell.position)
                if found:
                    yield found


def _measured(comparison: Comparison) -> Iterator[tuple[str, str, float, int]]:
    """(source, model, score, items) of each finished column with demonstrations in another language."""
    plan, metric = comparison.plan, catalog.task(comparison.plan.task).metrics[0]
    columns = {column.name: column for column in plan.columns}
    for run in comparison.runs:
        source = _source(plan, columns[run.name]) if run.name in columns else ""
        if source and run.state == "done" and metric in run.scores:
            yield source, plan.of(columns[run.name]).model, run.scores[metric].value, len(run.examples)


def _source(plan: Plan, column: Column) -> str:
    """The code of the other language that a column's demonstrations are in; "" where they are in the items' own."""
    if not plan.shots or column.strategy not in (CROSSLINGUAL, "prompt"):
        return ""
    named = plan.demonstrations_language
    if column.strategy == CROSSLINGUAL:
        named = str(column.knobs.get("demonstrations", "English"))
        named = plan.language if named == "target" else named
    with suppress(InputError):
        code = catalog.language(named).code if named else plan.language
        return code if code != plan.language else ""
    return ""


def stored(owner: str | None = None) -> Callable[[str], tuple[Transfer, ...]]:
    """`transfers` of the app's store; nothing where it cannot be used. The store is opened when first asked."""

    def read(language: str) -> tuple[Transfer, ...]:
        try:
            return transfers(language, Store(), owner)
        except InputError:
            return ()

    return read
