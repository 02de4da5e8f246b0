"""Going on from an edited step: which one, what it is to be, and what follows beside the former way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import again
from xlt_core.comparison.again import HUMAN, Step
from xlt_core.comparison.edits import Edit
from xlt_core.formats.fields import fields_of, make_row
from xlt_core.records import Comparison, InputError, Run
from xlt_core.ui.shared.limits import MAX_CHARACTERS
from xlt_core.ui.shared.updates import Updates, Values

EDITED = "edited"
PIVOTS = ("translate input", HUMAN)  # the purposes of the steps that make an item's English
MAX_MENU = 300  # items


@dataclass(frozen=True)
class EditView:
    """The widgets. step: by its index among the steps of the column and the item."""

    panel: gr.Accordion
    column: gr.Dropdown
    item: gr.Dropdown
    step: gr.Dropdown
    text: gr.Textbox
    go: gr.Button
    keep: gr.Button
    message: gr.HTML
    result: gr.HTML

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.column, self.item, self.step, self.text}

    def outputs(self) -> set[Any]:
        """What the handlers update."""
        return self.inputs() | {self.panel, self.keep, self.message, self.result}


def build(comparison: Comparison | None) -> EditView:
    """Draws the widgets for a comparison, or hidden."""
    names = columns_with_steps(comparison) if comparison else []
    menu = item_menu(comparison) if comparison else []
    column, item = next(iter(names), None), menu[0][1] if menu else None
    steps = steps_of(comparison, column, item) if comparison else ()
    with gr.Accordion("Edit a step, and go on from there", open=False, visible=bool(steps), elem_id="edit") as panel:
        with gr.Row():
            chosen = gr.Dropdown(names, value=column, label="Column", elem_id="edit-column", min_width=160)
            which = gr.Dropdown(menu, value=item, label="Item", visible=len(menu) > 1, elem_id="edit-item",
                                min_width=160)  # fmt: skip
            step = gr.Dropdown(step_menu(steps), value=0 if steps else None, label="Step", elem_id="edit-step",
                               min_width=160)  # fmt: skip
        text = gr.Textbox(steps[0].text if steps else "", label="What it is to be", lines=2, max_lines=10,
                          elem_id="edit-text")  # fmt: skip
        with gr.Row(elem_classes=["xlt-tools"]):
            go = gr.Button("Go on from here", size="sm", variant="primary", elem_id="edit-go")
            keep = gr.Button("Keep as human English", size="sm", elem_id="edit-keep")
        message, result = gr.HTML("", elem_id="edit-message"), gr.HTML("", elem_id="edit-result")
    return EditView(panel, chosen, which, step, text, go, keep, message, result)


def show(view: EditView, comparison: Comparison) -> Updates:
    """The updates for a comparison that has ended."""
    names, menu = columns_with_steps(comparison), item_menu(comparison)
    if not names:
        return hide(view)
    column, item = names[0], menu[0][1]
    return choose(view, comparison, column, item) | {
        view.panel: gr.update(visible=True),
        view.column: gr.update(choices=names, value=column),
        view.item: gr.update(choices=menu, value=item, visible=len(menu) > 1),
    }


def hide(view: EditView) -> Updates:
    """The updates while a comparison is running."""
    return {view.panel: gr.update(visible=False), view.message: "", view.result: ""}


def choose(view: EditView, comparison: Comparison, column: str, item: str) -> Updates:
    """The updates for another column or item: its steps, the first of them chosen."""
    steps = steps_of(comparison, column, item)
    return {
        view.column: column,
        view.item: item,
        view.step: gr.update(choices=step_menu(steps), value=0 if steps else None),
        view.message: "",
        view.result: "",
    } | show_step(view, steps[0] if steps else None)


def show_step(view: EditView, step: Step | None) -> Updates:
    """The updates for another step of the same answer."""
    pivot = step is not None and step.purpose in PIVOTS
    return {view.text: step.text if step else "", view.keep: gr.update(visible=pivot)}


def chosen_edit(view: EditView, comparison: Comparison | None, values: Values) -> tuple[str, str, Edit]:
    """Column, item and the edit that is entered. Raises InputError."""
    column, item, number, text = (values[w] for w in (view.column, view.item, view.step, view.text))
    steps = steps_of(comparison, column, item) if comparison else ()
    if not (isinstance(number, int) and 0 <= number < len(steps)):
        raise InputError("Choose a column, an item and a step first.")
    if len(text or "") > MAX_CHARACTERS:
        raise InputError(f"The edited step has {len(text):,} characters; shorten it to {MAX_CHARACTERS:,}.")
    return column, item, Edit(steps[number].purpose, steps[number].sent, text or "")


def beside(comparison: Comparison, item: str, made: Run) -> Comparison:
    """The column's former answer to an item, beside the edited one, as a comparison of one input."""
    former = next(run for run in comparison.runs if run.name == made.name)
    one = replace(
        former,
        note="",
        scores={},
        examples=tuple(example for example in former.examples if example.id == item),
        predictions=tuple(prediction for prediction in former.predictions if prediction.id == item),
    )
    row = make_row(fields_of(catalog.task(comparison.plan.task), one.examples[0]), id=item)
    plan = replace(comparison.plan, inputs=(row,))
    return Comparison(plan, (one, replace(made, name=f"{made.name}, {EDITED}")))


def columns_with_steps(comparison: Comparison) -> list[str]:
    """The columns that have a step to edit, in any of their items."""
    return [run.name for run in comparison.runs
            if any(steps_of(comparison, run.name, prediction.id) for prediction in run.predictions[:3])]  # fmt: skip


def steps_of(comparison: Comparison, column: object, item: object) -> tuple[Step, ...]:
    """The steps of an answer; none where there is no such answer."""
    try:
        return again.steps(comparison, str(column), str(item))
    except InputError:
        return ()


def step_menu(steps: tuple[Step, ...]) -> list[tuple[str, int]]:
    return [(step.title, number) for number, step in enumerate(steps)]


def item_menu(comparison: Comparison) -> list[tuple[str, str]]:
    """The items by their first words."""
    examples = next((run.examples for run in comparison.runs if run.examples), ())
    return [(f"{number}. {example.text[:80]}", example.id) for number, example in enumerate(examples[:MAX_MENU], 1)]
