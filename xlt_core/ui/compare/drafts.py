"""The visitor's draft: what was last entered on the tab Compare. The browser keeps it, and a reload brings it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import gradio as gr

from xlt_core.documents.plan_link import shareable
from xlt_core.formats.values import build, plain
from xlt_core.records import InputError, Plan, Row
from xlt_core.ui.compare import choices
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.fields import demonstrations, inputs, own_data
from xlt_core.ui.shared.errors import catch_errors
from xlt_core.ui.shared.events import left, quiet
from xlt_core.ui.shared.updates import Updates, Values

MOST_TABLES = 12  # tables of edited demonstrations that a browser keeps


@dataclass(frozen=True)
class Draft:
    """plan: the choices and the input; tables: edited demonstrations by task, language and dataset, the latest last."""

    plan: Plan
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...] | None:
        """The edited demonstrations for the plan; None where they are as drawn."""
        return self.tables.get(_key(self.plan))


def wire(page: ComparePage) -> None:
    """Binds the events after which the draft is kept: when a field is left, and at each choice."""
    chosen, entered, rows = page.choices, page.inputs, page.demonstrations.rows
    fields = [chosen.seed, chosen.tokens, chosen.temperature, *entered.texts, entered.gold, rows]
    forms = entered.mode, rows, chosen.columns.boxes, chosen.columns.knobs
    menus = map(left, (chosen.language, chosen.task, entered.example))
    triggers = [*(one.blur for one in fields), *(one.input for one in forms), *menus, chosen.shots.release,
                entered.samples.release, *chosen.sources.change_events()]  # fmt: skip
    keep_it = catch_errors(partial(keep, page), lambda sentence: {page.draft: gr.skip()})  # it is said where it matters
    outputs = {page.draft, page.demonstrations.gloss}
    gr.on(triggers, keep_it, page.form_widgets() | {page.requests}, outputs, queue=False, trigger_mode="always_last",
          **quiet(page.message))  # fmt: skip


def keep(page: ComparePage, values: Values) -> Updates:
    """The draft with what is entered now, and the English of the demonstrations that are not edited; nothing while a
    choice is at work, whose rows are not there yet. Raises InputError where that is no plan yet."""
    if values[page.requests].at_work:
        return {page.draft: gr.skip()}
    table = page.demonstrations
    rows = demonstrations.read(table, values)
    return kept(page, values, rows) | {table.gloss: demonstrations.gloss_html(values[table.fields], rows)}


def kept(page: ComparePage, values: Values, rows: tuple[Row, ...]) -> Updates:
    """The draft with these demonstrations in place of those that are entered."""
    plan, before = choices.read(page.choices, values), read(values[page.draft])
    if values[page.inputs.mode] == inputs.ONE:
        plan = replace(plan, inputs=(inputs.typed_row(page.inputs, values),))
    else:
        plan = replace(plan, samples=int(values[page.inputs.samples]))
    tables = {key: table for key, table in (before.tables if before else {}).items() if key != _key(plan)}
    if rows != values[page.demonstrations.drawn]:
        tables[_key(plan)] = rows
    if own_data.uses_file(plan):
        plan = replace(plan, dataset=shareable(plan).dataset)  # the path is of this machine
    latest = dict(list(tables.items())[-MOST_TABLES:])
    return {page.draft: plain(Draft(plan, latest))}


def edited_rows(page: ComparePage, values: Values, plan: Plan) -> tuple[Row, ...] | None:
    """The demonstrations that were edited earlier for the plan's task, language and dataset; None where none were."""
    draft = read(values[page.draft])
    return draft.tables.get(_key(plan)) if draft else None


def read(stored: Any) -> Draft | None:
    """The draft that a browser keeps; None where it keeps none, or one of another version."""
    try:
        return build(Draft, stored, "draft") if stored else None
    except InputError:
        return None


def _key(plan: Plan) -> str:
    return f"{plan.task} {plan.language} {plan.dataset}"
