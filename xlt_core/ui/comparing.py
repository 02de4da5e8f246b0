"""The page Compare: its regions in their places, and which event does what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import gradio as gr

from xlt_core import catalog, document
from xlt_core.records import Comparison, InputError, Plan, Row
from xlt_core.settings import ASSETS
from xlt_core.ui import api, choices, demonstrations, events, inputs, lessons, results
from xlt_core.ui._html import message
from xlt_core.ui._limits import LOG, check_offered, sentence, shield, shield_all
from xlt_core.ui.events import Page

MODEL = {"concurrency_id": "model", "concurrency_limit": 2}
QUIET = {"api_visibility": "private", "show_progress": "hidden"}


def build(blocks: gr.Blocks, host: gr.HTML) -> Page:
    """Draws the page Compare, with its events and the endpoint /compare. host: the line on where the model runs."""
    sample = finished_sample()
    plan = sample.plan if sample else first_plan()
    page, buttons = _draw(plan, sample, host)
    _wire_choices(page)
    _wire_table(page)
    _wire_work(page)
    _wire_results(page)
    _wire_lessons(page, buttons)
    _wire_start(blocks, page, plan)
    gr.api(api.compare_text, api_name="compare", **MODEL)
    return page


def finished_sample() -> Comparison | None:
    """The first finished comparison among the bundled ones; None where there is none, or it no longer fits."""
    for path in sorted((ASSETS / "comparisons").glob("*.json")):
        try:
            return document.read_document(json.loads(path.read_text(encoding="utf-8")))
        except (InputError, ValueError, KeyError) as error:
            LOG.warning("The sample %s cannot be shown: %s", path.name, error)
    return None


def first_plan() -> Plan:
    """The setting that the page opens with where there is no sample."""
    codes = catalog.dataset("world").languages("topic")
    return Plan("topic", next((code for code in codes if code != "eng"), "eng"), inputs=(Row(""),))


def _draw(plan: Plan, sample: Comparison | None, host: gr.HTML) -> tuple[Page, list[gr.Button]]:
    language = catalog.languages().get(plan.language)
    with gr.Row(elem_id="layout"):
        with gr.Column(scale=1, min_width=290, elem_id="choices"):
            with gr.Accordion("Choices", open=True, elem_id="choices-fold"):
                chosen = choices.build(plan)
            with gr.Accordion("Lessons", open=True, elem_id="lessons"):
                buttons = lessons.build()
        with gr.Column(scale=3, min_width=320, elem_id="work"):
            lesson = gr.HTML("", elem_id="lesson")
            entered = inputs.build(plan, language)
            table = demonstrations.build(plan.demonstrations or (), language)
            problem = gr.HTML("", elem_id="message")
            with gr.Row(elem_classes=["xlt-actions"]):
                preview = gr.Button("Preview", elem_id="preview")
                run = gr.Button("Compare", variant="primary", elem_id="compare")
                stop = gr.Button("Stop", variant="stop", interactive=False, elem_id="stop")
            shown = results.build(sample)
    return Page(host, chosen, entered, table, shown, lesson, problem, preview, run, stop), buttons


def _on(
    page: Page, trigger: Callable[..., Any], function: Callable[..., Any], needs: set[Any], gives: set[Any],
    generator: bool = False, **more: Any,
) -> Any:  # fmt: skip
    """Binds a handler; what goes wrong in it is shown as one sentence."""
    guard = shield_all if generator else shield
    bound = guard(partial(function, page), partial(events.failed, page))
    return trigger(bound, needs, gives | _troubled(page), **(QUIET | more))


def _troubled(page: Page) -> set[Any]:
    return {page.message, page.compare, page.preview, page.stop}


def _settled(page: Page) -> set[Any]:
    """Everything that a new setting may change."""
    boxes = {line.group for line in page.table.lines} | {page.table.fold, page.table.count, page.table.drawn}
    own = {page.inputs.one, page.inputs.many, page.inputs.example, page.inputs.picked, page.lesson}
    return page.form() | boxes | own


def _wire_choices(page: Page) -> None:
    chosen = page.choices
    for menu in (chosen.language, chosen.task, chosen.dataset, chosen.model, chosen.translator):
        _on(page, menu.input, events.changed, page.form(), _settled(page))
    _on(page, chosen.model.change, lambda page, values: {page.host: events.host_line(values[chosen.model])},
        {chosen.model}, {page.host})  # fmt: skip
    for name, button in chosen.seconds.items():
        handler = partial(_second, name)
        _on(page, button.click, handler, page.form(), {chosen.extras, chosen.extra_names})
    needs = page.form()
    _on(page, chosen.shots.release, _resize, needs, _rows_out(page))
    _on(page, page.inputs.mode.input, lambda page, values: inputs.switch(page.inputs, values[page.inputs.mode]),
        {page.inputs.mode}, {page.inputs.one, page.inputs.many})  # fmt: skip
    _on(page, page.inputs.example.input,
        lambda page, values: events.picked(page, values, values[page.inputs.example]),
        page.form() | {page.inputs.example}, {page.inputs.text, page.inputs.gold, page.inputs.picked})  # fmt: skip


def _second(name: str, page: Page, values: events.Values) -> events.Updates:
    return choices.second(page.choices, name, values)


def _resize(page: Page, values: events.Values) -> events.Updates:
    plan = choices.read(page.choices, values)
    rows = demonstrations.resized(demonstrations.read(page.table, values), events.drawn(plan), plan.shots)
    return demonstrations.show(page.table, rows)


def _rows_out(page: Page) -> set[Any]:
    groups = {line.group for line in page.table.lines}
    return page.table.widgets() | groups | {page.table.fold}


def _wire_table(page: Page) -> None:
    table, read = page.table, demonstrations.read

    def on_rows(change: Callable[..., Any]) -> Callable[..., Any]:
        return lambda page, values: demonstrations.show(table, change(read(table, values)))

    needs, gives = page.form(), _rows_out(page)
    _on(page, table.add.click, on_rows(demonstrations.added), needs, gives)
    _on(page, table.shuffle.click, on_rows(demonstrations.shuffled), needs, gives)
    _on(page, table.reset.click, lambda page, values: demonstrations.show(table, values[table.drawn]), needs, gives)
    _on(page, table.reload.click, _reload, needs, gives | {page.choices.seed})
    for index, line in enumerate(table.lines):
        _on(page, line.up.click, on_rows(partial(demonstrations.moved, index=index, by=-1)), needs, gives)
        _on(page, line.down.click, on_rows(partial(demonstrations.moved, index=index, by=1)), needs, gives)
        _on(page, line.remove.click, on_rows(partial(demonstrations.removed, index=index)), needs, gives)


def _reload(page: Page, values: events.Values) -> events.Updates:
    """As many rows as shots from the train split; by the seed at first, by the next one if those are shown already."""
    from dataclasses import replace

    plan = choices.read(page.choices, values)
    shown = demonstrations.read(page.table, values)
    rows = events.drawn(plan)
    if rows == shown:
        plan = replace(plan, seed=plan.seed + 1)
        rows = events.drawn(plan)
    return demonstrations.show(page.table, rows, drawn=True) | {page.choices.seed: plan.seed}


def _wire_work(page: Page) -> None:
    shown = page.results
    taken = {shown.share.json, shown.share.csv, shown.share.text}
    parts = {shown.heading, shown.columns, shown.conclusion, shown.chart, shown.history, shown.fold, shown.where,
             shown.table, shown.shown, shown.page, shown.earlier} | taken  # fmt: skip
    needs = page.form() | {shown.disagree, shown.earlier}
    work = _on(page, page.compare.click, events.run, needs, parts, generator=True, **MODEL)
    _on(page, page.preview.click, events.preview, needs, parts,
        generator=True, **MODEL)  # fmt: skip
    _on(page, page.stop.click, events.stop, needs | {shown.shown}, parts, cancels=[work], queue=False)


def _wire_results(page: Page) -> None:
    shown = page.results
    needs, gives = {shown.shown, shown.disagree, shown.page}, {shown.page, shown.where, shown.table}
    for trigger, by in ((shown.disagree.input, 0), (shown.back.click, -1), (shown.on.click, 1)):
        _on(page, trigger, lambda page, values, by=by: results.turn(page.results, values, by), needs, gives)


def _wire_lessons(page: Page, buttons: list[gr.Button]) -> None:
    for lesson, button in zip(lessons.lessons(), buttons, strict=True):
        handler = partial(_lesson, lesson)
        _on(page, button.click, handler, page.form(), _settled(page))


def _lesson(lesson: lessons.Lesson, page: Page, values: events.Values) -> events.Updates:
    return events.settle(page, lesson.plan, values[page.choices.greyed]) | {page.lesson: lessons.lesson_html(lesson)}


def _wire_start(blocks: gr.Blocks, page: Page, plan: Plan) -> None:
    def start(request: gr.Request) -> events.Updates:
        try:
            code = request.query_params.get("plan")
            wanted = check_offered(document.decode(code)) if code else plan
            told = {page.message: message("This setting came with the link. Press Compare to run it.")} if code else {}
            return events.settle(page, wanted) | told
        except Exception as error:
            return events.settle(page, plan) | events.failed(page, sentence(error))

    def hosted() -> Iterator[str]:
        yield shield(partial(events.host_line, plan.model), str)()

    blocks.load(start, None, _settled(page) | _troubled(page), **QUIET)
    blocks.load(hosted, None, page.host, **QUIET)
