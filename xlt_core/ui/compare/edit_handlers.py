"""The event handlers of an edited step: another one is chosen, what follows is run, and a pivot is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from xlt_core.comparison import again
from xlt_core.records import Comparison, InputError, Row
from xlt_core.ui.compare import edit_view, share, view
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.fields import inputs
from xlt_core.ui.fields.own_data import uses_file
from xlt_core.ui.shared import zero_gpu
from xlt_core.ui.shared.events import MODEL, bind, left
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.limits import check_offered
from xlt_core.ui.shared.updates import Updates, Values

KEPT = ("Kept as the human English of this text: the pivot is now measured against it, the link and the download have "
        "it, and a column whose pivot is `human` uses it.")  # fmt: skip


def wire(page: ComparePage) -> None:
    """Binds the widgets of an edited step."""
    edit, results = page.results.edit, page.results
    inputs, message = edit.inputs() | {results.comparison}, edit.message
    for menu in (edit.column, edit.item):
        bind(left(menu), partial(answer_chosen, page), inputs, edit.outputs(), message)
    bind(left(edit.step), partial(step_chosen, page), inputs, {edit.text, edit.keep, edit.result}, message)
    bind(edit.go.click, partial(go_on, page), inputs | {page.choices.sources.own.uploaded}, {edit.result}, message,
         generator=True, **MODEL)  # fmt: skip
    kept = {results.comparison, results.columns, results.share.text, page.inputs.picked}
    entered = {*page.inputs.texts, page.inputs.gold, page.inputs.picked, page.inputs.fields}
    bind(edit.keep.click, partial(keep, page), inputs | entered, kept, message)


def answer_chosen(page: ComparePage, values: Values) -> Updates:
    """Shows the steps of the chosen column and item."""
    edit, comparison = page.results.edit, values[page.results.comparison]
    return edit_view.choose(edit, comparison, values[edit.column], values[edit.item]) if comparison else {}


def step_chosen(page: ComparePage, values: Values) -> Updates:
    """Shows the text of the chosen step."""
    edit = page.results.edit
    steps = edit_view.steps_of(values[page.results.comparison], values[edit.column], values[edit.item])
    number = values[edit.step]
    step = steps[number] if isinstance(number, int) and number < len(steps) else None
    return edit_view.show_step(edit, step) | {edit.result: ""}


def go_on(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Runs what follows, and shows it beside the former way."""
    edit, comparison = page.results.edit, values[page.results.comparison]
    column, item, change = edit_view.chosen_edit(edit, comparison, values)
    plan = comparison.plan
    known = replace(plan, samples=1, dataset="world" if uses_file(plan) else plan.dataset)
    check_offered(known, values[page.choices.sources.own.uploaded])
    yield {edit.message: message_html("Going on from the edited step."), edit.result: ""}
    for snapshot in zero_gpu.run_edited(comparison, column, item, change):
        shown = edit_view.beside(comparison, item, snapshot.runs[0])
        yield {edit.result: view.columns_html(shown)}
    yield {edit.message: ""}


def keep(page: ComparePage, values: Values) -> Updates:
    """Keeps the edited pivot as the item's human English: in the result, and in the form where it has the text."""
    edit, results = page.results.edit, page.results
    _, item, change = edit_view.chosen_edit(edit, values[results.comparison], values)
    if not change.text.strip():
        raise InputError("The English is empty; write it before you keep it.")
    kept: Comparison = again.keep_english(values[results.comparison], item, change.text)
    example = next(example for run in kept.runs for example in run.examples if example.id == item)
    updates = {results.comparison: kept, results.columns: view.columns_html(kept)}
    row = inputs.typed_row(page.inputs, values)
    if not row.texts and row.text == example.text:
        picked: Row = values[page.inputs.picked] or Row("")
        known = picked if picked.text == row.text else Row(row.text, values[page.inputs.gold] or "")
        updates[page.inputs.picked] = replace(known, english=change.text.strip())
    return updates | {results.share.text: share.text_html(kept), edit.message: message_html(KEPT)}
