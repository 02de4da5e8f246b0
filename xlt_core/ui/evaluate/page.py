"""The page Evaluate: a grid is chosen, its cost told, set to work, watched, stopped, come back to, and read off."""

from __future__ import annotations

from functools import partial

import gradio as gr

from xlt_core.ui.compare import strategies
from xlt_core.ui.evaluate import form, handlers
from xlt_core.ui.evaluate.handlers import Evaluate, Updates, Values
from xlt_core.ui.results import run_view
from xlt_core.ui.shared.binding import on
from xlt_core.ui.shared.visitors import Keeping

PREFIX = "evaluate"


def build(blocks: gr.Blocks, keeping: Keeping, visitor: gr.BrowserState) -> Evaluate:
    """Draws the page, with its events. visitor: the browser's key."""
    page = _draw(keeping, visitor)
    _wire_choices(page)
    _wire_work(page)
    needs, gives = page.viewer.asked(), page.viewer.drawn() | {page.menu, page.start, visitor}
    on(blocks.load, partial(handlers.come, page), needs, gives, page.viewer.message)
    return page


def _draw(keeping: Keeping, visitor: gr.BrowserState) -> Evaluate:
    with gr.Row(elem_classes=["xlt-layout"]):
        with gr.Column(scale=1, min_width=290, elem_classes=["xlt-side"]):  # noqa: SIM117
            with gr.Accordion("The grid", open=True, elem_id="evaluate-fold"):
                choices = form.build()
        with gr.Column(scale=3, min_width=320, elem_classes=["xlt-work"]):
            size = gr.HTML(form.size_html(form.FIRST), elem_id="evaluate-size")
            said = gr.HTML("", elem_id="evaluate-message")
            with gr.Row(elem_classes=["xlt-actions"]):
                estimate = gr.Button("Estimate the cost", elem_id="evaluate-estimate")
                # Live once the page has found the visitor's runs.
                start = gr.Button("Start", variant="primary", interactive=False, elem_id="evaluate-start")
                stop = gr.Button("Stop", variant="stop", interactive=False, elem_id="evaluate-stop")
            menu = gr.Dropdown([], label="Shown", elem_id="evaluate-run")
            viewer = run_view.build(PREFIX, keeping, visitor, said, stop)
    return Evaluate(choices, size, estimate, start, menu, viewer)


def _wire_choices(page: Evaluate) -> None:
    chosen, said = page.choices, page.viewer.message
    columns, needs = chosen.strategies, chosen.widgets()
    for widget in (chosen.tasks, chosen.languages, chosen.shots, chosen.seeds, chosen.samples, chosen.datasets,
                   columns.extra_names, *columns.boxes.values()):  # fmt: skip
        on(widget.change, partial(handlers.sized, page), needs, {page.size, chosen.languages}, said)
    for name, button in columns.seconds.items():
        on(button.click, partial(_second, page, name), needs, {columns.extras, columns.extra_names}, said)


def _second(page: Evaluate, name: str, values: Values) -> Updates:
    return strategies.second(page.choices.strategies, name, values)


def _wire_work(page: Evaluate) -> None:
    viewer = page.viewer
    needs, gives = page.choices.widgets() | viewer.asked(), viewer.drawn() | {page.menu}
    cost = on(page.estimate.click, partial(handlers.estimate, page), needs, {page.size, viewer.stop}, viewer.message,
              generator=True, concurrency_id="model", concurrency_limit=2)  # fmt: skip
    on(page.start.click, partial(handlers.start, page), needs, gives, viewer.message)
    on(page.menu.input, partial(handlers.pick, page), viewer.asked() | {page.menu}, gives, viewer.message)
    run_view.wire(viewer, PREFIX, [cost], {page.menu}, partial(handlers.menu, page))
