"""The event handlers of the table of demonstrations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import gradio as gr

from xlt_core.records import Plan, Row
from xlt_core.ui.compare import choices, drafts
from xlt_core.ui.compare.form import ComparePage, read_demonstrations
from xlt_core.ui.compare.form_handlers import choices_changed, draw
from xlt_core.ui.fields import demonstrations
from xlt_core.ui.shared.updates import Updates, Values


def shots_changed(page: ComparePage, values: Values) -> Iterator[Updates]:
    """As many demonstrations as shots; the first ones stay as they were edited. Everything, where another choice was
    still at work, which changes nothing any more; nothing where there are as many shots as before."""
    if values[page.requests].several:
        yield from choices_changed(page, values)
        return
    plan = choices.read(page.choices, values)
    if plan.shots == len(values[page.demonstrations.drawn]):
        return
    drawn = draw(plan)
    rows = demonstrations.resized(_entered(page, values, plan), drawn, plan.shots)
    # The further rows are known as drawn ones, too, with their ids and their English.
    shown = demonstrations.show(page.demonstrations, rows, plan)
    yield shown | {page.demonstrations.drawn: drawn}


def change_rows(change: Callable[..., tuple[Row, ...]], page: ComparePage, values: Values) -> Updates:
    """The demonstrations after a change of their rows."""
    plan = choices.read(page.choices, values)
    rows = change(_entered(page, values, plan))
    return demonstrations.show(page.demonstrations, rows, plan) | drafts.kept(page, values, rows)


def show_count(page: ComparePage, values: Values) -> Updates:
    """How many demonstrations there are, after the visitor has moved or removed one."""
    table = page.demonstrations
    return {table.fold: gr.update(label=demonstrations.title(len(demonstrations.read(table, values))))}


def reset_rows(page: ComparePage, values: Values) -> Updates:
    """The demonstrations as they were drawn last."""
    table, plan = page.demonstrations, choices.read(page.choices, values)
    rows = values[table.drawn] if demonstrations.belong_to(table, values, plan) else draw(plan)
    return demonstrations.show(table, rows, plan) | drafts.kept(page, values, rows)


def reload_rows(page: ComparePage, values: Values) -> Updates:
    """As many rows of the train split as shots; with the next seed where the rows of this seed are shown already."""
    plan = choices.read(page.choices, values)
    rows = draw(plan)
    if rows == demonstrations.read(page.demonstrations, values):
        plan = replace(plan, seed=plan.seed + 1)
        rows = draw(plan)
    drawn = {**values, page.choices.seed: plan.seed, page.demonstrations.drawn: rows}
    shown = demonstrations.show(page.demonstrations, rows, plan, rows)
    return shown | {page.choices.seed: plan.seed} | drafts.kept(page, drawn, rows)


def _entered(page: ComparePage, values: Values, plan: Plan) -> tuple[Row, ...]:
    """The rows of the plan, as they are entered or drawn."""
    rows = read_demonstrations(page, values, plan)
    return draw(plan) if rows is None else rows
