"""The tab Compare: draws its widgets and binds their events to the handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import gradio as gr

from xlt_core.documents import document
from xlt_core.records import Comparison, Plan
from xlt_core.ui.compare import (
    api,
    drafts,
    edit_handlers,
    form,
    form_handlers,
    handlers,
    input_handlers,
    lesson_handlers,
    model_download,
    opening,
    row_handlers,
    sample,
    view,
    vote_handlers,
)
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.diagnose import panel as before
from xlt_core.ui.fields import demonstrations, draft, inputs, lessons, mismatch
from xlt_core.ui.items import matrix
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.errors import catch_errors, catch_errors_while_yielding, error_sentence
from xlt_core.ui.shared.events import LAST, MODEL, QUIET, bind, last, left, quiet
from xlt_core.ui.shared.last_request import AT_ONCE, Requests, last_only
from xlt_core.ui.shared.run_manager import RunManager
from xlt_core.ui.shared.updates import Updates, Values


def build(blocks: gr.Blocks, host: gr.HTML, manager: RunManager, visitor: gr.BrowserState) -> ComparePage:
    """Draws the tab, with its events and the endpoint /compare. host: says where the model runs; visitor: the browser's
    key, under which finished comparisons are stored."""
    finished = sample.finished_sample()
    plan = finished.plan if finished else sample.default_plan()
    page = _draw(plan, finished, host, manager, visitor)
    _wire_choices(page)
    _wire_inputs(page)
    _wire_demonstrations(page)
    _wire_comparison(blocks, page)
    _wire_results(page)
    edit_handlers.wire(page)
    vote_handlers.wire(page)
    drafts.wire(page)
    _bind_last(page, page.lessons.asked.change, lesson_handlers.asked,
               page.form_widgets() | page.lessons.widgets() | {page.results.earlier},
               page.plan_outputs() | view.ended_outputs(page.results) | page.lessons.outputs())  # fmt: skip
    _wire_load(blocks, page, plan, form_handlers.complete if finished else form_handlers.show_plan)
    gr.api(api.compare_text, api_name="compare", **MODEL)
    return page


def bind_from_outside(
    page: ComparePage, event: Callable[..., Any], handler: Callable[..., Any], inputs: set[Any], outputs: set[Any]
) -> None:
    """Binds an event of another tab that sets the plan of this one. inputs, outputs: those of the other tab."""
    _bind(page, event, handler, page.form_widgets() | inputs, page.plan_outputs() | outputs)


def _draw(
    plan: Plan, finished: Comparison | None, host: gr.HTML, manager: RunManager, visitor: gr.BrowserState
) -> ComparePage:
    with gr.Row(elem_id="layout"):
        chosen, download, lesson_fields = form.build_choices(plan)
        with gr.Column(scale=3, min_width=320, elem_id="work"):
            panel = gr.HTML("", elem_id="lesson")
            entered, note = inputs.build(plan), mismatch.build()
            message = gr.HTML("", elem_id="message")
            buttons = form.build_buttons()
            table = demonstrations.build(plan.demonstrations or (), plan)
            reveal = gr.HTML("", elem_id="reveal")
            results = view.build(finished)
            before.build(before.Context(chosen.language, chosen.sources.model, chosen.sources.translator,
                                        chosen.sources.own.uploaded, chosen.shots, visitor, manager))  # fmt: skip
    return ComparePage(host, chosen, download, entered, note, table, results,
                       lessons.Lessons(*lesson_fields, panel, reveal), message, buttons, gr.State(""), manager,
                       visitor, gr.State(Requests()),
                       gr.BrowserState(None, storage_key="xlt-draft", secret="xlt"))  # fmt: skip


def _bind(
    page: ComparePage, event: Callable[..., Any], handler: Callable[..., Any], inputs: set[Any], outputs: set[Any],
    generator: bool = False, **options: Any,
) -> Any:  # fmt: skip
    """Binds a handler that maps the page and the values of the inputs to updates; its errors are shown."""

    def answer(values: Values) -> Updates:
        return handler(page, values) or {page.message: gr.skip()}  # Gradio takes an empty result for a missing one

    on_error = partial(handlers.show_error, page)
    if generator:
        bound = catch_errors_while_yielding(partial(handler, page), on_error)
    else:
        bound = catch_errors(answer, on_error)
    return event(bound, inputs, outputs | page.error_outputs(), **(quiet(page.message) | last(event) | options))


def _bind_last(
    page: ComparePage, event: Callable[..., Any], handler: Callable[..., Iterator[Updates]], inputs: set[Any],
    outputs: set[Any],
) -> None:  # fmt: skip
    """Binds a generator whose updates are dropped once another choice is made: it may have waited for a server."""
    latest = last_only(page.requests, partial(handler, page), {page.message: gr.skip()})
    bound = catch_errors_while_yielding(latest, partial(handlers.show_error, page))
    event(bound, inputs | {page.requests}, outputs | page.error_outputs(), **(quiet(page.message) | AT_ONCE))


def _wire_choices(page: ComparePage) -> None:
    chosen = page.choices
    own, values, outputs = chosen.sources.own, page.form_widgets() | {page.requests}, page.plan_outputs()
    picked = (left(chosen.picker), left(chosen.shown_in))
    for event in (left(chosen.language), left(chosen.task), *picked, *chosen.sources.change_events()):
        _bind_last(page, event, form_handlers.choices_changed, values, outputs)
    for event in (own.file.upload, own.file.clear):
        _bind_last(page, event, form_handlers.file_changed, values | {own.file}, outputs)
    # By itself, so that boxes whose text is off can be seen and mended.
    _bind(page, left(chosen.sources.dataset), form_handlers.show_own_data, {chosen.sources.dataset}, own.boxes())
    added = {chosen.columns.extras, chosen.columns.extra_names}
    _bind(page, chosen.columns.knobs.submit, form_handlers.add_column, values, added)
    fetched = bind(page.download.get.click, partial(model_download.fetch, page.download, chosen.sources.model), values,
                   page.download.widgets() | {chosen.sources.model}, page.message, generator=True)  # fmt: skip
    _bind(page, fetched.then, form_handlers.choices_changed, values, outputs, generator=True)
    bind(page.download.stop.click, partial(model_download.stop, page.download), {chosen.seed}, page.download.widgets(),
         page.message, queue=False)  # fmt: skip
    _bind_last(page, chosen.shots.release, row_handlers.shots_changed, values, outputs)
    _bind_last(page, page.inputs.mode.input, form_handlers.mode_changed, values, outputs)


def _wire_inputs(page: ComparePage) -> None:
    note, entered, values = page.mismatch, page.inputs, page.form_widgets()
    item = {entered.gold, entered.gloss, entered.picked, entered.example} | note.widgets()
    picked = item | {*entered.texts, entered.fields}
    _bind(page, left(entered.example), input_handlers.example_picked, values | {entered.example}, picked)
    # Not `input`, which Gradio does not send for a text that was pasted.
    edited = partial(gr.on, [box.change for box in entered.texts], **LAST)
    _bind(page, edited, input_handlers.text_edited, values, item)
    columns = page.choices.columns
    chosen = partial(gr.on, [columns.boxes.input, columns.knobs.input], **LAST)
    _bind(page, chosen, input_handlers.choice_checked, values, note.widgets())
    emptied = item | {*entered.texts, entered.mode, entered.one, entered.one_menu, entered.many, entered.fields}
    _bind(page, page.buttons.own_text.click, input_handlers.own_text, values, emptied)
    _bind_last(page, note.use_human.click, input_handlers.use_human, values, page.plan_outputs())
    _bind(page, note.use_apertium.click, input_handlers.use_apertium, values | {page.requests}, page.plan_outputs(),
          generator=True)  # fmt: skip


def _wire_demonstrations(page: ComparePage) -> None:
    table = page.demonstrations

    def bind_change(button: gr.Button, change: Callable[..., Any]) -> None:
        handler = partial(row_handlers.change_rows, change)
        _bind(page, button.click, handler, page.form_widgets(), table.outputs() | {page.draft})

    bind_change(table.add, demonstrations.added)
    bind_change(table.shuffle, demonstrations.shuffled)
    _bind(page, table.reset.click, row_handlers.reset_rows, page.form_widgets(), table.outputs() | {page.draft})
    _bind(page, table.reload.click, row_handlers.reload_rows, page.form_widgets(),
          table.outputs() | {page.choices.seed, page.draft})  # fmt: skip
    _bind(page, table.rows.input, row_handlers.show_count, table.widgets(), {table.fold})


def _wire_comparison(blocks: gr.Blocks, page: ComparePage) -> None:
    results = page.results
    outputs = view.ended_outputs(results) | {page.host, page.work_id, page.lessons.reveal}
    inputs = page.form_widgets() | page.lessons.widgets() | {results.earlier, page.visitor}
    _bind(page, page.buttons.compare.click, handlers.run, inputs, outputs, generator=True, **MODEL)
    _bind(page, blocks.load, handlers.resume, inputs, outputs, generator=True, concurrency_limit=None,
          api_name="resume")  # fmt: skip
    _bind(page, page.buttons.next_item.click, input_handlers.next_item, inputs, outputs | page.plan_outputs(),
          generator=True, **MODEL)  # fmt: skip
    _bind(page, page.buttons.preview.click, handlers.preview, inputs, outputs, generator=True, **MODEL)
    _bind(page, page.buttons.stop.click, handlers.stop, {page.work_id}, {page.buttons.stop}, queue=False)


def _wire_results(page: ComparePage) -> None:
    results = page.results
    for button, ending in ((results.share.json, ".json"), (results.share.csv, ".csv")):
        handler = partial(handlers.make_file, ending)
        made = _bind(page, button.click, handler, {results.comparison}, {results.share.file})
        made.then(None, js=downloads.click_script("compare"), **QUIET)
    # The timer draws the items again, since columns that still run add answers to them.
    inputs, outputs = results.matrix.inputs() | {results.comparison}, results.matrix.outputs()
    _bind(page, matrix.on_draw(results.matrix, results.timer.tick), handlers.draw_items, inputs, outputs)
    _bind(page, results.matrix.chosen.change, handlers.choose_cell, inputs, outputs | results.edit.outputs())


def _wire_load(blocks: gr.Blocks, page: ComparePage, plan: Plan, show: Callable[..., Updates]) -> None:
    """Binds what happens when a browser opens the page. show: gives the updates for the plan."""

    def load(values: Values, request: gr.Request) -> Updates:
        try:
            code, kept = request.query_params.get("plan"), draft.read(values[page.draft])
            if code:
                return form_handlers.open_link(page, document.decode(code))
            if "fresh" in request.query_params:
                return show(page, plan) | {page.draft: None}
            return form_handlers.open_draft(page, kept) if kept else show(page, plan)
        except Exception as error:
            return show(page, plan) | handlers.show_error(page, error_sentence(error))

    def load_host() -> Iterator[str]:
        yield catch_errors(partial(form_handlers.host_html, plan.model), str)()

    loaded = blocks.load(load, {page.draft}, page.plan_outputs() | page.error_outputs(), **quiet(page.message))
    opening.wire(page, loaded)
    blocks.load(load_host, None, page.host, **quiet(page.host))
