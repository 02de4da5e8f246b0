"""The regions of the page Compare, under one name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core.ui.compare import demonstrations, inputs, view
from xlt_core.ui.compare import form as form_module
from xlt_core.ui.shared.visitors import Keeping

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Page:
    """The regions of the page. ticket: of the work that Stop is to stop; keeping: where what ends is kept; visitor:
    the browser's key for it."""

    host: gr.HTML
    choices: form_module.Choices
    inputs: inputs.Inputs
    table: demonstrations.Demonstrations
    results: view.Results
    lesson: gr.HTML
    message: gr.HTML
    preview: gr.Button
    compare: gr.Button
    stop: gr.Button
    ticket: gr.State
    keeping: Keeping
    visitor: gr.BrowserState

    def form(self) -> set[Any]:
        """Every widget that a plan is read from."""
        return self.choices.widgets() | self.inputs.widgets() | self.table.widgets()
