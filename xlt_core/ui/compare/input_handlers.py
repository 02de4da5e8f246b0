"""The event handlers of the tab Compare that follow the input: what was typed or picked, and whether it is known."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr

from xlt_core.catalog import APERTIUM
from xlt_core.comparison.coverage import HUMAN
from xlt_core.records import InputError, Row
from xlt_core.ui.compare import choices, form_handlers, handlers
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.fields import field_boxes, inputs, strategies
from xlt_core.ui.fields.strategies import PIVOT
from xlt_core.ui.shared.updates import Updates, Values


def example_picked(page: ComparePage, values: Values) -> Updates:
    """The item that was picked, with its gold answer, as the input."""
    plan, picked = choices.read(page.choices, values), values[page.inputs.example]
    example = next((example for example in inputs.offered_items(plan) if example.id == picked), None)
    if example is None:
        return {}
    row = inputs.item_row(example, plan.task)
    shown = inputs.show_row(page.inputs, field_boxes.fields_of(plan.task), row)
    return shown | form_handlers.show_mismatch(page, plan, row)


def next_item(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Takes the next item of the dataset as the input, and compares on it."""
    plan, picked = choices.read(page.choices, values), values[page.inputs.picked] or Row("")
    items = inputs.offered_items(plan)
    if not items:
        raise InputError("The dataset has no items in this language to take next; type a text of your own.")
    at = next((index for index, item in enumerate(items) if item.id == picked.id), -1)
    item = items[(at + 1) % len(items)]
    row = inputs.item_row(item, plan.task)
    shown = inputs.show_row(page.inputs, field_boxes.fields_of(plan.task), row)
    one = {page.inputs.mode: inputs.ONE, page.inputs.example: item.id}
    switched = inputs.switch(page.inputs, inputs.ONE) | form_handlers.show_mismatch(page, plan, row)
    yield shown | one | switched
    yield from handlers.run(page, {**values, **shown, **one})


def own_text(page: ComparePage, values: Values) -> Updates:
    """Empties the input, for a text of the visitor's own."""
    fields = values[page.inputs.fields]
    emptied = inputs.show_row(page.inputs, fields, Row("")) | {page.inputs.example: gr.update(value=None)}
    return emptied | inputs.switch(page.inputs, inputs.ONE) | {page.inputs.mode: inputs.ONE, page.message: ""}


def text_edited(page: ComparePage, values: Values) -> Updates:
    """After a text was typed: it is no longer the picked item, whose gold answer goes with it."""
    picked: Row = values[page.inputs.picked]
    gold = values[page.inputs.gold] or ""
    if inputs.is_picked(page.inputs, values):  # it was set with its item, by who has looked at it
        return {}
    updates: Updates = {}
    if not inputs.is_blank(picked):
        updates = {page.inputs.picked: Row(""), page.inputs.example: gr.update(value=None), page.inputs.gloss: ""}
        updates |= {page.inputs.gold: ""} if gold and gold == picked.answer else {}
    return updates | choice_checked(page, values)


def choice_checked(page: ComparePage, values: Values) -> Updates:
    """Whether the bundled models know what they would be asked."""
    try:
        plan = choices.read(page.choices, values)
    except InputError:  # said where that is chosen
        return {}
    return form_handlers.show_mismatch(page, plan, form_handlers.typed_row(page, values))


def use_human(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Sets the pivot to the human English of the data. Everything, where a choice was still at work, which changes
    nothing any more."""
    human = dict.fromkeys(strategies.names_with_knob(PIVOT), HUMAN)
    knobs = strategies.with_knob(page.choices.columns, values, human, PIVOT)
    chosen = {**values, **knobs}
    yield knobs | choice_checked(page, chosen)
    if values[page.requests].several:
        yield from form_handlers.choices_changed(page, chosen)


def use_apertium(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Chooses Apertium as the translator."""
    chosen = {page.choices.sources.translator: APERTIUM}
    yield chosen
    yield from form_handlers.choices_changed(page, {**values, **chosen})
