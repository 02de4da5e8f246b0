"""The event handlers of the tab Evaluate: a grid's size and cost are shown, a sweep is started, runs are opened."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr

from xlt_core.formats.durations import duration
from xlt_core.jobs import Job
from xlt_core.models.suggested import Part
from xlt_core.records import InputError
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Estimate
from xlt_core.ui.evaluate import form
from xlt_core.ui.evaluate.form import EvaluatePage
from xlt_core.ui.fields import sources, strategies
from xlt_core.ui.results import listing, run_view
from xlt_core.ui.results.run_state import EXAMPLE, example_menu
from xlt_core.ui.shared.html import escape, message_html
from xlt_core.ui.shared.updates import Updates, Values


def open_page(page: EvaluatePage, values: Values) -> Updates:
    """On opening the tab: keeps the run that is shown; at first shows the running run, the last one, or the example."""
    if values[page.view.run]:
        return refresh_menu(page, values)
    manager, visitor = page.view.manager, values[page.view.visitor]
    runs = [run for _, run in listing.sweep_menu(manager, visitor)]
    examples = [run for _, run in example_menu()]
    run = manager.running_run(visitor) or next(iter([*runs, *examples]), EXAMPLE)
    notice = {page.view.message: message_html(manager.store().message)}  # such as a damaged file that was set aside
    return open_run(page, values, run) | notice | {page.start: gr.update(interactive=True)}


def form_changed(page: EvaluatePage, values: Values) -> Updates:
    """The size of the changed grid or what is wrong with it, and the languages of its datasets."""
    grid_form = page.form
    offered = form.language_menu(tuple(values[grid_form.datasets]), tuple(values[grid_form.languages]))
    try:
        size = form.size_html(form.read(grid_form, values, page.view.manager.public))
    except InputError as error:
        size = message_html(str(error), "problem")
    chosen = strategies.chooses_published(strategies.read(grid_form.strategies, values))
    pivots = strategies.offers({}, chosen or form.has_translations(grid_form, values))
    return {page.size: size, grid_form.languages: gr.update(choices=offered), grid_form.strategies.offers: pivots}


def models_changed(page: EvaluatePage, values: Values) -> Iterator[Updates]:
    """The hints of the chosen models, and which strategies they can run in one of the languages at least."""
    grid_form = page.form
    menus: dict[Part, gr.Dropdown] = {"model": grid_form.models, "translator": grid_form.translators}
    last = {part: str((values[menu] or [""])[-1]) for part, menu in menus.items()}
    hints = {menu: gr.update(info=sources.model_info(part, last[part])) for part, menu in menus.items()}
    all_ticked = {grid_form.strategies.boxes: {"ticked": [*strategies.all_names()]}}  # even if none is ticked now
    grid = form.read(grid_form, {**values, **all_ticked}, page.view.manager.public)
    reasons = form.reasons(grid)
    if "" in reasons:
        yield hints | {page.view.message: message_html(reasons[""], "problem")}
    else:
        columns = grid_form.strategies
        now = strategies.ticked(columns, values), strategies.disabled(columns, values)
        disabled = strategies.disable(columns, reasons, *now)
        yield hints | disabled | {page.view.message: ""}


def add_column(page: EvaluatePage, values: Values) -> Updates:
    """Adds a second column of the strategy whose button was pressed."""
    menus = (page.form.models, page.form.translators)
    model, translator = (next(iter(values[menu] or ()), "") for menu in menus)
    return strategies.add_column(page.form.strategies, model, translator, values)


def estimate(page: EvaluatePage, values: Values) -> Iterator[Updates]:
    """Estimates the cost of the grid from its first batches, which are computed and stored; shows it as it improves."""
    view = page.view
    grid = form.read(page.form, values, view.manager.public)
    size, last = form.size_html(grid), None
    yield {page.size: size + cost_html(None, True), view.message: "", view.stop: gr.update(interactive=True)}
    job = Job("estimate", sweep.estimate(grid, view.manager.store()))
    try:
        for found in job.watch():
            if found != last:
                yield {page.size: size + cost_html(found, True)}
            last = found
    finally:
        job.stop()
    running = view.manager.is_running(values[view.run], values[view.visitor])
    yield {page.size: size + cost_html(last, False), view.message: message_html(job.error, "problem"),
           view.stop: gr.update(interactive=running)}  # fmt: skip


def start(page: EvaluatePage, values: Values) -> Updates:
    """Starts the sweep of the grid."""
    manager = page.view.manager
    grid = form.read(page.form, values, manager.public)
    return open_run(page, values, manager.start(grid, values[page.view.visitor]))


def choose_run(page: EvaluatePage, values: Values) -> Updates:
    """Shows the run that was chosen in the menu."""
    return open_run(page, values, str(values[page.runs] or EXAMPLE))


def open_run(page: EvaluatePage, values: Values, run: str) -> Updates:
    """All updates that show a run."""
    return run_view.open_run(page.view, values, run) | refresh_menu(page, {**values, page.view.run: run})


def refresh_menu(page: EvaluatePage, values: Values) -> Updates:
    """The menu of runs as they are now."""
    run = values[page.view.run]
    menu = [*listing.sweep_menu(page.view.manager, values[page.view.visitor]), *example_menu()]
    if run not in {name for _, name in menu}:  # not yet in the store
        menu = [("the run that has just started", run), *menu]
    return {page.runs: gr.update(choices=menu, value=run)}


def cost_html(estimated: Estimate | None, measuring: bool) -> str:
    """The estimated cost of a grid. measuring: whether the estimate still improves."""
    if estimated is None or not estimated.measured:
        text = "Running the first items, to measure; their answers are kept for the run." if measuring else ""
        return f"<p class='xlt-quiet'>{text}</p>"
    counts = (estimated.calls, estimated.tokens_in, estimated.tokens_out)
    calls, tokens_in, tokens_out = (f"{round(n):,}" for n in counts)
    more = ", still measuring" if measuring else ""
    memory = f"<p class='xlt-quiet'>{escape(estimated.memory)}</p>" if estimated.memory else ""
    return (
        f"<p class='xlt-cost'>About <b>{calls}</b> calls, <b>{tokens_in}</b> tokens read and {tokens_out} written, "
        f"<b>{duration(estimated.seconds)}</b> of computing <span class='xlt-quiet'>"
        f"(from {estimated.measured:,} answers{more}; what was computed before is not computed again)</span></p>"
        f"{memory}"
    )
