"""A run as a page shows it: how far it is, what it shows, Stop and Go on; it is watched while it is at work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from xlt_core.sweeps import sweep
from xlt_core.ui.results import overview
from xlt_core.ui.results.overview import Showing
from xlt_core.ui.results.run_state import Looking, look
from xlt_core.ui.shared.binding import on
from xlt_core.ui.shared.html import message
from xlt_core.ui.shared.limits import check_grid
from xlt_core.ui.shared.visitors import Keeping

BEAT = 1.0  # seconds between two looks at a run at work

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Viewer:
    """The widgets. visitor: the browser's key; run: the id of the run that is shown, "" where it is none of the store;
    stop and message are drawn by the page, where it wants them."""

    keeping: Keeping
    visitor: gr.BrowserState
    message: gr.HTML
    stop: gr.Button
    heading: gr.HTML
    filling: gr.HTML
    again: gr.Button
    showing: Showing
    timer: gr.Timer
    run: gr.State

    def asked(self) -> set[Any]:
        """What the handlers ask for."""
        return {self.run, self.visitor} | self.showing.asked()

    def drawn(self) -> set[Any]:
        """Everything that a run at work may change."""
        own = {self.message, self.stop, self.heading, self.filling, self.again, self.timer, self.run}
        return own | self.showing.drawn()


def build(prefix: str, keeping: Keeping, visitor: gr.BrowserState, said: gr.HTML, stop: gr.Button) -> Viewer:
    """Draws the places for a run. prefix: of the elements' ids."""
    heading = gr.HTML("", elem_id=f"{prefix}-heading")
    filling = gr.HTML("", elem_id=f"{prefix}-filling")
    again = gr.Button("Go on", visible=False, size="sm", elem_id=f"{prefix}-again")
    shown = overview.build(prefix)
    return Viewer(keeping, visitor, said, stop, heading, filling, again, shown, gr.Timer(BEAT, active=False),
                  gr.State(""))  # fmt: skip


def wire(viewer: Viewer, prefix: str, cancels: list[Any], also: set[Any], after: Callable[[Values], Updates]) -> None:
    """Binds what the places do. cancels: events that Stop ends, too; after: updates of `also` when a run has ended."""
    needs, gives = viewer.asked(), viewer.drawn()
    on(viewer.again.click, partial(go_on, viewer), needs, gives, viewer.message)
    on(viewer.stop.click, partial(stop, viewer), needs, gives, viewer.message, cancels=cancels, queue=False)
    on(viewer.timer.tick, partial(tick, viewer, after), needs, gives | also, viewer.message, concurrency_limit=None)
    overview.wire(viewer.showing, prefix, viewer.message)


def opened(viewer: Viewer, values: Values, run: str) -> Updates:
    """All updates that show a run. Raises InputError where the visitor has none such."""
    return put(viewer, values, look(viewer.keeping, run, values[viewer.visitor])) | {viewer.run: run}


def put(viewer: Viewer, values: Values, seen: Looking) -> Updates:
    """All updates that show what was looked at, which is none of the store's unless the caller says so."""
    told = {viewer.run: "", viewer.message: message(seen.error, "problem")}
    return _progress(viewer, seen) | overview.show(viewer.showing, seen.shown(hurry=True), values) | told


def go_on(viewer: Viewer, values: Values) -> Updates:
    """Goes on with the run: with what failed, and with what was not begun."""
    kept = viewer.keeping.store().run(values[viewer.run], viewer.keeping.sees(values[viewer.visitor]))
    grid = check_grid(sweep.grid_of(kept.plan), viewer.keeping.public)
    return opened(viewer, values, viewer.keeping.start(grid, values[viewer.visitor]))


def stop(viewer: Viewer, values: Values) -> Updates:
    """Asks the run to stop; it shows its own end."""
    job = viewer.keeping.job(values[viewer.run], values[viewer.visitor])
    if job and job.state == "running":
        job.stop()
        return {viewer.stop: gr.update(interactive=False), viewer.message: message("Stopping after the step at hand.")}
    return {viewer.stop: gr.update(interactive=False)}


def tick(viewer: Viewer, after: Callable[[Values], Updates], values: Values) -> Updates:
    """Another look at the run at work. Results are drawn anew only where there are new ones."""
    run = values[viewer.run]
    if not run:
        return {viewer.timer: gr.Timer(active=False)}
    seen = look(viewer.keeping, run, values[viewer.visitor])
    shown, before = seen.shown(hurry=not seen.at_work), values[viewer.showing.shown]
    fresh = shown is not None and (before is None or shown.stamp != before.stamp)
    drawn = overview.show(viewer.showing, shown, values, more=True) if fresh else {}
    if seen.at_work:
        return _progress(viewer, seen) | drawn
    return _progress(viewer, seen) | drawn | after(values) | {viewer.message: message(seen.error, "problem")}


def _progress(viewer: Viewer, seen: Looking) -> Updates:
    words = "Try again what failed" if seen.failed else "Go on"
    return {
        viewer.heading: seen.heading_html(),
        viewer.filling: seen.filling_html(),
        viewer.again: gr.update(value=words, visible=seen.unfinished),
        viewer.stop: gr.update(interactive=seen.at_work),
        viewer.timer: gr.Timer(active=seen.at_work),
    }
