"""Knobs of strategies or of objectives as one widget: a form in plain HTML, whose value is a dict.

The time in which the page opens grows with its widgets, and there are some 170 knobs on each of two tabs.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import gradio as gr

from xlt_core.catalog import Knob
from xlt_core.ui.shared.html import escape

Groups = Mapping[str, Sequence[Knob]]  # by strategy or objective
Given = Mapping[str, Mapping[str, Any]]  # the values of knobs by group and name
Offers = Mapping[str, Mapping[str, Sequence[tuple[str, str]]]]  # labels and values to choose from, by group and knob
TEMPLATE = str.maketrans({sign: f"&#{ord(sign)};" for sign in "`${}\\"})  # what Gradio's templates would read


def build(
    groups: Groups, prefix: str, frame: Callable[[str, str], str], offered: Container[str] = (), typed: bool = False,
    **options: Any,
) -> gr.HTML:  # fmt: skip
    """Draws the form, whose fields the page's script fills and reads (assets/page.js).

    prefix: of the element ids, and the form's name. frame: sets the fields of a group, as HTML, under its name.
    offered: knobs whose choices the form is given; typed: whether others may be typed. options: of the widget.
    """
    form = "".join(
        frame(name, "".join(_field(name, knob, f"{prefix}{name}-{knob.name}", offered, typed) for knob in knobs))
        for name, knobs in groups.items()
    )
    return gr.HTML(filled(groups, {}), html_template=form.translate(TEMPLATE), apply_default_css=False,
                   js_on_load=f"xltKnobs(element, props, watch, trigger, '{prefix}')", **options)  # fmt: skip


def filled(groups: Groups, given: Given) -> dict[str, Any]:
    """The value of the form with these knobs in it, and the others at their defaults."""
    return {"knobs": {name: {knob.name: given.get(name, {}).get(knob.name, knob.default) for knob in knobs}
                      for name, knobs in groups.items()}}  # fmt: skip


def read(knobs: Sequence[Knob], group: str, value: Any) -> dict[str, Any]:
    """The knobs of a group that are entered; what a browser sends that is no form counts as nothing entered."""
    entered = value.get("knobs") if isinstance(value, dict) else None
    given = entered.get(group) if isinstance(entered, dict) else None
    given = given if isinstance(given, dict) else {}
    return {knob.name: given[knob.name] for knob in knobs if isinstance(given.get(knob.name), str | int | float)}


def _field(group: str, knob: Knob, element_id: str, offered: Container[str], typed: bool) -> str:
    """The control of a knob, by its kind, with its label and what it is for."""
    known = f"id='{element_id}' data-group='{group}' data-knob='{knob.name}'"
    known += f" aria-describedby='{element_id}-help'" * bool(knob.help)
    help_ = f"<small id='{element_id}-help'>{escape(knob.help)}</small>" if knob.help else ""
    label = f"<label for='{element_id}'>{escape(knob.label)}</label>"
    if knob.kind == "bool":
        return f"<div class='xlt-tick'><input type='checkbox' {known}>{label}{help_}</div>"
    if knob.kind == "choice" or (knob.name in offered and not typed):
        names = () if knob.name in offered else knob.choices
        control = f"<select {known}>{''.join(f'<option>{escape(name)}</option>' for name in names)}</select>"
    elif knob.name in offered:
        control = f"<input type='text' list='{element_id}-list' {known}><datalist id='{element_id}-list'></datalist>"
    elif knob.kind in ("int", "float"):
        control = f"<input type='number' step='{1 if knob.kind == 'int' else 'any'}' {known}>"
    else:
        control = f"<input type='text' {known}>"
    return f"<div>{label}{help_}{control}</div>"
