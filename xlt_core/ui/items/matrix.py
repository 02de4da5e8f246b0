"""The matrix of a finished comparison: its filters, pages, and the steps of the chosen cell at its side."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison.coverage import strangers
from xlt_core.records import Comparison, Language
from xlt_core.ui.items import cell, pivots, table
from xlt_core.ui.items.rows import DISAGREE, INVALID, WORST_FIRST, WRONG, Shown
from xlt_core.ui.items.table import Choice
from xlt_core.ui.shared.updates import Updates, Values


@dataclass(frozen=True)
class Matrix:
    """The widgets. sort, chosen: hidden fields into which the page's script writes what was pressed: what to sort by,
    and the chosen cell as JSON. page: the number of the page of items."""

    filters: gr.CheckboxGroup
    previous: gr.Button
    next: gr.Button
    page_label: gr.HTML
    table: gr.HTML
    panel: gr.HTML
    sort: gr.Textbox
    chosen: gr.Textbox
    page: gr.State

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.filters, self.sort, self.chosen, self.page}

    def outputs(self) -> set[Any]:
        """What the handlers update."""
        return {self.filters, self.page_label, self.table, self.panel, self.sort, self.chosen, self.page}

    def turns(self) -> tuple[tuple[Callable[..., Any], int | None], ...]:
        """The events that show other rows, each with the pages by which they go forward; None: to the first page."""
        return ((self.filters.input, None), (self.sort.change, None), (self.previous.click, -1), (self.next.click, 1))


def build(prefix: str, comparison: Comparison | None = None) -> Matrix:
    """Draws the widgets, with a comparison or empty. prefix: of their element ids."""
    made = _rows(comparison, Shown(), 0, None) if comparison else ("", "")
    names = filter_names(comparison) if comparison else filter_names(None)
    with gr.Row(elem_classes=["xlt-tools"]):
        filters = gr.CheckboxGroup(names, value=[], show_label=False, label="Which items", container=False,
                                   elem_id=f"{prefix}-filters")  # fmt: skip
        previous = gr.Button("Previous", size="sm", elem_id=f"{prefix}-previous")
        label = gr.HTML(made[0], elem_id=f"{prefix}-page")
        following = gr.Button("Next", size="sm", elem_id=f"{prefix}-next")
    with gr.Row(elem_classes=["xlt-matrix-row"], elem_id=f"{prefix}-matrix"):
        rows = gr.HTML(made[1], elem_id=f"{prefix}-table")
        panel = gr.HTML(cell.HINT, elem_id=f"{prefix}-cell")
        sort = gr.Textbox("", elem_id=f"{prefix}-sort", elem_classes=["xlt-hidden"], container=False)
        chosen = gr.Textbox("", elem_id=f"{prefix}-chosen", elem_classes=["xlt-hidden"], container=False)
    return Matrix(filters, previous, following, label, rows, panel, sort, chosen, gr.State(0))


def show(matrix: Matrix, comparison: Comparison) -> Updates:
    """The updates for another comparison: its first page, no cell chosen."""
    label, rows = _rows(comparison, Shown(), 0, None)
    filters = gr.update(choices=filter_names(comparison), value=[])
    shown = {matrix.filters: filters, matrix.page_label: label, matrix.table: rows, matrix.panel: cell.HINT}
    return shown | {matrix.sort: "", matrix.chosen: "", matrix.page: 0}


def clear(matrix: Matrix) -> Updates:
    """The updates that empty it."""
    return {matrix.table: "", matrix.panel: "", matrix.page_label: "", matrix.chosen: "", matrix.page: 0}


def turn_page(matrix: Matrix, comparison: Comparison, values: Values, by: int | None) -> Updates:
    """The updates that show other rows. by: pages forward; 0: the same page again; None: the first."""
    shown = Shown(tuple(values[matrix.filters] or ()), str(values[matrix.sort] or ""))
    last = table.pages(comparison, _metric(comparison), shown) - 1
    page = 0 if by is None else min(max(values[matrix.page] + by, 0), last)
    label, rows = _rows(comparison, shown, page, read_choice(values[matrix.chosen]))
    return {matrix.page: page, matrix.page_label: label, matrix.table: rows}


def choose(matrix: Matrix, comparison: Comparison, values: Values) -> Updates:
    """The updates that show the steps of the chosen cell."""
    chosen = read_choice(values[matrix.chosen])
    found = cell.find(comparison, chosen) if chosen else None
    known = not (found and strangers(comparison.plan, found[0]))
    return {matrix.panel: cell.cell_html(comparison, _metric(comparison), _language(comparison), chosen, known)}


def read_choice(text: Any) -> Choice | None:
    """The chosen cell; None where there is none."""
    try:
        item, column = json.loads(text or "null") or (None, None)
    except (ValueError, TypeError):
        return None
    return (item, column) if isinstance(item, str) and isinstance(column, str) else None


def filter_names(comparison: Comparison | None) -> list[str]:
    """The filters; the order by pivots where there are some to compare."""
    return [DISAGREE, WRONG, INVALID, *([WORST_FIRST] if comparison and pivots.has_chrf_pp(comparison) else [])]


def _rows(comparison: Comparison, shown: Shown, page: int, chosen: Choice | None) -> tuple[str, str]:
    metric = _metric(comparison)
    rows = table.matrix_html(comparison, metric, _language(comparison), shown, page, chosen)
    return table.page_label_html(comparison, metric, shown, page), rows


def _metric(comparison: Comparison) -> str:
    return catalog.task(comparison.plan.task).metrics[0]


def _language(comparison: Comparison) -> Language | None:
    return catalog.by_code(comparison.plan.language)
