"""All widgets of the tab Compare, and the plan that is entered in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.formats.fields import texts_of
from xlt_core.records import InputError, Plan, Row
from xlt_core.ui.compare import choices as choices_module
from xlt_core.ui.compare import model_download, view
from xlt_core.ui.fields import demonstrations as demonstrations_module
from xlt_core.ui.fields import draft, own_data
from xlt_core.ui.fields import inputs as inputs_module
from xlt_core.ui.fields import lessons as lessons_module
from xlt_core.ui.fields import mismatch as mismatch_module
from xlt_core.ui.shared.limits import check_offered
from xlt_core.ui.shared.run_manager import RunManager
from xlt_core.ui.shared.updates import Values


@dataclass(frozen=True)
class Buttons:
    compare: gr.Button
    stop: gr.Button
    own_text: gr.Button
    next_item: gr.Button
    preview: gr.Button


@dataclass(frozen=True)
class ComparePage:
    """The widgets. host: where the model runs. work_id: id of the running work, for Stop. manager: stores what ends.
    visitor: the browser's key. requests: which change of the choices is the last. draft: what was entered last."""

    host: gr.HTML
    choices: choices_module.Choices
    download: model_download.ModelDownload
    inputs: inputs_module.Inputs
    mismatch: mismatch_module.MismatchNote
    demonstrations: demonstrations_module.Demonstrations
    results: view.Results
    lessons: lessons_module.Lessons
    message: gr.HTML
    buttons: Buttons
    work_id: gr.State
    manager: RunManager
    visitor: gr.BrowserState
    requests: gr.State
    draft: gr.BrowserState

    def form_widgets(self) -> set[Any]:
        """Every widget from which a plan is read, and the draft."""
        return self.choices.widgets() | self.inputs.widgets() | self.demonstrations.widgets() | {self.draft}

    def plan_outputs(self) -> set[Any]:
        """Every widget that another plan or another choice updates."""
        entered = self.inputs
        own = {entered.one, entered.one_menu, entered.many, entered.gloss, entered.example, entered.picked}
        own |= {self.host}
        own |= self.mismatch.widgets() | {self.choices.sources.own.file}
        return self.form_widgets() | self.choices.columns.outputs() | self.demonstrations.outputs() | own

    def error_outputs(self) -> set[Any]:
        """Every widget that an error updates."""
        buttons = self.buttons
        return {self.message, buttons.compare, buttons.preview, buttons.next_item, buttons.stop, self.results.timer}


def read(page: ComparePage, values: Values) -> Plan:
    """The plan that is entered. Raises InputError for one that cannot run."""
    plan = choices_module.read(page.choices, values)
    current = demonstrations_module.belong_to(page.demonstrations, values, plan)
    plan = replace(plan, **inputs_module.read(page.inputs, values, plan, current))
    if not (plan.shots and catalog.picker(plan.demonstrations_from).per_item):
        rows = read_demonstrations(page, values, plan)
        if rows is not None:
            _check_no_blank(rows, plan.task)
            plan = replace(plan, demonstrations=rows, shots=len(rows))
    if plan.dataset in own_data.UNNAMED:
        raise InputError(own_data.problem(plan))
    return check_offered(plan, uploaded=values[page.choices.sources.own.uploaded])


def read_demonstrations(page: ComparePage, values: Values, plan: Plan) -> tuple[Row, ...] | None:
    """The rows that are entered. Where those of the plan are not there yet: as they were edited earlier; None where
    they are as drawn."""
    if demonstrations_module.belong_to(page.demonstrations, values, plan):
        return demonstrations_module.read(page.demonstrations, values)
    return draft.edited_rows(values[page.draft], plan)


def build_choices(
    plan: Plan,
) -> tuple[choices_module.Choices, model_download.ModelDownload, tuple[gr.Textbox, gr.Textbox]]:
    """Draws the left column: the choices, the button that fetches a model, and the list of the lessons."""
    with gr.Column(scale=1, min_width=290, elem_id="choices"):
        with gr.Accordion("Choices", open=True, elem_id="choices-fold"):
            chosen, download = choices_module.build(plan), model_download.build()
        with gr.Accordion("Lessons", open=True, elem_id="lessons"):
            return chosen, download, lessons_module.build_list()


def build_buttons() -> Buttons:
    """Draws what starts and stops a comparison, and the two ways to another input."""
    with gr.Row(elem_classes=["xlt-actions"]):
        return Buttons(
            compare=gr.Button("Compare", variant="primary", elem_id="compare"),
            stop=gr.Button("Stop", variant="stop", interactive=False, elem_id="stop"),
            own_text=gr.Button("Your own text", elem_id="own-text"),
            next_item=gr.Button("Next item", elem_id="next-item"),
            preview=gr.Button("Preview", elem_id="preview"),
        )


def _check_no_blank(rows: tuple[Row, ...], name: str) -> None:
    task = catalog.task(name)
    for index, row in enumerate(rows, 1):
        lacking = task.lacking(texts_of(task.fields, row)) or "answer" * (not row.answer.strip())
        if lacking:
            raise InputError(f"Demonstration {index} has no {lacking}; write one, or remove the row.")
