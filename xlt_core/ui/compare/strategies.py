"""The choice of columns: a checkbox and the knobs of each strategy, and second columns with other knobs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.catalog import Knob
from xlt_core.findings.colours import ordered
from xlt_core.records import Column, InputError
from xlt_core.ui.shared.updates import Updates, Values


@dataclass(frozen=True)
class Strategies:
    """The widgets. extras: second columns of a strategy, with other knobs. add_buttons: add such a column."""

    boxes: dict[str, gr.Checkbox]
    knobs: dict[str, dict[str, Any]]
    add_buttons: dict[str, gr.Button]
    extras: gr.State
    extra_names: gr.CheckboxGroup

    def widgets(self) -> set[Any]:
        """Everything from which the columns are read."""
        knobs = {widget for knobs in self.knobs.values() for widget in knobs.values()}
        return knobs | {self.extras, self.extra_names} | set(self.boxes.values())


def build(prefix: str) -> Strategies:
    """Draws the checkboxes, all ticked, and the knobs. prefix: of the element ids."""
    gr.HTML("<h3 class='xlt-group'>Strategies</h3>")
    names = ordered(tuple(catalog.strategies()))
    boxes = {name: _box(name, prefix) for name in names}
    extra_names = gr.CheckboxGroup([], label="Further columns", visible=False, elem_id=f"{prefix}extras")
    knobs, add_buttons = {}, {}
    with gr.Accordion("Knobs", open=False, elem_id=f"{prefix}knobs"):
        for name in names:
            with gr.Accordion(name, open=False, elem_classes=["xlt-knobs"]):
                knobs[name] = {knob.name: _knob(knob, f"{prefix}knob-{name}") for knob in catalog.knobs(name)}
                add_buttons[name] = gr.Button(f"Add a second {name} column with these", size="sm")
    return Strategies(boxes, knobs, add_buttons, gr.State(()), extra_names)


def read(strategies: Strategies, values: Values) -> tuple[Column, ...]:
    """The chosen columns, extra ones last."""
    firsts = tuple(_column(strategies, name, values) for name, box in strategies.boxes.items() if values[box])
    chosen = values[strategies.extra_names] or ()
    return firsts + tuple(column for column in values[strategies.extras] if column.name in chosen)


def add_column(strategies: Strategies, name: str, values: Values) -> Updates:
    """Adds a second column of a strategy with the entered knobs. Raises InputError where there is such a column."""
    plain = _column(strategies, name, values)
    knobs = ", ".join(f"{knob} {value}" for knob, value in plain.knobs.items()) or "default knobs"
    column, extras = replace(plain, name=f"{name}: {knobs}"[:60]), values[strategies.extras]
    if column.name in {extra.name for extra in extras}:
        raise InputError(f"There is a column {column.name!r} already; change a knob first.")
    names = [*(extra.name for extra in extras), column.name]
    chosen = [*(values[strategies.extra_names] or ()), column.name]
    return {
        strategies.extras: (*extras, column),
        strategies.extra_names: gr.update(choices=names, value=chosen, visible=True),
    }


def _box(name: str, prefix: str) -> gr.Checkbox:
    summary = catalog.strategies()[name].summary
    return gr.Checkbox(True, label=name, info=summary, elem_id=f"{prefix}strategy-{name}",
                       elem_classes=["xlt-strategy"], container=False)  # fmt: skip


def _knob(knob: Knob, start: str) -> Any:
    common = {"value": knob.default, "label": knob.label, "info": knob.help or None, "elem_id": f"{start}-{knob.name}"}
    if knob.kind == "bool":
        return gr.Checkbox(**common)
    if knob.kind == "choice":
        return gr.Dropdown(list(knob.choices), **common)
    if knob.kind in ("int", "float"):
        return gr.Number(**common, precision=0 if knob.kind == "int" else None)
    return gr.Textbox(**common)


def _column(strategies: Strategies, name: str, values: Values) -> Column:
    given = {knob.name: (values[strategies.knobs[name][knob.name]], knob.default) for knob in catalog.knobs(name)}
    return Column(name, name, {key: value for key, (value, default) in given.items() if value not in (default, None)})
