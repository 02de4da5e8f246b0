"""The page Compare: its regions in their places, and which event does what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.documents import document
from xlt_core.records import Comparison, InputError, Plan, Row
from xlt_core.settings import ASSETS
from xlt_core.ui.compare import api, demonstrations, form, handlers, inputs, lessons, refresh, share, view
from xlt_core.ui.compare.regions import Page, Updates, Values
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.limits import LOG, sentence, shield, shield_all
from xlt_core.ui.shared.visitors import Keeping

MODEL = {"concurrency_id": "model", "concurrency_limit": 2}
QUIET = {"api_visibility": "private", "show_progress": "hidden"}


def build(blocks: gr.Blocks, host: gr.HTML, keeping: Keeping, visitor: gr.BrowserState) -> Page:
    """Draws the page Compare, with its events and the endpoint /compare. host: the line on where the model runs;
    visitor: the browser's key, by which what ends is kept."""
    sample = finished_sample()
    plan = sample.plan if sample else first_plan()
    page, buttons = _draw(plan, sample, host, keeping, visitor)
    _wire_choices(page)
    _wire_table(page)
    _wire_work(page)
    _wire_lessons(page, buttons)
    _wire_start(blocks, page, plan, refresh.opened if sample else refresh.settle)
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


def _draw(
    plan: Plan, sample: Comparison | None, host: gr.HTML, keeping: Keeping, visitor: gr.BrowserState
) -> tuple[Page, list[gr.Button]]:
    language = catalog.languages().get(plan.language)
    with gr.Row(elem_id="layout"):
        with gr.Column(scale=1, min_width=290, elem_id="choices"):
            with gr.Accordion("Choices", open=True, elem_id="choices-fold"):
                chosen = form.build(plan)
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
            shown = view.build(sample)
    page = Page(
        host, chosen, entered, table, shown, lesson, problem, preview, run, stop, gr.State(""), keeping, visitor
    )
    return page, buttons


def _on(
    page: Page, trigger: Callable[..., Any], function: Callable[..., Any], needs: set[Any], gives: set[Any],
    generator: bool = False, **more: Any,
) -> Any:  # fmt: skip
    """Binds a handler; what goes wrong in it is shown as one sentence."""

    def answer(values: Values) -> Updates:
        return function(page, values) or {page.message: gr.skip()}  # Gradio takes an empty answer for a missing one

    fail = partial(handlers.failed, page)
    bound = shield_all(partial(function, page), fail) if generator else shield(answer, fail)
    return trigger(bound, needs, gives | _troubled(page), **(QUIET | more))


def bind(
    page: Page, trigger: Callable[..., Any], function: Callable[..., Any], needs: set[Any], more: set[Any]
) -> None:
    """An event of another page that sets this one. more: what else it changes."""
    _on(page, trigger, function, page.form() | needs, _settled(page) | more)


def _troubled(page: Page) -> set[Any]:
    return {page.message, page.compare, page.preview, page.stop, page.results.beat}


def _settled(page: Page) -> set[Any]:
    """Everything that a new setting may change."""
    boxes = {line.group for line in page.table.lines} | {page.table.fold, page.table.count, page.table.drawn}
    own = {page.inputs.one, page.inputs.many, page.inputs.example, page.inputs.picked, page.lesson, page.host}
    return page.form() | boxes | own | {page.choices.sources.file}


def _wire_choices(page: Page) -> None:
    chosen = page.choices
    file, needs, gives = chosen.sources.file, page.form(), _settled(page)
    for chooses in (chosen.language.input, chosen.task.input, *chosen.sources.menus()):
        _on(page, chooses, refresh.changed, needs, gives, generator=True)
    for drops in (file.upload, file.clear):
        _on(page, drops, partial(refresh.dropped, file=file), needs | {file}, gives, generator=True)
    for name, button in chosen.seconds.items():
        handler = partial(_second, name)
        _on(page, button.click, handler, page.form(), {chosen.extras, chosen.extra_names})
    _on(page, chosen.shots.release, _resize, needs, _rows_out(page))
    _on(page, page.inputs.mode.input, refresh.switched, needs, gives)
    _on(page, page.inputs.example.input,
        lambda page, values: refresh.picked(page, values, values[page.inputs.example]),
        page.form() | {page.inputs.example}, {page.inputs.text, page.inputs.gold, page.inputs.picked})  # fmt: skip


def _second(name: str, page: Page, values: Values) -> Updates:
    return form.second(page.choices, name, values)


def _resize(page: Page, values: Values) -> Updates:
    plan = form.read(page.choices, values)
    rows = demonstrations.resized(demonstrations.read(page.table, values), refresh.drawn(plan), plan.shots)
    return demonstrations.show(page.table, rows)


