"""The choice of columns: a checkbox and the knobs of each strategy, and second columns with other knobs or models."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.catalog import Knob
from xlt_core.findings.colours import PREFERRED, ordered
from xlt_core.records import Column, InputError
from xlt_core.ui.shared.updates import Updates, Values

Knobs = Mapping[str, Mapping[str, Any]]  # the widgets, by strategy and knob


@dataclass(frozen=True)
class Strategies:
    """The widgets. more: holds the boxes of all but the paper's. extras: second columns of a strategy, with other
    knobs. add_buttons: add such a column.
    disabled: the strategies that were ticked before they had to be disabled."""

    boxes: dict[str, gr.Checkbox]
    more: gr.Accordion
    knobs: dict[str, dict[str, Any]]
    add_buttons: dict[str, gr.Button]
    extras: gr.State
    extra_names: gr.CheckboxGroup
    disabled: gr.State

    def widgets(self) -> set[Any]:
        """Everything from which the columns are read."""
        knobs = {widget for knobs in self.knobs.values() for widget in knobs.values()}
        return knobs | {self.extras, self.extra_names, self.disabled} | set(self.boxes.values())


def build(prefix: str) -> Strategies:
    """Draws the checkboxes, those of the paper's three ticked, and the knobs. prefix: of the element ids."""
    boxes, more = build_boxes(PREFERRED, prefix)
    extra_names = extra_columns(f"{prefix}extras")
    with gr.Accordion("Knobs", open=False, elem_id=f"{prefix}knobs"):
        knobs, add_buttons = build_knobs(lambda knob, name: knob_widget(knob, f"{prefix}knob-{name}"), prefix)
    return Strategies(boxes, more, knobs, add_buttons, gr.State(()), extra_names, gr.State(()))


def build_boxes(ticked: Container[str], prefix: str = "") -> tuple[dict[str, gr.Checkbox], gr.Accordion]:
    """A checkbox for each strategy: the paper's in view, the others folded unless one of them is ticked."""
    gr.HTML("<h2 class='xlt-group'>Strategies</h2>")
    names = ordered(tuple(catalog.strategies()))
    boxes = {name: box_widget(name, name in ticked, prefix) for name in names if name in PREFERRED}
    others = [name for name in names if name not in PREFERRED]
    with gr.Accordion(f"More strategies ({len(others)})", open=any(name in ticked for name in others),
                      visible=bool(others), elem_id=f"{prefix}more-strategies") as more:  # fmt: skip
        return boxes | {name: box_widget(name, name in ticked, prefix) for name in others}, more


def show_more(more: gr.Accordion, ticked: Container[str]) -> Updates:
    """Opens the fold of the further strategies where one of them is ticked."""
    others = [name for name in catalog.strategies() if name not in PREFERRED]
    return {more: gr.update(open=True)} if any(name in ticked for name in others) else {}


def build_knobs(
    widget: Callable[[Knob, str], Any], prefix: str = ""
) -> tuple[dict[str, dict[str, Any]], dict[str, gr.Button]]:
    """The knobs of each strategy, in view while it is ticked, and the button that adds a second column with them.
    widget: makes that of a knob of a strategy."""
    knobs, add_buttons = {}, {}
    for name in ordered(tuple(catalog.strategies())):
        with gr.Accordion(name, open=False, elem_classes=["xlt-knobs"], elem_id=f"{prefix}knobs-of-{name}"):
            knobs[name] = {knob.name: widget(knob, name) for knob in catalog.knobs(name)}
            add_buttons[name] = gr.Button(f"Add a second {name} column with these", size="sm")
    return knobs, add_buttons


def read(strategies: Strategies, values: Values) -> tuple[Column, ...]:
    """The chosen columns, extra ones last."""
    return read_columns(strategies.boxes, strategies.knobs, strategies.extras, strategies.extra_names, values)


def add_column(strategies: Strategies, name: str, model: str, translator: str, values: Values) -> Updates:
    """Adds a second column of a strategy with the entered knobs, which keeps the model and the translator that are
    chosen now. Raises InputError where there is such a column."""
    added = replace(column_of(strategies.knobs, name, values), model=model, translator=translator)
    return add_extra(strategies.extras, strategies.extra_names, added, values)


