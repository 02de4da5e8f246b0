"""A closer look at one cell of the results: which labels are confused, which entities survive, and every item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import gradio as gr

from xlt_core import catalog
from xlt_core.findings import details, sentences
from xlt_core.records import Comparison
from xlt_core.ui.compare import items
from xlt_core.ui.results.progress import named
from xlt_core.ui.shared import figure as figure_module
from xlt_core.ui.shared.figure import Picture
from xlt_core.ui.shared.found_results import Shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_PICTURES = 4
HINT = "<p class='xlt-quiet'>Choose a cell to read every item of it, each with all that was sent and came back.</p>"

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Closer:
    """The widgets. page: which page of the items is shown."""

    cell: gr.Dropdown
    pictures: list[Picture]
    disagree: gr.Checkbox
    back: gr.Button
    on: gr.Button
    where: gr.HTML
    table: gr.HTML
    page: gr.State

    def asked(self) -> set[Any]:
        return {self.cell, self.disagree, self.page}

    def drawn(self) -> set[Any]:
        """Everything that another cell may change."""
        own = {self.cell, self.where, self.table, self.page}
        return own.union(*(picture.widgets() for picture in self.pictures))


def build(prefix: str) -> Closer:
    """Draws the region."""
    with gr.Accordion("A closer look at one cell", open=False, elem_id=f"{prefix}-closer"):
        cell = gr.Dropdown([], label="Cell", elem_id=f"{prefix}-cell")
        with gr.Row(elem_classes=["xlt-pictures"]):
            pictures = [figure_module.build(f"{prefix}-closer-{n}") for n in range(MOST_PICTURES)]
        with gr.Row(elem_classes=["xlt-tools"]):
            disagree = gr.Checkbox(False, label="Only where the columns disagree", container=False, min_width=260)
            back = gr.Button("Previous", size="sm")
            where = gr.HTML("", elem_id=f"{prefix}-items-where")
            on = gr.Button("Next", size="sm")
        table = gr.HTML(HINT, elem_id=f"{prefix}-items")
    return Closer(cell, pictures, disagree, back, on, where, table, gr.State(0))


def show(closer: Closer, shown: Shown) -> Updates:
    """The updates for new results: their cells; what was looked at goes."""
    hidden = [update for picture in closer.pictures for update in figure_module.put(picture, None, "").items()]
    menu = gr.update(choices=menu_of(shown), value=None)
    return {closer.cell: menu, closer.where: "", closer.table: HINT, closer.page: 0, **dict(hidden)}


def grown(closer: Closer, shown: Shown) -> Updates:
    """The updates for more of the same results."""
    return {closer.cell: gr.update(choices=menu_of(shown))}


def menu_of(shown: Shown) -> list[tuple[str, int]]:
    """The cells that have ended, in words, with their places."""
    return [(named(comparison.plan), place) for place, comparison in enumerate(shown.lean)]


def chosen(closer: Closer, shown: Shown | None, values: Values) -> Updates:
    """The updates for another cell: its pictures and its items."""
    comparison = _comparison(closer, shown, values)
    if comparison is None:
        return {}
    drawn = [*_drawn(comparison), *[(None, "", "")] * MOST_PICTURES]
    updates: Updates = {}
    for picture, (figure, words, title) in zip(closer.pictures, drawn, strict=False):
        updates |= figure_module.put(picture, figure, words, title)
    return updates | _items(closer, comparison, bool(values[closer.disagree]), 0)


def turn(closer: Closer, shown: Shown | None, values: Values, by: int) -> Updates:
    """Another page of the items, as the filter stands; by 0 goes to the first."""
    comparison = _comparison(closer, shown, values)
    if comparison is None:
        return {}
    disagreeing = bool(values[closer.disagree])
    last = items.pages(comparison, disagreeing) - 1
    return _items(closer, comparison, disagreeing, min(max(values[closer.page] + by, 0), last) if by else 0)


def _comparison(closer: Closer, shown: Shown | None, values: Values) -> Comparison | None:
    place = values[closer.cell]
    if shown is None or not isinstance(place, int) or not 0 <= place < len(shown.lean):
        return None
    return shown.whole(place)


def _drawn(comparison: Comparison) -> list[tuple[go.Figure, str, str]]:
    """What the pictures show: figure, sentence and title of each."""
    from xlt_core.findings import figures

    shots = comparison.plan.shots
    order = [run.name for run in comparison.runs]
    confusions = sorted(details.confusions([comparison], shots), key=lambda one: order.index(one.column))
    labels = [(figures.confusion(one), sentences.confused(one), f"Labels confused: {one.column}") for one in confusions]
    rows = groupby(details.survivals([comparison], shots), key=lambda one: one.column)
    entities = [(figures.survival(own), sentences.survived(own), f"Entities that survive: {column}")
                for column, of in rows for own in [list(of)]]  # fmt: skip
    return labels + entities


def _items(closer: Closer, comparison: Comparison, disagreeing: bool, page: int) -> Updates:
    language = catalog.languages().get(comparison.plan.language)
    metric = catalog.task(comparison.plan.task).metrics[0]
    count, last = len(items.rows_of(comparison, disagreeing)), items.pages(comparison, disagreeing)
    what = "items where the columns disagree" if disagreeing else "items"
    return {
        closer.where: f"<span class='xlt-quiet' aria-live='polite'>{count} {what}, page {page + 1} of {last}</span>",
        closer.table: items.items_html(comparison, metric, language, disagreeing, page),
        closer.page: page,
    }
