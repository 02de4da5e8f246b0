"""The input: one text, typed or picked from the dataset, with its gold answer; or a number of items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.formats.fields import english_of, row_of, texts_of, whole_text
from xlt_core.records import Example, InputError, Language, Plan, Row
from xlt_core.ui.fields import field_boxes
from xlt_core.ui.fields.field_boxes import Boxes, Fields, language_options
from xlt_core.ui.shared.html import escape
from xlt_core.ui.shared.limits import MAX_SAMPLES
from xlt_core.ui.shared.updates import Updates, Values

ONE, MANY = "One input", "Items of the dataset"
MAX_OFFERED = 40
LABEL = "Input"  # of a task's only text


@dataclass(frozen=True)
class Inputs:
    """The widgets. texts: a box for each field; fields: those of the task; picked: the row of the picked item, so that
    unedited texts keep their English version; gloss: that English; one_menu, many: the menu or slider beside mode."""

    mode: gr.Radio
    one: gr.Group
    one_menu: gr.Column
    many: gr.Column
    example: gr.Dropdown
    texts: Boxes
    gold: gr.Textbox
    gloss: gr.HTML
    samples: gr.Slider
    picked: gr.State
    fields: gr.State

    def widgets(self) -> set[Any]:
        """Everything from which the input is read."""
        return {self.mode, *self.texts, self.gold, self.samples, self.picked, self.fields}


def build(plan: Plan) -> Inputs:
    """Draws the widgets, set to a plan."""
    items, single = offered_items(plan), bool(plan.inputs)
    row = first_row(plan) if single or not items else item_row(items[0], plan.task)
    fields, languages = field_boxes.fields_of(plan.task), field_boxes.languages_of(plan)
    with gr.Row(elem_classes=["xlt-input-top"], equal_height=False):
        mode = gr.Radio([ONE, MANY], value=ONE if single else MANY, label="Compare on", elem_id="mode")
        with gr.Column(visible=single, min_width=260) as one_menu:
            example = gr.Dropdown(menu(items), label="Pick an item", elem_id="example",
                                  value=None if single or not items else items[0].id)  # fmt: skip
        with gr.Column(visible=not single, min_width=260) as many:
            samples = gr.Slider(
                1, MAX_SAMPLES, value=plan.samples, step=1, label="Number of items", elem_id="samples",
                info="Drawn from the split by the seed; more items make narrower intervals.",
            )  # fmt: skip
    with gr.Group(visible=single, elem_classes=["xlt-one"]) as one:
        with gr.Row(equal_height=False):
            with gr.Column(scale=4, min_width=260):
                boxes = tuple(
                    _box(index, text, fields, languages) for index, text in enumerate(field_boxes.texts(fields, row))
                )
            gold = gr.Textbox(
                row.answer, label="Gold answer (optional)", lines=1, max_lines=4, elem_id="gold", min_width=205,
                **language_options(languages[-1]),
            )  # fmt: skip
        gloss = gr.HTML(gloss_html(fields, row), elem_id="gloss")
    return Inputs(mode, one, one_menu, many, example, boxes, gold, gloss, samples, gr.State(row), gr.State(fields))


def _box(index: int, text: str, fields: Fields, languages: Sequence[Language | None]) -> gr.Textbox:
    return gr.Textbox(
        text, label=field_boxes.label(fields, index, LABEL), lines=1 if len(fields) > 1 else 2, max_lines=10,
        visible=index < len(fields), elem_id="text" if not index else f"text-{index + 1}",
        **language_options(languages[min(index, len(languages) - 1)]),
    )  # fmt: skip


def read(inputs: Inputs, values: Values, plan: Plan, current: bool) -> dict[str, Any]:
    """What the plan has for the input. current: whether the page shows what belongs to the plan's task and language;
    its first item is meant, where one of others is still shown. Raises InputError for an empty text."""
    if values[inputs.mode] == MANY:
        return {"inputs": (), "samples": int(values[inputs.samples])}
    fields = field_boxes.fields_of(plan.task)
    row = typed_row(inputs, values) if current or not is_picked(inputs, values) else first_item(plan)
    lacking = catalog.task(plan.task).lacking(texts_of(fields, row))
    if lacking:
        which = "input" if len(fields) == 1 else lacking
        raise InputError(f"The {which} is empty; type a text, or pick an item.")
    return {"inputs": (row,)}


def is_picked(inputs: Inputs, values: Values) -> bool:
    """Whether the texts are those of the picked item."""
    fields, picked = values[inputs.fields], values[inputs.picked] or Row("")
    return texts_of(fields, picked) == field_boxes.written(fields, inputs.texts, values)


def typed_row(inputs: Inputs, values: Values) -> Row:
    """The texts that are typed or picked; only the unedited ones of an item have its gold answer and its English."""
    gold, picked = values[inputs.gold] or "", values[inputs.picked] or Row("")
    if is_picked(inputs, values):
        return replace(picked, answer=gold)
    return field_boxes.as_row(values[inputs.fields], inputs.texts, values, "" if gold == picked.answer else gold)


def fill(inputs: Inputs, plan: Plan) -> Updates:
    """The updates that set the input to a plan."""
    row, single = first_row(plan), bool(plan.inputs)
    updates = switch(inputs, ONE if single else MANY) | {inputs.mode: ONE if single else MANY}
    if single:
        return updates | show_row(inputs, field_boxes.fields_of(plan.task), row)
    return updates | {inputs.samples: plan.samples}


def show_row(inputs: Inputs, fields: Fields, row: Row) -> Updates:
    """A row as the input."""
    shown = field_boxes.show(fields, inputs.texts, row)
    gloss = {inputs.gloss: gloss_html(fields, row)}
    return shown | {inputs.gold: row.answer, inputs.picked: row, inputs.fields: fields} | gloss


def gloss_html(fields: Fields, row: Row) -> str:
    """The English of an item, where a human has translated it; "" otherwise."""
    english = " ".join(filter(None, english_of(fields, row).values()))
    return f"<p class='xlt-gloss'>English: <span lang='en'>{escape(english)}</span></p>" if english else ""


def switch(inputs: Inputs, mode: str) -> Updates:
    """Shows the widgets of one mode and hides those of the other."""
    single = gr.update(visible=mode == ONE)
    return {inputs.one: single, inputs.one_menu: single, inputs.many: gr.update(visible=mode == MANY)}


def first_row(plan: Plan) -> Row:
    return plan.inputs[0] if plan.inputs else Row("")


def example_of(row: Row, task: str) -> Example:
    """The row without its answers."""
    fields = field_boxes.fields_of(task)
    english = Example(row.id, english_of(fields, row))
    return Example(row.id, texts_of(fields, row), pivot=english if english.text.strip() else None)


def is_blank(row: Row) -> bool:
    return not whole_text(row).strip()


def first_item(plan: Plan) -> Row:
    """The first item that can be picked, as a row; an empty one where there is none."""
    example = next(iter(offered_items(plan)), None)
    return item_row(example, plan.task) if example else Row("")


def offered_items(plan: Plan) -> list[Example]:
    """The items that can be picked; [] where the dataset lacks the language."""
    try:
        return catalog.dataset(plan.dataset).load(plan.task, plan.language, plan.split)[:MAX_OFFERED]
    except InputError:
        return []


def menu(examples: list[Example]) -> list[tuple[str, str]]:
    return [(f"{index}. {example.text[:90]}", example.id) for index, example in enumerate(examples, 1)]


def item_row(example: Example, task: str) -> Row:
    """An item as a row of the form, with its human translation where it has one."""
    return row_of(catalog.task(task), example)
