"""The event handlers of the tab Compare that run something: Preview, Compare, Stop, the items and the downloads."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import partial
from threading import Event
from time import monotonic

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import compare, selection
from xlt_core.jobs import Job, Jobs
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.ui.compare import columns, form, share, view
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.compare.form_handlers import host_html, show_loading
from xlt_core.ui.fields import lessons
from xlt_core.ui.shared import same_comparisons, zero_gpu
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.same_comparisons import SameComparisons
from xlt_core.ui.shared.stop_signals import request_stop, stop_signal
from xlt_core.ui.shared.updates import Updates, Values

FULL_UPDATE = 1.5  # seconds between updates of everything; between them, only the columns are updated
MOST = 16  # comparisons at work at once, of all visitors
JOBS: Jobs[Comparison] = Jobs()
SAME = SameComparisons()
STOP_CHECK = 0.3  # seconds after which a stop takes effect on the page, even during a long step


def run(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Runs the comparison, and yields the updates of all columns together. It goes on if the tab is closed."""
    with stop_signal() as (work_id, signal):
        yield busy(page) | {page.message: "", page.work_id: work_id}
        drawn = yield from show_loading(page, values, lambda: _drawn(page, values), signal)
        yield from _show(page, values, *_start(page, *drawn, values[page.visitor]), signal)


def resume(page: ComparePage, values: Values) -> Iterator[Updates]:
    """After a reload: shows the comparison of this visitor that still runs, if one does."""
    visitor = values[page.visitor]
    running = [(key, job) for key, job in JOBS.of(visitor).items() if job.state == "running"] if visitor else []
    if not running:
        yield {page.message: gr.skip()}
        return
    with stop_signal() as (work_id, signal):
        yield busy(page) | {page.work_id: work_id}
        yield from _show(page, values, *running[0], signal)


def _show(page: ComparePage, values: Values, key: str, job: Job[Comparison], signal: Event) -> Iterator[Updates]:
    """The updates of a comparison at work, to its end or to where it is stopped."""
    last, updated = None, 0.0
    for snapshot in job.watch(STOP_CHECK):
        if signal.is_set():
            job.stop()  # the step that runs now ends in the background
            break
        if snapshot is None or snapshot is last:
            continue
        if last is None:
            cleared = {page.message: "", page.host: host_html(snapshot.plan.model), page.lessons.reveal: ""}
            yield view.clear(page.results) | cleared
        last, full = snapshot, monotonic() - updated > FULL_UPDATE
        updated = monotonic() if full else updated
        yield view.show(page.results, last) if full else view.show_columns(page.results, last)
    if job.state != "running":
        JOBS.forget(key)
    if last is None:
        raise InputError(job.error or "Stopped before anything was asked.")
    ended = compare.stopped(last)
    shown = view.show_ended(page.results, ended, values[page.results.earlier]) | idle(page)
    shown |= lessons.reveal(page.lessons, values, ended)
    yield shown | {page.message: message_html(job.error, "problem")}


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
    return {page.buttons.stop: gr.update(interactive=False)}


def make_file(ending: str, page: ComparePage, values: Values) -> Updates:
    """Makes the file for a download."""
    return share.make_file(page.results.share, values[page.results.comparison], ending)


def draw_items(page: ComparePage, values: Values) -> Updates:
    """Shows the items that are chosen, as far as they are answered."""
    return view.draw_items(page.results, values)


def choose_cell(page: ComparePage, values: Values) -> Updates:
    """Shows the steps of the chosen cell of the matrix."""
    return view.choose_cell(page.results, values)


def busy(page: ComparePage) -> Updates:
    """The buttons while work is running."""
    off = gr.update(interactive=False)
    return {page.buttons.compare: off, page.buttons.preview: off, page.buttons.next_item: off,
            page.buttons.stop: gr.update(interactive=True),
            page.results.timer: gr.Timer(active=True)}  # fmt: skip


def idle(page: ComparePage) -> Updates:
    """The buttons while no work is running."""
    on = gr.update(interactive=True)
    return {page.buttons.compare: on, page.buttons.preview: on, page.buttons.next_item: on,
            page.buttons.stop: gr.update(interactive=False),
            page.results.timer: gr.Timer(active=False)}  # fmt: skip


def show_error(page: ComparePage, sentence: str) -> Updates:
    """The updates that show an error."""
    return {page.message: message_html(sentence, "problem")} | idle(page)


def _drawn(page: ComparePage, values: Values) -> tuple[Plan, str]:
    """The plan that is entered, resolved, and the key under which the same comparisons are computed once."""
    drawn = selection.select(form.read(page, values))
    return drawn.plan, same_comparisons.key_of(drawn)


def _start(page: ComparePage, plan: Plan, key: str, visitor: str) -> tuple[str, Job[Comparison]]:
    """Starts the comparison as a job of the visitor. Raises InputError where too many are at work."""
    for name, job in JOBS.of(visitor).items():
        if job.state != "running":
            JOBS.forget(name)
    return JOBS.start("compare", _work(page, plan, key, visitor), visitor, MOST)


def _work(page: ComparePage, plan: Plan, key: str, visitor: str) -> Generator[Comparison, None, None]:
    """The comparison, which is stored once it has ended or is stopped, unless it is of one typed text."""
    last = None
    try:
        for last in SAME.run(key, partial(zero_gpu.run_comparison, plan)):
            yield last
    finally:
        if last is not None and len(plan.inputs) != 1:
            page.manager.save(compare.stopped(last), visitor)
