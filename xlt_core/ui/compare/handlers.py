"""The event handlers of the tab Compare that run something: Preview, Compare, Stop, the items and the downloads."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from time import monotonic

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import compare, selection
from xlt_core.jobs import Job
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.ui.compare import columns, form, share, view
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.compare.form_handlers import host_html, show_loading
from xlt_core.ui.shared import zero_gpu
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.stop_signals import request_stop, stop_signal
from xlt_core.ui.shared.updates import Updates, Values

FULL_UPDATE = 1.5  # seconds between updates of everything; between them, only the columns are updated
STOP_CHECK = 0.3  # seconds after which a stop takes effect on the page, even during a long step


def run(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Runs the comparison, and yields the updates of all columns together."""
    with stop_signal() as (work_id, signal):
        yield busy(page) | {page.message: "", page.work_id: work_id}
        plan = yield from show_loading(page, values, lambda: selection.select(form.read(page, values)).plan, signal)
        yield view.clear(page.results) | {page.message: "", page.host: host_html(plan.model)}
        updated = 0.0
        for last in _snapshots(plan, signal):
            full = monotonic() - updated > FULL_UPDATE
            updated = monotonic() if full else updated
            yield view.show(page.results, last) if full else view.show_columns(page.results, last)
        ended = compare.stopped(last)
        problem = {page.message: message_html(_save(page, ended, values), "problem")}
        yield view.show_ended(page.results, ended, values[page.results.earlier]) | idle(page) | problem


def preview(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Shows each column's exact prompt as soon as it is made."""
    with stop_signal() as (work_id, signal):
        yield busy(page) | {page.work_id: work_id}
        plan = yield from show_loading(page, values, lambda: selection.select(form.read(page, values)).plan, signal)
        language = catalog.by_code(plan.language)
        strategies = {column.name: column.strategy for column in plan.columns}
        heading = "<h2 class='xlt-heading'>Preview <small>what would be sent for the first input</small></h2>"
        yield view.clear(page.results) | {page.message: "", page.results.heading: heading}
        for previews in zero_gpu.run_preview(plan):
            if signal.is_set():
                break
            yield {page.results.columns: columns.previews_html(previews, strategies, language)}
        text = "Nothing has been asked of the language model yet."
        quiet = f"<p class='xlt-conclusion'><span class='xlt-quiet'>{text}</span></p>"
        yield {page.results.conclusion: quiet} | idle(page)


def stop(page: ComparePage, values: Values) -> Updates:
    """Asks the running work to stop; the work itself shows its end."""
    request_stop(values[page.work_id])
    return {page.stop: gr.update(interactive=False)}


def make_file(ending: str, page: ComparePage, values: Values) -> Updates:
    """Makes the file for a download."""
    return share.make_file(page.results.share, values[page.results.comparison], ending)


def turn_page(by: int | None, page: ComparePage, values: Values) -> Updates:
    """Shows another page of the items."""
    return view.turn_page(page.results, values, by)


def busy(page: ComparePage) -> Updates:
    """The buttons while work is running."""
    off = gr.update(interactive=False)
    return {page.compare: off, page.preview: off, page.stop: gr.update(interactive=True),
            page.results.timer: gr.Timer(active=True)}  # fmt: skip


def idle(page: ComparePage) -> Updates:
    """The buttons while no work is running."""
    on = gr.update(interactive=True)
    return {page.compare: on, page.preview: on, page.stop: gr.update(interactive=False),
            page.results.timer: gr.Timer(active=False)}  # fmt: skip


def show_error(page: ComparePage, sentence: str) -> Updates:
    """The updates that show an error."""
    return {page.message: message_html(sentence, "problem")} | idle(page)


def _save(page: ComparePage, comparison: Comparison, values: Values) -> str:
    """Stores a comparison over items of a dataset; returns why where that is impossible."""
    try:
        if len(comparison.plan.inputs) != 1:
            page.manager.save(comparison, values[page.visitor])
    except InputError as error:
        return str(error)
    return ""


def _snapshots(plan: Plan, signal: Event) -> Iterator[Comparison]:
    """Snapshots of the comparison until it ends or is stopped; the step that runs then ends in the background."""
    job, last = Job("compare", zero_gpu.run_comparison(plan)), None
    try:
        for snapshot in job.watch(STOP_CHECK):
            if signal.is_set():
                break
            if snapshot is not None and snapshot is not last:
                last = snapshot
                yield snapshot
    finally:
        job.stop()
    if job.state == "failed":
        raise InputError(job.error)