def disable(strategies: Strategies, reasons: Mapping[str, str], values: Values) -> Updates:
    """Unticks and disables the strategies that have a reason, and ticks again those that have none any more."""
    boxes, before = strategies.boxes, values[strategies.disabled]
    ticked = {name for name, box in boxes.items() if values[box]}
    return disable_boxes(boxes, strategies.disabled, ticked, reasons, before)


def disable_boxes(
    boxes: Mapping[str, gr.Checkbox], state: gr.State, ticked: Container[str], reasons: Mapping[str, str],
    disabled: tuple[str, ...],
) -> Updates:  # fmt: skip
    """As `disable`. state: keeps which strategies were ticked before they had to be disabled."""
    updates: Updates = {}
    for name, box in boxes.items():
        reason, summary = reasons.get(name, "").replace("`", ""), catalog.strategies()[name].summary
        if reason:
            updates[box] = gr.update(value=False, interactive=False, info=reason)
        elif name in disabled:
            updates[box] = gr.update(value=True, interactive=True, info=summary)
        else:
            updates[box] = gr.update(interactive=True, info=summary)
    blocked = tuple(name for name in boxes if reasons.get(name) and (name in ticked or name in disabled))
    return updates | {state: blocked}


def read_columns(
    boxes: Mapping[str, gr.Checkbox], knobs: Knobs, extras: gr.State, extra_names: gr.CheckboxGroup, values: Values
) -> tuple[Column, ...]:
    """A column for each ticked box, then the ticked extra columns."""
    firsts = tuple(column_of(knobs, name, values) for name, box in boxes.items() if values[box])
    chosen = values[extra_names] or ()
    return firsts + tuple(column for column in values[extras] if column.name in chosen)


def column_of(knobs: Knobs, name: str, values: Values) -> Column:
    """The column of a strategy with those knobs that differ from their defaults."""
    given = {knob.name: (values[knobs[name][knob.name]], knob.default) for knob in catalog.knobs(name)}
    return Column(name, name, {key: value for key, (value, default) in given.items() if value not in (default, None)})


def add_extra(extras: gr.State, extra_names: gr.CheckboxGroup, column: Column, values: Values) -> Updates:
    """Adds a column to the extra ones, named after its model, translator and knobs. Raises InputError where there is
    one of that name."""
    translator = column.translator if catalog.strategy(column).uses_translator else ""
    own = dict.fromkeys(Path(part).name for part in (column.model, translator) if part)
    name = ", ".join([*own, *(f"{knob} {value}" for knob, value in column.knobs.items())]) or "default knobs"
    column = replace(column, name=f"{column.strategy}: {name}"[:60].replace("=", " "), translator=translator)
    if column.name in {extra.name for extra in values[extras]}:
        raise InputError(f"There is a column {column.name!r} already; change a knob or the model first.")
    chosen = [*(values[extra_names] or ()), column.name]
    return show_extras(extras, extra_names, (*values[extras], column), chosen)


def show_extras(
    extras: gr.State, extra_names: gr.CheckboxGroup, columns: tuple[Column, ...], chosen: list[str]
) -> Updates:
    """The updates that show the extra columns, and tick the chosen ones."""
    names = [column.name for column in columns]
    return {extras: columns, extra_names: gr.update(choices=names, value=chosen, visible=bool(names))}


def extra_columns(element_id: str) -> gr.CheckboxGroup:
    """The checkboxes of second columns, hidden until there are some."""
    return gr.CheckboxGroup([], value=[], label="Further columns", visible=False, elem_id=element_id)


def box_widget(name: str, ticked: bool, prefix: str = "") -> gr.Checkbox:
    """The checkbox of a strategy."""
    summary = catalog.strategies()[name].summary
    return gr.Checkbox(ticked, label=name, info=summary, elem_id=f"{prefix}strategy-{name}",
                       elem_classes=["xlt-strategy"], container=False)  # fmt: skip


def knob_widget(knob: Knob, id_prefix: str) -> Any:
    """The widget of a knob, by its kind."""
    common = {"value": knob.default, "label": knob.label, "info": knob.help or None,
              "elem_id": f"{id_prefix}-{knob.name}"}  # fmt: skip
    if knob.kind == "bool":
        return gr.Checkbox(**common)
    if knob.kind == "choice":
        return gr.Dropdown(list(knob.choices), **common)
    if knob.kind in ("int", "float"):
        return gr.Number(**common, precision=0 if knob.kind == "int" else None)
    return gr.Textbox(**common)
