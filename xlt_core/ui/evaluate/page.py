"""The tab Evaluate: draws its widgets and binds their events to the handlers."""

from __future__ import annotations

from functools import partial

import gradio as gr

from xlt_core.ui.evaluate import form, handlers
from xlt_core.ui.evaluate.form import EvaluatePage
from xlt_core.ui.results import run_view
from xlt_core.ui.shared.events import LAST, MODEL, bind, left
from xlt_core.ui.shared.last_request import AT_ONCE, Requests, last_only
from xlt_core.ui.shared.run_manager import RunManager

PREFIX = "evaluate"


def build(tab: gr.Tab, manager: RunManager, visitor: gr.BrowserState) -> EvaluatePage:
    """Draws the tab, with its events. tab: the tab itself; visitor: the browser's key."""
    page = _draw(manager, visitor)
    _wire_form(page)
    _wire_run(page)
    inputs, outputs = page.view.inputs(), page.view.outputs() | {page.runs, page.start}
    bind(tab.select, partial(handlers.open_page, page), inputs, outputs, page.view.message)
    return page


def _draw(manager: RunManager, visitor: gr.BrowserState) -> EvaluatePage:
    with gr.Row(elem_classes=["xlt-layout"]):
        with gr.Column(scale=1, min_width=290, elem_classes=["xlt-side"]):  # noqa: SIM117
            with gr.Accordion("The grid", open=True, elem_id="evaluate-fold"):
                grid_form = form.build()
        with gr.Column(scale=3, min_width=320, elem_classes=["xlt-work"]):
            size = gr.HTML(form.size_html(form.DEFAULT), elem_id="evaluate-size")
            message = gr.HTML("", elem_id="evaluate-message")
            with gr.Row(elem_classes=["xlt-actions"]):
                estimate = gr.Button("Estimate the cost", elem_id="evaluate-estimate")
                # Enabled once the page has loaded the visitor's runs.
                start = gr.Button("Start", variant="primary", interactive=False, elem_id="evaluate-start")
                stop = gr.Button("Stop", variant="stop", interactive=False, elem_id="evaluate-stop")
            runs = gr.Dropdown([], label="Run", elem_id="evaluate-run")
            view = run_view.build(PREFIX, manager, visitor, message, stop)
    return EvaluatePage(grid_form, size, estimate, start, runs, view)


def _wire_form(page: EvaluatePage) -> None:
    form, message = page.form, page.view.message
    columns, inputs = form.strategies, form.widgets()
    widgets = (form.tasks, form.languages, form.shots, form.seeds, form.samples, form.datasets, form.models,
               form.translators, columns.extra_names, columns.boxes)  # fmt: skip
    changed = partial(gr.on, [widget.change for widget in widgets], **LAST)  # one event, so that no late reply wins
    outputs = {page.size, form.languages, columns.offers}
    bind(changed, partial(handlers.form_changed, page), inputs, outputs, message)
    shown = {form.models, form.translators, columns.boxes, columns.reasons}
    requests = gr.State(Requests())
    for event in (form.models.change, form.translators.change, form.languages.change):
        last = last_only(requests, partial(handlers.models_changed, page), {message: gr.skip()})
        bind(event, last, inputs | {requests}, shown, message, generator=True, **AT_ONCE)
    outputs = {columns.extras, columns.extra_names}
    bind(columns.knobs.submit, partial(handlers.add_column, page), inputs, outputs, message)


def _wire_run(page: EvaluatePage) -> None:
    view = page.view
    inputs, outputs = page.form.widgets() | view.inputs(), view.outputs() | {page.runs}
    estimating = bind(page.estimate.click, partial(handlers.estimate, page), inputs, {page.size, view.stop},
                      view.message, generator=True, **MODEL)  # fmt: skip
    bind(page.start.click, partial(handlers.start, page), inputs, outputs, view.message)
    bind(left(page.runs), partial(handlers.choose_run, page), view.inputs() | {page.runs}, outputs, view.message)
    run_view.wire(view, PREFIX, [estimating], {page.runs}, partial(handlers.refresh_menu, page))
