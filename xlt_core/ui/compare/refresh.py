"""Fits the page to another choice, file, lesson or link: what can be combined, what is offered, what it runs on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import selection
from xlt_core.comparison.plan import tidy
from xlt_core.contracts import Host
from xlt_core.models.hub import downloads
from xlt_core.records import InputError, Plan, Row
from xlt_core.ui.compare import demonstrations, form, inputs, sources
from xlt_core.ui.compare.regions import Page, Updates, Values
from xlt_core.ui.shared.html import escape, message
from xlt_core.ui.shared.limits import check_offered, check_sources
from xlt_core.ui.shared.updates import merged
from xlt_core.ui.shared.waiting import awaited

PATIENCE = 1.0  # seconds after which one is told what is waited for
NOTHING_RUNS = "Not with these choices: the sentence above Compare says why."


def changed(page: Page, values: Values) -> Iterator[Updates]:
    """After another language, task or source: new demonstrations, items and reasons."""
    yield (yield from patiently(page, values, lambda: _changed(page, values)))


def _changed(page: Page, values: Values) -> Updates:
    plan = sources.fitted(form.read(page.choices, values))
    own = sources.OWN if plan.dataset == sources.OWN else values[page.choices.sources.uploaded]
    check_sources(plan, own)
    was: Row = values[page.inputs.picked]
    untouched = not values[page.inputs.text] or (was and values[page.inputs.text] == was.text)
    host = _host(plan)
    here = set(sources.adapters(host, plan.language))
    return merged(
        refreshed(page, plan, values[page.choices.greyed], values[page.inputs.mode] == inputs.ONE),
        _language_parts(page, plan, host),
        form.forget_adapters(page.choices, values, set(sources.adapters(host, "")) - here),
        _redrawn(page, values, drawn(plan)),
        first_example(plan, page.inputs) if untouched else {},
        {page.host: host_line(plan.model)},
    )


def switched(page: Page, values: Values) -> Updates:
    """After going from one input to many, or back: other widgets, and what can be combined then."""
    one = values[page.inputs.mode] == inputs.ONE
    plan = form.read(page.choices, values)
    return inputs.switch(page.inputs, values[page.inputs.mode]) | refreshed(
        page, plan, values[page.choices.greyed], one
    )


def dropped(page: Page, values: Values, file: Any) -> Iterator[Updates]:
    """After a file was dropped, or taken away: the page on its rows."""
    uploaded = page.choices.sources.uploaded
    path = sources.dropped(values.get(file))
    yield {uploaded: path}
    for updates in changed(page, {**values, uploaded: path}):
        yield {uploaded: path} | updates


def refreshed(page: Page, plan: Plan, greyed: tuple[str, ...], one: bool) -> Updates:
    """What cannot be combined, greyed with the reason; and the sentence where nothing can. one: on a typed text,
    which asks less of the dataset."""
    wide = form.every_column(page.choices, plan)
    wide = replace(wide, inputs=(Row("?"),), demonstrations=()) if one else wide
    blocked = sources.trouble(plan)
    reasons = {} if blocked else catalog.why_not(wide)
    blocked = blocked or reasons.get("", "")
    if blocked:
        reasons = dict.fromkeys(page.choices.strategies, NOTHING_RUNS)
    return form.grey(page.choices, plan, reasons, greyed) | {
        page.message: message(blocked, "problem"),
        page.compare: gr.update(interactive=not blocked),
    }


def settle(page: Page, plan: Plan, greyed: tuple[str, ...] = ()) -> Updates:
    """All updates that set the page as a plan has it: a lesson's, a link's, or the first."""
    rows = drawn(plan) if plan.demonstrations is None else plan.demonstrations
    return merged(
        form.fill(page.choices, plan),
        _language_parts(page, plan, _host(plan)),
        inputs.fill(page.inputs, plan),
        {} if inputs.first_row(plan).text else first_example(plan, page.inputs),
        refreshed(page, plan, greyed, bool(plan.inputs)),
        demonstrations.show(page.table, rows, drawn=True),
    )


def opened(page: Page, plan: Plan) -> Updates:
    """What a page that was drawn with a plan still lacks. It sets no value: its visitor may have begun to edit."""
    here = sources.adapters(_host(plan), plan.language)
    return refreshed(page, plan, (), bool(plan.inputs)) | form.offer_adapters(page.choices, here)


def linked(page: Page, plan: Plan) -> Updates:
    """The page as a share link has it. A link never carries a file, only its name. Raises InputError."""
    told = "This setting came with the link. Press Compare to run it."
    if sources.of_a_file(plan):
        told = f"This setting came with the link, and is about the file {plan.dataset}: drop it under Model and data."
        plan = replace(plan, dataset=sources.OWN)
    check_offered(plan, own=sources.OWN)
    catalog.task(plan.task)
    tidy(plan)
    return settle(page, plan) | {page.message: message(told)}


def picked(page: Page, values: Values, chosen: str | None) -> Updates:
    """The test item that was chosen, with its gold answer."""
    plan = form.read(page.choices, values)
    example = next((example for example in inputs.offered(plan) if example.id == chosen), None)
    if example is None:
        return {}
    row = inputs.row_of(example, plan.task)
    return {page.inputs.text: row.text, page.inputs.gold: row.answer, page.inputs.picked: row}


def first_example(plan: Plan, widgets: inputs.Inputs) -> Updates:
    """The first test item as the input; an empty text where there is none."""
    example = next(iter(inputs.offered(plan)), None)
    row = inputs.row_of(example, plan.task) if example else Row("")
    shown = gr.update(value=example.id if example else None)
    return {widgets.text: row.text, widgets.gold: row.answer, widgets.picked: row, widgets.example: shown}


def drawn(plan: Plan) -> tuple[Row, ...]:
    """As many demonstrations as shots, from the train split by the seed; none where the dataset lacks the language."""
    try:
        return selection.draw(replace(plan, inputs=()))
    except InputError:
        return ()


def host_line(model: str) -> str:
    """The line that names host, device, dtype and revision."""
    try:
        return f"<p class='xlt-host'>{escape(catalog.host(model).describe())}</p>"
    except InputError:  # the sentence above Compare says why
        return f"<p class='xlt-host xlt-reason'>{escape(model[:80])} is not there</p>"


def _host(plan: Plan) -> Host | None:
    try:
        return catalog.host(plan.model)
    except InputError:
        return None


def patiently(
    page: Page, values: Values, work: Callable[[], Any], signal: Event | None = None
) -> Generator[Updates, None, Any]:
    """What the work returns; while it takes its time, the model on its way and the seconds gone by are shown.

    Raises InputError where the signal is set meanwhile: the loading goes on behind the page.
    """
    waiting, name = awaited(work), str(values[page.choices.sources.model] or "the model")[:80]
    while True:
        try:
            waited = next(waiting)
        except StopIteration as end:
            return end.value
        if signal and signal.is_set():
            raise InputError(f"Stopped before anything was asked of {name}.")
        if waited >= PATIENCE:
            said = "; ".join(map(str, downloads())) or f"getting {name} ready"
            yield {page.message: message(f"{said[0].upper()}{said[1:]} ({waited:.0f} s)")}


def _redrawn(page: Page, values: Values, fresh: tuple[Row, ...]) -> Updates:
    """The demonstrations anew, unless the same ones would be drawn again: then what was edited stays."""
    was = values[page.table.drawn]
    most = min(len(was), len(fresh))
    same = was[:most] == fresh[:most] and bool(was) == bool(fresh)
    return {} if same else demonstrations.show(page.table, fresh, drawn=True)


def _language_parts(page: Page, plan: Plan, host: Host | None) -> Updates:
    language = catalog.languages().get(plan.language)
    updates = demonstrations.speak(page.table, language)
    boxes = (page.inputs.text, page.inputs.gold)
    updates |= {box: gr.update(**demonstrations.spoken_in(language)) for box in boxes}
    return updates | {
        # Without a value: the visitor may have chosen another meanwhile.
        page.choices.language: gr.update(choices=form.language_menu(plan.dataset, plan.task)),
        **sources.told(page.choices.sources, plan),
        **form.offer_adapters(page.choices, sources.adapters(host, plan.language)),
        page.inputs.example: gr.update(choices=inputs.menu(inputs.offered(plan)), value=None),
    }
