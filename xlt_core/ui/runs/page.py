"""The tab Runs: draws its widgets and binds their events to the handlers."""

from __future__ import annotations

from functools import partial

import gradio as gr

from xlt_core.ui.results import run_view
from xlt_core.ui.runs import form as runs_form
from xlt_core.ui.runs import handlers
from xlt_core.ui.runs.form import PREFIX, RunsForm
from xlt_core.ui.shared.events import bind
from xlt_core.ui.shared.run_manager import RunManager


def build(tab: gr.Tab, manager: RunManager, visitor: gr.BrowserState) -> RunsForm:
    """Draws the tab, with its events. tab: the tab itself; visitor: the browser's key."""
    form = runs_form.build(manager, visitor)
    _wire_list(form, tab)
    _wire_files(form)
    run_view.wire(form.view, PREFIX, [], {form.list}, partial(handlers.refresh_list, form))
    return form


def _wire_list(form: RunsForm, tab: gr.Tab) -> None:
    message = form.view.message
    inputs, outputs = form.view.inputs() | {form.list}, form.view.outputs() | form.widgets()
    rename = partial(handlers.rename, form)
    bind(tab.select, partial(handlers.refresh_list, form), inputs, {form.list, form.empty}, message)
    bind(form.list.input, partial(handlers.show_ticked, form), inputs, outputs, message)
    bind(form.rename.click, rename, inputs | {form.name}, outputs, message)
    bind(form.name.submit, rename, inputs | {form.name}, outputs, message)
    bind(form.delete.click, partial(handlers.confirm_delete, form), inputs, {form.confirm, form.question}, message)
    bind(form.yes.click, partial(handlers.delete, form), inputs, outputs, message)
    bind(form.no.click, lambda values: {form.confirm: gr.update(visible=False)}, inputs, {form.confirm}, message)


def _wire_files(form: RunsForm) -> None:
    view = form.view
    outputs = view.outputs() | form.widgets()
    bind(form.file.upload, partial(handlers.open_files, form), view.inputs() | {form.file}, outputs, view.message)
    bind(form.outputs.upload, partial(handlers.add_outputs, form), view.inputs() | {form.outputs, form.place}, outputs,
         view.message)  # fmt: skip
