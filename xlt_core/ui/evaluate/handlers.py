"""What happens on the page Evaluate: a grid is sized, its cost measured, set to work, and come back to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core.formats.durations import duration
from xlt_core.jobs import Job
from xlt_core.records import InputError
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Estimate
from xlt_core.ui.evaluate import form
from xlt_core.ui.evaluate.form import Choices
from xlt_core.ui.results import listing, run_view
from xlt_core.ui.results.run_state import EXAMPLE, EXAMPLE_TITLE
from xlt_core.ui.results.run_view import Viewer
from xlt_core.ui.shared.html import message
from xlt_core.ui.shared.visitors import fresh_key

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Evaluate:
    """The regions of the page. menu: the runs to choose from."""

    choices: Choices
    size: gr.HTML
    estimate: gr.Button
    start: gr.Button
    menu: gr.Dropdown
    viewer: Viewer


def come(page: Evaluate, values: Values) -> Updates:
    """On opening the page: the visitor's run that is at work, else the last one, else the example."""
    keeping, visitor = page.viewer.keeping, values[page.viewer.visitor] or fresh_key()
    known = {page.viewer.visitor: visitor}
    mine = [run for _, run in listing.menu_of(keeping, visitor)]
    run = keeping.latest(visitor) or next(iter(mine), EXAMPLE)
    told = {page.viewer.message: message(keeping.store().message)}  # such as a damaged file that was set aside
    return known | opened(page, {**values, **known}, run) | told | {page.start: gr.update(interactive=True)}


def sized(page: Evaluate, values: Values) -> Updates:
    """After another choice: what the grid asks for, or what is missing in it; and the languages that there are."""
    chosen = page.choices
    offered = form.language_menu(tuple(values[chosen.datasets]))
    codes = {code for _, code in offered}
    kept = [code for code in values[chosen.languages] if code in codes]
    menu = gr.update(choices=offered, value=kept) if kept != values[chosen.languages] else gr.update(choices=offered)
    try:
        said = form.size_html(form.read(chosen, values, page.viewer.keeping.public))
    except InputError as error:
        said = message(str(error), "problem")
    return {page.size: said, chosen.languages: menu}


def estimate(page: Evaluate, values: Values) -> Iterator[Updates]:
    """What the grid costs, better and better told, from first batches that are computed now and kept."""
    viewer = page.viewer
    grid = form.read(page.choices, values, viewer.keeping.public)
    size, last = form.size_html(grid), None
    yield {page.size: size + cost_html(None, True), viewer.message: "", viewer.stop: gr.update(interactive=True)}
    job = Job("estimate", sweep.estimate(grid, viewer.keeping.store()))
    try:
        for found in job.watch():
            if found != last:
                yield {page.size: size + cost_html(found, True)}
            last = found
    finally:
        job.stop()
    busy = viewer.keeping.at_work(values[viewer.run], values[viewer.visitor])
    yield {page.size: size + cost_html(last, False), viewer.message: message(job.error, "problem"),
           viewer.stop: gr.update(interactive=busy)}  # fmt: skip


def start(page: Evaluate, values: Values) -> Updates:
    """Sets the grid to work."""
    keeping = page.viewer.keeping
    grid = form.read(page.choices, values, keeping.public)
    return opened(page, values, keeping.start(grid, values[page.viewer.visitor]))


def pick(page: Evaluate, values: Values) -> Updates:
    """Shows another run."""
    return opened(page, values, str(values[page.menu] or EXAMPLE))


def opened(page: Evaluate, values: Values, run: str) -> Updates:
    """All updates that show a run."""
    return run_view.opened(page.viewer, values, run) | menu(page, {**values, page.viewer.run: run})


def menu(page: Evaluate, values: Values) -> Updates:
    """The runs to choose from, as they are now."""
    run = values[page.viewer.run]
    mine = [*listing.menu_of(page.viewer.keeping, values[page.viewer.visitor]), (EXAMPLE_TITLE, EXAMPLE)]
    if run not in {name for _, name in mine}:  # only just begun
        mine = [("the run that has just begun", run), *mine]
    return {page.menu: gr.update(choices=mine, value=run)}


def cost_html(found: Estimate | None, measuring: bool) -> str:
    """A grid's cost, as far as it is known."""
    if found is None or not found.measured:
        words = "Asking the first items, to measure; they are kept for the run." if measuring else ""
        return f"<p class='xlt-quiet'>{words}</p>"
    calls, read, written = (f"{round(n):,}" for n in (found.calls, found.tokens_in, found.tokens_out))
    more = ", measuring on" if measuring else ""
    return (
        f"<p class='xlt-cost'>About <b>{calls}</b> calls, <b>{read}</b> tokens read and {written} written, "
        f"<b>{duration(found.seconds)}</b> of computing <span class='xlt-quiet'>(by {found.measured:,} answers{more}; "
        "what was computed before is not computed again)</span></p>"
    )
