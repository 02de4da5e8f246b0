"""A run on a page: its progress, its results, Stop and Resume. A timer refreshes a running run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from xlt_core.sweeps import sweep
from xlt_core.ui.results import overview
from xlt_core.ui.results.overview import Overview
from xlt_core.ui.results.run_state import RunState, state_of
from xlt_core.ui.shared.events import bind
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.limits import check_grid
from xlt_core.ui.shared.run_manager import RunManager
from xlt_core.ui.shared.updates import Updates, Values

INTERVAL = 1.0  # seconds between two refreshes of a running run


@dataclass(frozen=True)
class RunView:
    """The widgets. visitor: the browser's key. run: the id of the run that is shown, "" where it is not in the store.
    The page itself draws stop and message."""

    manager: RunManager
    visitor: gr.BrowserState
    message: gr.HTML
    stop: gr.Button
    heading: gr.HTML
    progress: gr.HTML
    resume: gr.Button
    overview: Overview
    timer: gr.Timer
    run: gr.State

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.run, self.visitor} | self.overview.inputs()

    def outputs(self) -> set[Any]:
        """What a running run updates."""
        own = {self.message, self.stop, self.heading, self.progress, self.resume, self.timer, self.run}
        return own | self.overview.outputs()


def build(prefix: str, manager: RunManager, visitor: gr.BrowserState, message: gr.HTML, stop: gr.Button) -> RunView:
    """Draws the widgets. prefix: of their element ids."""
    heading = gr.HTML("", elem_id=f"{prefix}-heading")
    progress = gr.HTML("", elem_id=f"{prefix}-progress")
    resume_button = gr.Button("Resume", visible=False, size="sm", elem_id=f"{prefix}-resume")
    results = overview.build(prefix)
    return RunView(manager, visitor, message, stop, heading, progress, resume_button, results,
                   gr.Timer(INTERVAL, active=False), gr.State(""))  # fmt: skip


def wire(view: RunView, prefix: str, cancels: list[Any], also: set[Any], on_end: Callable[[Values], Updates]) -> None:
    """Binds the events. cancels: events that Stop cancels, too. on_end: gives updates of `also` when a run ends."""
    inputs, outputs = view.inputs(), view.outputs()
    bind(view.resume.click, partial(resume, view), inputs, outputs, view.message)
    bind(view.stop.click, partial(stop, view), inputs, outputs, view.message, cancels=cancels, queue=False)
    bind(view.timer.tick, partial(refresh, view, on_end), inputs, outputs | also, view.message, concurrency_limit=None)
    overview.wire(view.overview, prefix, view.message)


def open_run(view: RunView, values: Values, run: str) -> Updates:
    """All updates that show a run. Raises InputError where the visitor has no such run."""
    return show(view, values, state_of(view.manager, run, values[view.visitor])) | {view.run: run}


def show(view: RunView, values: Values, state: RunState) -> Updates:
    """All updates that show a state, as one of a run that is not in the store."""
    rest = {view.run: "", view.message: message_html(state.error, "problem")}
    return _progress(view, state) | overview.show(view.overview, state.results(latest=True), values) | rest


def resume(view: RunView, values: Values) -> Updates:
    """Resumes the run: computes the cells that failed and those that were not computed."""
    kept = view.manager.store().run(values[view.run], view.manager.visible_owner(values[view.visitor]))
    grid = check_grid(sweep.grid_of(kept.plan), view.manager.public)
    return open_run(view, values, view.manager.start(grid, values[view.visitor]))


def stop(view: RunView, values: Values) -> Updates:
    """Asks the run to stop; the timer shows its end."""
    job = view.manager.job(values[view.run], values[view.visitor])
    if job and job.state == "running":
        job.stop()
        text = "Stopping after the current step."
        return {view.stop: gr.update(interactive=False), view.message: message_html(text)}
    return {view.stop: gr.update(interactive=False)}


def refresh(view: RunView, on_end: Callable[[Values], Updates], values: Values) -> Updates:
    """Refreshes a running run. Results are drawn again only where there are new ones."""
    run = values[view.run]
    if not run:
        return {view.timer: gr.Timer(active=False)}
    state = state_of(view.manager, run, values[view.visitor])
    results, before = state.results(latest=not state.running), values[view.overview.results]
    changed = results is not None and (before is None or results.version != before.version)
    updates = _progress(view, state) | (overview.show(view.overview, results, values, more=True) if changed else {})
    if state.running:
        return updates
    return updates | on_end(values) | {view.message: message_html(state.error, "problem")}


def _progress(view: RunView, state: RunState) -> Updates:
    label = "Retry what failed" if state.failed else "Resume"
    return {
        view.heading: state.heading_html(),
        view.progress: state.progress_html(),
        view.resume: gr.update(value=label, visible=state.unfinished),
        view.stop: gr.update(interactive=state.running),
        view.timer: gr.Timer(active=state.running),
    }