def _rows_out(page: Page) -> set[Any]:
    groups = {line.group for line in page.table.lines}
    return page.table.widgets() | groups | {page.table.fold}


def _wire_table(page: Page) -> None:
    table, read = page.table, demonstrations.read

    def on_rows(change: Callable[..., Any]) -> Callable[..., Any]:
        return lambda page, values: demonstrations.show(table, change(read(table, values)))

    needs, gives = table.widgets(), _rows_out(page)
    _on(page, table.add.click, on_rows(demonstrations.added), needs, gives)
    _on(page, table.shuffle.click, on_rows(demonstrations.shuffled), needs, gives)
    _on(page, table.reset.click, lambda page, values: demonstrations.show(table, values[table.drawn]), needs, gives)
    _on(page, table.reload.click, _reload, page.form(), gives | {page.choices.seed})
    for index, line in enumerate(table.lines):
        _on(page, line.up.click, on_rows(partial(demonstrations.moved, index=index, by=-1)), needs, gives)
        _on(page, line.down.click, on_rows(partial(demonstrations.moved, index=index, by=1)), needs, gives)
        _on(page, line.remove.click, on_rows(partial(demonstrations.removed, index=index)), needs, gives)


def _reload(page: Page, values: Values) -> Updates:
    """As many rows as shots from the train split; by the seed at first, by the next one if those are shown already."""
    from dataclasses import replace

    plan = form.read(page.choices, values)
    shown = demonstrations.read(page.table, values)
    rows = refresh.drawn(plan)
    if rows == shown:
        plan = replace(plan, seed=plan.seed + 1)
        rows = refresh.drawn(plan)
    return demonstrations.show(page.table, rows, drawn=True) | {page.choices.seed: plan.seed}


def _wire_work(page: Page) -> None:
    shown = page.results
    taken = {shown.share.json, shown.share.csv, shown.share.text}
    parts = {shown.heading, shown.columns, shown.conclusion, shown.chart, shown.history, shown.fold, shown.where,
             shown.table, shown.shown, shown.page, shown.earlier, page.host, page.ticket} | taken  # fmt: skip
    needs = page.form() | {shown.earlier, page.visitor}
    work = _on(page, page.compare.click, handlers.run, needs, parts, generator=True, **MODEL)
    _on(page, page.preview.click, handlers.preview, needs, parts, generator=True, **MODEL)
    _on(page, page.stop.click, handlers.stop, {page.ticket}, {page.stop}, queue=False)
    _wire_results(page, work.then)


def _wire_results(page: Page, end: Callable[..., Any]) -> None:
    """The files; and the items: another page, another filter, the same page as it becomes while columns are at work."""
    shown = page.results
    needs, gives = {shown.shown, shown.disagree, shown.page}, {shown.page, shown.where, shown.table}
    for button, ending in ((shown.share.json, ".json"), (shown.share.csv, ".csv")):
        taken = _on(page, button.click, partial(_take, ending), {shown.shown}, {shown.share.file})
        taken.then(None, js=downloads.press("compare"), **QUIET)
    turns = ((shown.disagree.input, None), (shown.back.click, -1), (shown.on.click, 1), (shown.beat.tick, 0), (end, 0))
    for trigger, by in turns:
        _on(page, trigger, lambda page, values, by=by: view.turn(page.results, values, by), needs, gives)


def _take(ending: str, page: Page, values: Values) -> Updates:
    return share.take(page.results.share, values[page.results.shown], ending)


def _wire_lessons(page: Page, buttons: list[gr.Button]) -> None:
    for lesson, button in zip(lessons.lessons(), buttons, strict=True):
        handler = partial(_lesson, lesson)
        _on(page, button.click, handler, page.form(), _settled(page))


def _lesson(lesson: lessons.Lesson, page: Page, values: Values) -> Updates:
    return refresh.settle(page, lesson.plan, values[page.choices.greyed]) | {page.lesson: lessons.lesson_html(lesson)}


def _wire_start(blocks: gr.Blocks, page: Page, plan: Plan, opened: Callable[[Page, Plan], Updates]) -> None:
    def start(request: gr.Request) -> Updates:
        try:
            code = request.query_params.get("plan")
            return refresh.linked(page, document.decode(code)) if code else opened(page, plan)
        except Exception as error:
            return opened(page, plan) | handlers.failed(page, sentence(error))

    def hosted() -> Iterator[str]:
        yield shield(partial(refresh.host_line, plan.model), str)()

    blocks.load(start, None, _settled(page) | _troubled(page), **QUIET)
    blocks.load(hosted, None, page.host, **QUIET)
