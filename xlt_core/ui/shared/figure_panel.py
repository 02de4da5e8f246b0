"""A figure with its title and a caption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from xlt_core.ui.shared.html import escape
from xlt_core.ui.shared.updates import Updates

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class FigurePanel:
    """The widgets."""

    box: gr.Column
    title: gr.HTML
    plot: gr.Plot
    caption: gr.HTML

    def widgets(self) -> set[Any]:
        return {self.box, self.title, self.plot, self.caption}


def build(element_id: str, title: str = "") -> FigurePanel:
    """Draws a hidden panel, which `update` shows."""
    with gr.Column(visible=False, min_width=300, elem_id=element_id, elem_classes=["xlt-figure"]) as box:
        heading = gr.HTML(_title_html(title))
        plot = gr.Plot(show_label=False, container=False, buttons=[])
        caption = gr.HTML("", elem_classes=["xlt-caption"])
    return FigurePanel(box, heading, plot, caption)


def update(panel: FigurePanel, figure: go.Figure | None, caption: str, title: str = "") -> Updates:
    """The updates that show a figure, or hide the panel where there is none. title: replaces the present one."""
    if figure is None:
        return {panel.box: gr.update(visible=False)}
    titled = {panel.title: _title_html(title)} if title else {}
    return {panel.box: gr.update(visible=True), panel.plot: figure, panel.caption: f"<p>{escape(caption)}</p>"} | titled


def _title_html(title: str) -> str:
    return f"<h3 class='xlt-group'>{escape(title)}</h3>" if title else ""
