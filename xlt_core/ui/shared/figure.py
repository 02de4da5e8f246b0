"""A picture with the sentence that says it in words, and a table of text, as the page draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from xlt_core.findings.tables import Table
from xlt_core.ui.shared.html import escape

if TYPE_CHECKING:
    import plotly.graph_objects as go

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Picture:
    """The widgets."""

    box: gr.Column
    title: gr.HTML
    plot: gr.Plot
    words: gr.HTML

    def widgets(self) -> set[Any]:
        return {self.box, self.title, self.plot, self.words}


def build(name: str, title: str = "") -> Picture:
    """Draws the place for a picture. name: the element's id."""
    with gr.Column(visible=False, min_width=300, elem_id=name, elem_classes=["xlt-picture"]) as box:
        head = gr.HTML(_head(title))
        plot = gr.Plot(show_label=False, container=False, buttons=[])
        words = gr.HTML("", elem_classes=["xlt-words"])
    return Picture(box, head, plot, words)


def put(picture: Picture, figure: go.Figure | None, words: str, title: str = "") -> Updates:
    """The updates that show a figure, or nothing; title: another one."""
    if figure is None:
        return {picture.box: gr.update(visible=False)}
    said = f"<p>{escape(words)}</p>"
    renamed = {picture.title: _head(title)} if title else {}
    return {picture.box: gr.update(visible=True), picture.plot: figure, picture.words: said} | renamed


def _head(title: str) -> str:
    return f"<h3 class='xlt-group'>{escape(title)}</h3>" if title else ""


def table_html(table: Table) -> str:
    """The table; where it is wider than the page it is scrolled."""
    heads = "".join(f"<th scope='col'>{escape(head)}</th>" for head in table.heads)
    rows = "".join(f"<tr>{_cells(table, number)}</tr>" for number in range(len(table.rows)))
    return (
        f"<div class='xlt-numbers' tabindex='0'><table><caption>{escape(table.title)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cells(table: Table, number: int) -> str:
    shown = (f"<b>{escape(text)}</b>" if (number, at) in table.bold else escape(text)
             for at, text in enumerate(table.rows[number]))  # fmt: skip
    return "".join(f"<td>{cell}</td>" for cell in shown)


def chosen(menu: Mapping[str, Any], value: object) -> str:
    """The value, or the menu's first one where it has none such any more."""
    return value if isinstance(value, str) and value in menu else next(iter(menu), "")
