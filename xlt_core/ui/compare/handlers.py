"""What happens when somebody previews, compares or stops: from the widgets' values to their updates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from time import monotonic

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import compare, selection
from xlt_core.jobs import Job
from xlt_core.records import Comparison, InputError, Plan, Row
from xlt_core.ui.compare import columns, demonstrations, form, inputs, sources, view
from xlt_core.ui.compare.refresh import host_line, patiently
from xlt_core.ui.compare.regions import Page, Updates, Values
from xlt_core.ui.shared import zero_gpu
from xlt_core.ui.shared.html import message
from xlt_core.ui.shared.limits import check_offered
from xlt_core.ui.shared.stopping import ask, stoppable

FULL_EVERY = 1.5
BEAT = 0.3  # seconds after which Stop is heard, however long a step takes


def plan_of(page: Page, values: Values) -> Plan:
    """The plan that the whole page stands for. Raises InputError for what cannot run."""
    plan = form.read(page.choices, values)
    rows = demonstrations.read(page.table, values)
    _check_blank(rows)
    plan = replace(plan, demonstrations=rows, shots=len(rows), **inputs.read(page.inputs, values))
    if plan.dataset == sources.OWN:
        raise InputError(sources.trouble(plan))
    return check_offered(plan, own=values[page.choices.sources.uploaded])


def run(page: Page, values: Values) -> Iterator[Updates]:
    """Compares, and yields the updates of all columns together."""
    with stoppable() as (ticket, signal):
        yield busy(page) | {page.message: "", page.ticket: ticket}
        plan = yield from patiently(page, values, lambda: selection.select(plan_of(page, values)).plan, signal)
        yield view.begin(page.results) | {page.message: "", page.host: host_line(plan.model)}
        full = 0.0
        for last in _snapshots(plan, signal):
            due = monotonic() - full > FULL_EVERY
            full = monotonic() if due else full
            yield view.show(page.results, last) if due else view.stream(page.results, last)
        ended = compare.stopped(last)
        told = {page.message: message(_kept(page, ended, values), "problem")}
        yield view.finish(page.results, ended, values[page.results.earlier]) | idle(page) | told


def _kept(page: Page, comparison: Comparison, values: Values) -> str:
    """Keeps what was computed over items of a dataset, and says why where it cannot be."""
    try:
        if len(comparison.plan.inputs) != 1:
            page.keeping.keep(comparison, values[page.visitor])
    except InputError as error:
        return str(error)
    return ""


def _snapshots(plan: Plan, signal: Event) -> Iterator[Comparison]:
    """The comparison as it goes on, until it has ended or is to stop: the step at hand then ends behind the page."""
    job, last = Job("compare", zero_gpu.compared(plan)), None
    try:
        for snapshot in job.watch(BEAT):
            if signal.is_set():
                break
            if snapshot is not None and snapshot is not last:
                last = snapshot
                yield snapshot
    finally:
        job.stop()
    if job.state == "failed":
        raise InputError(job.error)


def stop(page: Page, values: Values) -> Updates:
    """Asks what is at work to stop, which it then shows by itself."""
    ask(values[page.ticket])
    return {page.stop: gr.update(interactive=False)}


def preview(page: Page, values: Values) -> Iterator[Updates]:
    """Each column's exact prompt, as they get ready."""
    with stoppable() as (ticket, signal):
        yield busy(page) | {page.ticket: ticket}
        plan = yield from patiently(page, values, lambda: selection.select(plan_of(page, values)).plan, signal)
        language = catalog.languages().get(plan.language)
        strategies = {column.name: column.strategy for column in plan.columns}
        heading = "<h2 class='xlt-heading'>Preview <small>what would be sent for the first input</small></h2>"
        yield view.begin(page.results) | {page.message: "", page.results.heading: heading}
        for previews in zero_gpu.previewed(plan):
            if signal.is_set():
                break
            yield {page.results.columns: columns.previews_html(previews, strategies, language)}
        words = "Nothing has been asked of the language model yet."
        quiet = f"<p class='xlt-conclusion'><span class='xlt-quiet'>{words}</span></p>"
        yield {page.results.conclusion: quiet} | idle(page)


def busy(page: Page) -> Updates:
    off = gr.update(interactive=False)
    return {page.compare: off, page.preview: off, page.stop: gr.update(interactive=True),
            page.results.beat: gr.Timer(active=True)}  # fmt: skip


def idle(page: Page) -> Updates:
    on = gr.update(interactive=True)
    return {page.compare: on, page.preview: on, page.stop: gr.update(interactive=False),
            page.results.beat: gr.Timer(active=False)}  # fmt: skip


def failed(page: Page, sentence: str) -> Updates:
    """The updates that show what went wrong."""
    return {page.message: message(sentence, "problem")} | idle(page)


def _check_blank(rows: tuple[Row, ...]) -> None:
    for index, row in enumerate(rows, 1):
        for what, cell in (("text", row.text), ("answer", row.answer)):
            if not cell.strip():
                raise InputError(f"Demonstration {index} has no {what}; write one, or remove the row.")
