"""One cell of the results in detail: which labels are confused, which entities survive, and every item."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import gradio as gr

from xlt_core import catalog
from xlt_core.findings import details, sentences
from xlt_core.records import Comparison
from xlt_core.sweeps.titles import varying
from xlt_core.ui.items import pivots
from xlt_core.ui.items import table as items
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
    """The widgets. page: the number of the page of items that is shown."""

    cell: gr.Dropdown
    figures: list[FigurePanel]
    disagree: gr.Checkbox
    worst_pivot: gr.Checkbox
    previous: gr.Button
    next: gr.Button
    page_label: gr.HTML
    table: gr.HTML
    page: gr.State

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.cell, self.disagree, self.worst_pivot, self.page}

    def outputs(self) -> set[Any]:
        """What the choice of a cell updates."""
        own = {self.cell, self.worst_pivot, self.page_label, self.table, self.page}
        return own.union(*(panel.widgets() for panel in self.figures))


def build(prefix: str) -> CellView:
    """Draws the widgets."""
    with gr.Accordion("One cell in detail", open=False, elem_id=f"{prefix}-cell-view"):
        cell = gr.Dropdown([], label="Cell", elem_id=f"{prefix}-cell")
        with gr.Row(elem_classes=["xlt-figures"]):
            panels = [figure_panel.build(f"{prefix}-cell-figure-{n}") for n in range(MAX_FIGURES)]
        with gr.Row(elem_classes=["xlt-tools"]):
            disagree = gr.Checkbox(False, label="Only where the columns disagree", container=False, min_width=260)
            worst_pivot = gr.Checkbox(False, label=items.WORST_FIRST, container=False, min_width=180, visible=False)
            previous = gr.Button("Previous", size="sm")
            page_label = gr.HTML("", elem_id=f"{prefix}-items-page")
            following = gr.Button("Next", size="sm")
        table = gr.HTML(HINT, elem_id=f"{prefix}-items")
    return CellView(cell, panels, disagree, worst_pivot, previous, following, page_label, table, gr.State(0))


def show(view: CellView, results: ResultSet) -> Updates:
    """The updates for new results: a new menu of cells, and no cell chosen."""
    hidden = [update for panel in view.figures for update in figure_panel.update(panel, None, "").items()]
    menu = gr.update(choices=cell_menu(results), value=None)
    return {view.cell: menu, view.page_label: "", view.table: HINT, view.page: 0, **dict(hidden)}


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
    updates[view.worst_pivot] = gr.update(visible=pivots.has_chrf_pp(comparison))
    return updates | _items(view, comparison, _shown(view, values), 0)


def turn_page(view: CellView, results: ResultSet | None, values: Values, by: int) -> Updates:
    """The updates that show another page of the items. by: pages forward; 0 goes to the first page."""
    comparison = _chosen(view, results, values)
    if comparison is None:
        return {}
    shown = _shown(view, values)
    last = items.pages(comparison, shown) - 1
    return _items(view, comparison, shown, min(max(values[view.page] + by, 0), last) if by else 0)


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


def _shown(view: CellView, values: Values) -> items.Shown:
    return items.Shown(bool(values[view.disagree]), bool(values[view.worst_pivot]))


def _items(view: CellView, comparison: Comparison, shown: items.Shown, page: int) -> Updates:
    language = catalog.by_code(comparison.plan.language)
    metric = catalog.task(comparison.plan.task).metrics[0]
    return {
        view.page_label: items.page_label_html(comparison, shown, page),
        view.table: items.items_html(comparison, metric, language, shown, page),
        view.page: page,
    }
