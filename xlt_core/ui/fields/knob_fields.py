"""The knobs of a strategy as one widget: a form in plain HTML, whose value is a dict.

The time in which the page opens grows with its widgets, and there are some 170 knobs on each of two tabs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from xlt_core.catalog import Knob
from xlt_core.ui.shared.html import escape

TEMPLATE = str.maketrans({sign: f"&#{ord(sign)};" for sign in "`${}\\"})  # what Gradio's templates would read


def build(knobs: Sequence[Knob], prefix: str) -> gr.HTML:
    """Draws the form, whose fields the page's script fills and reads (assets/page.js). prefix: of the element ids."""
    form = "".join(_field(knob, f"{prefix}{knob.name}") for knob in knobs).translate(TEMPLATE)
    return gr.HTML(filled(knobs, {}), html_template=form, apply_default_css=False, visible=bool(knobs),
                   js_on_load="xltKnobs(element, props, watch)", elem_classes=["xlt-fields"])  # fmt: skip


def filled(knobs: Sequence[Knob], given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of the form with these knobs in it, and the others at their defaults."""
    return {knob.name: given.get(knob.name, knob.default) for knob in knobs}


def read(knobs: Sequence[Knob], value: Any) -> dict[str, Any]:
    """The knobs that are entered; what a browser sends that is no form counts as nothing entered."""
    given = value if isinstance(value, dict) else {}
    return {knob.name: given[knob.name] for knob in knobs if isinstance(given.get(knob.name), str | int | float)}


def _field(knob: Knob, element_id: str) -> str:
    """The control of a knob, by its kind, with its label and what it is for."""
    known = f"id='{element_id}' data-knob='{knob.name}'" + f" aria-describedby='{element_id}-help'" * bool(knob.help)
    help_ = f"<small id='{element_id}-help'>{escape(knob.help)}</small>" if knob.help else ""
    label = f"<label for='{element_id}'>{escape(knob.label)}</label>"
    if knob.kind == "bool":
        return f"<div class='xlt-tick'><input type='checkbox' {known}>{label}{help_}</div>"
    if knob.kind == "choice":
        control = f"<select {known}>{''.join(f'<option>{escape(name)}</option>' for name in knob.choices)}</select>"
    elif knob.kind in ("int", "float"):
        control = f"<input type='number' step='{1 if knob.kind == 'int' else 'any'}' {known}>"
    else:
        control = f"<input type='text' {known}>"
    return f"<div>{label}{help_}{control}</div>"
