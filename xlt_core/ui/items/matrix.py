"""The matrix of a finished comparison: its filters, pages, and the steps of the chosen cell at its side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison.coverage import strangers
from xlt_core.records import Comparison, Language
from xlt_core.ui.items import cell, table
from xlt_core.ui.items.rows import DISAGREE, INVALID, WORST_FIRST, WRONG, Shown
from xlt_core.ui.items.table import Choice
from xlt_core.ui.shared.events import LAST, QUIET
from xlt_core.ui.shared.updates import Updates, Values

# The last one is hidden by style where no pivot has a score. It stays among the choices: it may be ticked then.
FILTERS = [DISAGREE, WRONG, INVALID, WORST_FIRST]


@dataclass(frozen=True)
class Matrix:
    """The widgets. sort, chosen: hidden fields into which the page's script writes what was pressed: what to sort by,
    and the chosen cell as JSON. page: the number of the page of items, hidden too, which the browser itself turns.
    drawn: which items were drawn last; None once there are others. renewed: changes when they have to be drawn."""

    filters: gr.CheckboxGroup
    previous: gr.Button
    next: gr.Button
    page_label: gr.HTML
    table: gr.HTML
    panel: gr.HTML
    sort: gr.Textbox
    chosen: gr.Textbox
    page: gr.Number
    drawn: gr.State
    renewed: gr.State

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.filters, self.sort, self.chosen, self.page, self.drawn}

    def outputs(self) -> set[Any]:
        """What the handlers update."""
        return {self.filters, self.page_label, self.table, self.panel, self.sort, self.chosen, self.page,
                self.drawn, self.renewed}  # fmt: skip


def build(prefix: str, comparison: Comparison | None = None) -> Matrix:
    """Draws the widgets, with a comparison or empty. prefix: of their element ids."""
    made = _rows(comparison, Shown(), 0, None) if comparison else ("", "")
    with gr.Row(elem_classes=["xlt-tools"]):
        filters = gr.CheckboxGroup(FILTERS, value=[], show_label=False, label="Which items", container=False,
                                   elem_id=f"{prefix}-filters")  # fmt: skip
        previous = gr.Button("Previous", size="sm", elem_id=f"{prefix}-previous")
        label = gr.HTML(made[0], elem_id=f"{prefix}-page")
        following = gr.Button("Next", size="sm", elem_id=f"{prefix}-next")
    with gr.Row(elem_classes=["xlt-matrix-row"], elem_id=f"{prefix}-matrix"):
        rows = gr.HTML(made[1], elem_id=f"{prefix}-table")
        panel = gr.HTML(cell.HINT, elem_id=f"{prefix}-cell")
        sort = gr.Textbox("", elem_id=f"{prefix}-sort", elem_classes=["xlt-hidden"], container=False)
        chosen = gr.Textbox("", elem_id=f"{prefix}-chosen", elem_classes=["xlt-hidden"], container=False)
        page = gr.Number(0, precision=0, elem_id=f"{prefix}-number", elem_classes=["xlt-hidden"], container=False)
    previous.click(None, page, page, js="page => Math.max(0, page - 1)", **QUIET)
    following.click(None, page, page, js="page => page + 1", **QUIET)
    return Matrix(filters, previous, following, label, rows, panel, sort, chosen, page, gr.State(Shown()), gr.State(0))


def on_draw(matrix: Matrix, *also: Any) -> partial[Any]:
    """What binds the handler that draws the rows. also: further events that draw them.

    It is one event, of which a browser sends one at a time, so that no late reply shows what was chosen before.
    """
    shown = (matrix.filters.input, matrix.sort.change, matrix.page.change, matrix.renewed.change)
    return partial(gr.on, [*shown, *also], **LAST)


def show(matrix: Matrix) -> Updates:
    """The updates for another comparison: its first page, no cell chosen."""
    return clear(matrix) | {matrix.filters: [], matrix.panel: cell.HINT, matrix.sort: ""} | renew(matrix)


def renew(matrix: Matrix) -> Updates:
    """The update after which the rows are drawn, as they are chosen then."""
    return {matrix.renewed: monotonic()}


def clear(matrix: Matrix) -> Updates:
    """The updates that empty it."""
    return {matrix.table: "", matrix.panel: "", matrix.page_label: "", matrix.chosen: "", matrix.drawn: None}


def draw(matrix: Matrix, comparison: Comparison, values: Values) -> Updates:
    """The updates that show the rows that are chosen now: the first page of others than before."""
    shown = Shown(tuple(values[matrix.filters] or ()), str(values[matrix.sort] or ""))
    last = table.pages(comparison, _metric(comparison), shown) - 1
    wanted = int(values[matrix.page] or 0)
    page = min(max(wanted, 0), last) if shown == values[matrix.drawn] else 0
    label, rows = _rows(comparison, shown, page, read_choice(values[matrix.chosen]))
    turned = {matrix.page: page} if page != wanted else {}  # the visitor may be turning it
    return {matrix.page_label: label, matrix.table: rows, matrix.drawn: shown} | turned


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


def _rows(comparison: Comparison, shown: Shown, page: int, chosen: Choice | None) -> tuple[str, str]:
    metric = _metric(comparison)
    rows = table.matrix_html(comparison, metric, _language(comparison), shown, page, chosen)
    return table.page_label_html(comparison, metric, shown, page), rows


def _metric(comparison: Comparison) -> str:
    return catalog.task(comparison.plan.task).metrics[0]


def _language(comparison: Comparison) -> Language | None:
    return catalog.by_code(comparison.plan.language)
