"""The input: one text, typed or picked from the dataset, with its gold answer; or a number of items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.records import Example, InputError, Plan, Row
from xlt_core.ui.compare.demonstrations import language_options
from xlt_core.ui.shared.limits import MAX_SAMPLES
from xlt_core.ui.shared.updates import Updates, Values

ONE, MANY = "One input", "Items of the dataset"
MAX_OFFERED = 40


@dataclass(frozen=True)
class Inputs:
    """The widgets. picked: the row of the picked item, so that an unedited text keeps its English version."""

    mode: gr.Radio
    one: gr.Group
    many: gr.Group
    example: gr.Dropdown
    text: gr.Textbox
    gold: gr.Textbox
    samples: gr.Slider
    picked: gr.State

    def widgets(self) -> set[Any]:
        """Everything from which the input is read."""
        return {self.mode, self.text, self.gold, self.samples, self.picked}


def build(plan: Plan, language: Any) -> Inputs:
    """Draws the widgets, set to a plan."""
    items, single = offered_items(plan), bool(plan.inputs)
    row = first_row(plan) if single or not items else row_of(items[0], plan.task)
    mode = gr.Radio([ONE, MANY], value=ONE if single else MANY, label="Compare on", elem_id="mode")
    with gr.Group(visible=single, elem_classes=["xlt-one"]) as one:
        example = gr.Dropdown(
            menu(items),
            label="Pick an item",
            value=None if single or not items else items[0].id,
            elem_id="example",
            info="Or type a text of your own below.",
        )
        text = gr.Textbox(row.text, label="Input", lines=3, max_lines=10, elem_id="text", **language_options(language))
        gold = gr.Textbox(
            row.answer,
            label="Gold answer (optional)",
            lines=1,
            max_lines=4,
            elem_id="gold",
            **language_options(language),
        )
    with gr.Group(visible=not single) as many:
        samples = gr.Slider(
            1, MAX_SAMPLES, value=plan.samples, step=1, label="Number of items", elem_id="samples",
            info="Drawn from the split by the seed; more items make narrower intervals.",
        )  # fmt: skip
    return Inputs(mode, one, many, example, text, gold, samples, gr.State(row))


def read(inputs: Inputs, values: Values) -> dict[str, Any]:
    """The fields of a plan for the input. Raises InputError for an empty text."""
    if values[inputs.mode] == MANY:
        return {"inputs": (), "samples": int(values[inputs.samples])}
    row = typed_row(inputs, values)
    if not row.text.strip():
        raise InputError("The input is empty; type a text, or pick an item.")
    return {"inputs": (row,)}


def typed_row(inputs: Inputs, values: Values) -> Row:
    """The text that is typed or picked; only the unedited text of an item has its gold answer and its English."""
    text, gold, picked = values[inputs.text] or "", values[inputs.gold] or "", values[inputs.picked] or Row("")
    if picked.text == text:
        return Row(text, gold, picked.id, picked.english, picked.english_answer)
    return Row(text, "" if gold == picked.answer else gold)


def fill(inputs: Inputs, plan: Plan) -> Updates:
    """The updates that set the input to a plan."""
    row, single = first_row(plan), bool(plan.inputs)
    updates = switch(inputs, ONE if single else MANY) | {inputs.mode: ONE if single else MANY}
    if single:
        return updates | {inputs.text: row.text, inputs.gold: row.answer, inputs.picked: row}
    return updates | {inputs.samples: plan.samples}


def switch(inputs: Inputs, mode: str) -> Updates:
    """Shows the widgets of one mode and hides those of the other."""
    return {inputs.one: gr.update(visible=mode == ONE), inputs.many: gr.update(visible=mode == MANY)}


def first_row(plan: Plan) -> Row:
    return plan.inputs[0] if plan.inputs else Row("")


def example_of(row: Row) -> Example:
    """The row without its answers."""
    return Example(row.id, {"text": row.text}, pivot=Example(row.id, {"text": row.english}) if row.english else None)


def first_item(plan: Plan) -> Row:
    """The first item that can be picked, as a row; an empty one where there is none."""
    example = next(iter(offered_items(plan)), None)
    return row_of(example, plan.task) if example else Row("")


def offered_items(plan: Plan) -> list[Example]:
    """The items that can be picked; [] where the dataset lacks the language."""
    try:
        return catalog.dataset(plan.dataset).load(plan.task, plan.language, plan.split)[:MAX_OFFERED]
    except InputError:
        return []


def menu(examples: list[Example]) -> list[tuple[str, str]]:
    return [(f"{index}. {example.text[:90]}", example.id) for index, example in enumerate(examples, 1)]


def row_of(example: Example, task: str) -> Row:
    """An item as a row of the form, with its human translation where it has one."""
    write = catalog.task(task).write
    gold = "" if example.answer is None else write(example.answer)
    if example.pivot is None:
        return Row(example.text, gold, example.id)
    english_gold = "" if example.pivot.answer is None else write(example.pivot.answer)
    return Row(example.text, gold, example.id, example.pivot.text, english_gold)
