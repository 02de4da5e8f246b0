"""When the visitor's draft is kept in the browser, so that a reload brings back what was entered on the tab Compare."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import gradio as gr

from xlt_core.documents.plan_link import shareable
from xlt_core.formats.values import plain
from xlt_core.records import Row
from xlt_core.ui.compare import choices
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.fields import demonstrations, draft, inputs, own_data
from xlt_core.ui.shared.errors import catch_errors
from xlt_core.ui.shared.events import left, quiet
from xlt_core.ui.shared.updates import Updates, Values

MOST_TABLES = 12  # tables of edited demonstrations that a browser keeps


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
    gr.on(
        triggers, keep_it, page.form_widgets(), outputs, queue=False, trigger_mode="always_last", **quiet(page.message)
    )


def keep(page: ComparePage, values: Values) -> Updates:
    """The draft with what is entered now, and the English of the demonstrations that are not edited; nothing while
    those of a choice are not there yet. Raises InputError where that is no plan yet."""
    table = page.demonstrations
    if not demonstrations.belong_to(table, values, choices.read(page.choices, values)):
        return {page.draft: gr.skip()}
    rows = demonstrations.read(table, values)
    return kept(page, values, rows) | {table.gloss: demonstrations.gloss_html(values[table.fields], rows)}


def kept(page: ComparePage, values: Values, rows: tuple[Row, ...]) -> Updates:
    """The draft with these demonstrations in place of those that are entered."""
    plan, before = choices.read(page.choices, values), draft.read(values[page.draft])
    if values[page.inputs.mode] == inputs.ONE:
        plan = replace(plan, inputs=(inputs.typed_row(page.inputs, values),))
    else:
        plan = replace(plan, samples=int(values[page.inputs.samples]))
    tables = {key: table for key, table in (before.tables if before else {}).items() if key != draft.key(plan)}
    if rows != values[page.demonstrations.drawn]:
        tables[draft.key(plan)] = rows
    if own_data.uses_file(plan):
        plan = replace(plan, dataset=shareable(plan).dataset)  # the path is of this machine
    latest = dict(list(tables.items())[-MOST_TABLES:])
    return {page.draft: plain(draft.Draft(plan, latest))}
