"""What the server gives to a form in plain HTML, beside the value of the form, which is the visitor's own."""

from __future__ import annotations

from typing import Any

import gradio as gr


def build(value: Any, form: str) -> gr.HTML:
    """A hidden widget, from whose value the script of a form takes what it is given (assets/page.js). form: its name.

    New choices then leave what is entered as it is. It cannot be a further property of the form's own widget: Gradio
    drops those at each update that does not name them, where the widget is in a fold that was never opened.
    """
    return gr.HTML(value, html_template="", js_on_load=f"xltGive(props, watch, '{form}')", elem_classes=["xlt-none"])
