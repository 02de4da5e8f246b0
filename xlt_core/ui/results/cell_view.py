"""One cell of the results in detail: which labels are confused, which entities survive, and every item."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import gradio as gr

from xlt_core.findings import details, sentences
from xlt_core.records import Comparison
from xlt_core.sweeps.titles import varying
from xlt_core.ui.items import matrix
from xlt_core.ui.items.matrix import Matrix
from xlt_core.ui.results.progress import cell_name
from xlt_core.ui.shared import figure_panel
from xlt_core.ui.shared.figure_panel import FigurePanel
from xlt_core.ui.shared.result_set import ResultSet
from xlt_core.ui.shared.updates import Updates, Values

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_FIGURES = 4
HINT = "<p class='xlt-quiet'>Choose a cell to read all its items, each with every call to a model.</p>"


@dataclass(frozen=True)
class CellView:
    """The widgets. rows: the matrix with its panel, hidden until a cell is chosen."""

    cell: gr.Dropdown
    figures: list[FigurePanel]
    rows: gr.Column
    hint: gr.HTML
    matrix: Matrix

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.cell} | self.matrix.inputs()

    def outputs(self) -> set[Any]:
        """What the choice of a cell updates."""
        own = {self.cell, self.rows, self.hint} | self.matrix.outputs()
        return own.union(*(panel.widgets() for panel in self.figures))


def build(prefix: str) -> CellView:
    """Draws the widgets."""
    with gr.Accordion("One cell in detail", open=False, elem_id=f"{prefix}-cell-view"):
        cell = gr.Dropdown([], label="Cell", elem_id=f"{prefix}-cell")
        with gr.Row(elem_classes=["xlt-figures"]):
            panels = [figure_panel.build(f"{prefix}-cell-figure-{n}") for n in range(MAX_FIGURES)]
        hint = gr.HTML(HINT)
        with gr.Column(visible=False) as rows:
            made = matrix.build(f"{prefix}-items")
    return CellView(cell, panels, rows, hint, made)


def show(view: CellView, results: ResultSet) -> Updates:
    """The updates for new results: a new menu of cells, and no cell chosen."""
    hidden = [update for panel in view.figures for update in figure_panel.update(panel, None, "").items()]
    menu = gr.update(choices=cell_menu(results), value=None)
    closed = {view.rows: gr.update(visible=False), view.hint: HINT}
    return {view.cell: menu, **closed, **matrix.clear(view.matrix), **dict(hidden)}


def extend(view: CellView, results: ResultSet) -> Updates:
    """The updates for further cells of the same results; the chosen cell stays."""
    return {view.cell: gr.update(choices=cell_menu(results))}


def cell_menu(results: ResultSet) -> list[tuple[str, int]]:
    """The cells that have ended, by name, with their index."""
    told = varying(comparison.plan for comparison in results.summaries)
    return [(cell_name(comparison.plan, told), index) for index, comparison in enumerate(results.summaries)]


def show_cell(view: CellView, results: ResultSet | None, values: Values) -> Updates:
    """The updates that show the chosen cell: its figures and its items."""
    comparison = _chosen(view, results, values)
    if comparison is None:
        return {}
    contents = [*_figures(comparison), *[(None, "", "")] * MAX_FIGURES]
    updates: Updates = {}
    for panel, (figure, caption, title) in zip(view.figures, contents, strict=False):
        updates |= figure_panel.update(panel, figure, caption, title)
    return updates | {view.rows: gr.update(visible=True), view.hint: ""} | matrix.show(view.matrix)


def draw_items(view: CellView, results: ResultSet | None, values: Values) -> Updates:
    """The updates that show the items that are chosen."""
    comparison = _chosen(view, results, values)
    return matrix.draw(view.matrix, comparison, values) if comparison else {}


def choose(view: CellView, results: ResultSet | None, values: Values) -> Updates:
    """The updates that show the steps of the chosen answer."""
    comparison = _chosen(view, results, values)
    return matrix.choose(view.matrix, comparison, values) if comparison else {}


def _chosen(view: CellView, results: ResultSet | None, values: Values) -> Comparison | None:
    index = values[view.cell]
    if results is None or not isinstance(index, int) or not 0 <= index < len(results.summaries):
        return None
    return results.load(index)


def _figures(comparison: Comparison) -> list[tuple[go.Figure, str, str]]:
    """Figure, caption and title of each panel."""
    from xlt_core.findings import figures

    shots = comparison.plan.shots
    order = [run.name for run in comparison.runs]
    confusions = sorted(details.confusions([comparison], shots), key=lambda one: order.index(one.column))
    labels = [(figures.confusion(one), sentences.confused(one), f"Labels confused: {one.column}") for one in confusions]
    rows = groupby(details.survivals([comparison], shots), key=lambda one: one.column)
    entities = [(figures.survival(own), sentences.survived(own), f"Entities that survive: {column}")
                for column, of in rows for own in [list(of)]]  # fmt: skip
    return labels + entities
