"""The choice of columns: a checkbox and the knobs of each strategy, and second columns with other knobs or models."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.catalog import Knob
from xlt_core.findings.colours import PREFERRED, ordered
from xlt_core.pivoting.crossing import HUMAN, MACHINE, TRANSLATE_TEST
from xlt_core.records import Column, InputError
from xlt_core.ui.fields import knob_fields
from xlt_core.ui.shared.updates import Updates, Values

PIVOT = "pivot"  # the knob of strategies that go by way of English
ADAPTER = "adapter"
OFFERED = (PIVOT, ADAPTER)  # what these knobs offer depends on the data and the model


@dataclass(frozen=True)
class Strategies:
    """The widgets, by strategy. more: holds the boxes of all but the paper's. menus: of the knobs whose choices change;
    fields: hold all other knobs. extras: second columns of a strategy, with other knobs. add_buttons: add such a
    column. disabled: the strategies that were ticked before they had to be disabled."""

    boxes: dict[str, gr.Checkbox]
    more: gr.Accordion
    menus: dict[str, dict[str, gr.Dropdown]]
    fields: dict[str, gr.HTML]
    add_buttons: dict[str, gr.Button]
    extras: gr.State
    extra_names: gr.CheckboxGroup
    disabled: gr.State

    def widgets(self) -> set[Any]:
        """Everything from which the columns are read."""
        knobs = {menu for menus in self.menus.values() for menu in menus.values()} | set(self.fields.values())
        return knobs | {self.extras, self.extra_names, self.disabled} | set(self.boxes.values())

    def menus_of(self, knob: str) -> list[gr.Dropdown]:
        return [menus[knob] for menus in self.menus.values() if knob in menus]


def build(prefix: str) -> Strategies:
    """Draws the checkboxes, those of the paper's three ticked, and the knobs. prefix: of the element ids."""
    boxes, more, extra_names = build_boxes(PREFERRED, prefix)
    with gr.Accordion("Knobs", open=False, elem_id=f"{prefix}knobs"):
        menus, fields, add_buttons = build_knobs(knob_widget, prefix)
    return Strategies(boxes, more, menus, fields, add_buttons, gr.State(()), extra_names, gr.State(()))


def build_boxes(
    ticked: Container[str], prefix: str = ""
) -> tuple[dict[str, gr.Checkbox], gr.Accordion, gr.CheckboxGroup]:
    """A checkbox for each strategy, the paper's in view, the others folded unless one of them is ticked; and those of
    second columns, hidden until there are some."""
    gr.HTML("<h2 class='xlt-group'>Strategies</h2>")
    names = ordered(tuple(catalog.strategies()))
    boxes = {name: _box(name, name in ticked, prefix) for name in names if name in PREFERRED}
    others = [name for name in names if name not in PREFERRED]
    with gr.Accordion(f"More strategies ({len(others)})", open=any(name in ticked for name in others),
                      visible=bool(others), elem_id=f"{prefix}more-strategies") as more:  # fmt: skip
        boxes |= {name: _box(name, name in ticked, prefix) for name in others}
    extras = gr.CheckboxGroup([], value=[], label="Further columns", visible=False, elem_id=f"{prefix}extras")
    return boxes, more, extras


def build_knobs(
    menu: Callable[[Knob, str], Any], prefix: str = ""
) -> tuple[dict[str, dict[str, gr.Dropdown]], dict[str, gr.HTML], dict[str, gr.Button]]:
    """The knobs of each strategy, in view while it is ticked, and the button that adds a second column with them.
    menu: makes that of a knob whose choices change, with an element id."""
    menus, fields, add_buttons = {}, {}, {}
    for name in ordered(tuple(catalog.strategies())):
        with gr.Accordion(name, open=False, elem_classes=["xlt-knobs"], elem_id=f"{prefix}knobs-of-{name}"):
            begins = f"{prefix}knob-{name}-"
            menus[name] = {
                knob.name: menu(knob, begins + knob.name) for knob in catalog.knobs(name) if knob.name in OFFERED
            }
            fields[name] = knob_fields.build(_fixed(name), begins)
            add_buttons[name] = gr.Button(f"Add a second {name} column with these", size="sm")
    return menus, fields, add_buttons


def read(strategies: Strategies, values: Values) -> tuple[Column, ...]:
    """A column for each ticked box, then the ticked second columns."""
    firsts = tuple(column_of(strategies, name, values) for name, box in strategies.boxes.items() if values[box])
    chosen = values[strategies.extra_names] or ()
    return firsts + tuple(column for column in values[strategies.extras] if column.name in chosen)


def column_of(strategies: Strategies, name: str, values: Values) -> Column:
    """The column of a strategy with those knobs that differ from their defaults."""
    given = knob_fields.read(_fixed(name), values[strategies.fields[name]])
    given |= {knob: values[menu] for knob, menu in strategies.menus[name].items()}
    default = {knob.name: (knob.default, None) for knob in catalog.knobs(name)}
    return Column(name, name, {knob: given[knob] for knob in default if given.get(knob) not in default[knob]})


def fill(strategies: Strategies, columns: tuple[Column, ...]) -> Updates:
    """The updates that set the widgets to the columns."""
    firsts = {column.strategy: column for column in reversed(columns)}
    updates: Updates = {box: gr.update(value=name in firsts) for name, box in strategies.boxes.items()}
    for name, menus in strategies.menus.items():
        given = firsts[name].knobs if name in firsts else {}
        updates |= {menus[k.name]: given.get(k.name, k.default) for k in catalog.knobs(name) if k.name in menus}
        updates[strategies.fields[name]] = knob_fields.filled(_fixed(name), given)
    if any(name not in PREFERRED for name in firsts):
        updates[strategies.more] = gr.update(open=True)
    extras = tuple(column for column in columns if firsts[column.strategy] is not column)
    return updates | _show_extras(strategies, extras, [column.name for column in extras])


def disable(
    strategies: Strategies, reasons: Mapping[str, str], ticked: Container[str], disabled: tuple[str, ...]
) -> Updates:
    """Unticks and disables the strategies that have a reason, and ticks again those that have none any more. ticked:
    those that are ticked now; disabled: those that were before they had to be disabled."""
    updates: Updates = {}
    for name, box in strategies.boxes.items():
        reason, summary = reasons.get(name, "").replace("`", ""), catalog.strategies()[name].summary
        if reason:
            updates[box] = gr.update(value=False, interactive=False, info=reason)
        elif name in disabled:
            updates[box] = gr.update(value=True, interactive=True, info=summary)
        else:
            updates[box] = gr.update(interactive=True, info=summary)
    blocked = tuple(name for name in strategies.boxes if reasons.get(name) and (name in ticked or name in disabled))
    return updates | {strategies.disabled: blocked}


def add_column(strategies: Strategies, name: str, model: str, translator: str, values: Values) -> Updates:
    """Adds a second column of a strategy with the entered knobs, which keeps the model and the translator that are
    chosen now and is named after them all. Raises InputError where there is such a column."""
    column = replace(column_of(strategies, name, values), model=model, translator=translator)
    translator = translator if catalog.strategy(column).uses_translator else ""
    own = dict.fromkeys(Path(part).name for part in (model, translator) if part)
    words = ", ".join([*own, *(f"{knob} {value}" for knob, value in column.knobs.items())]) or "default knobs"
    column = replace(column, name=f"{name}: {words}"[:60].replace("=", " "), translator=translator)
    if column.name in {extra.name for extra in values[strategies.extras]}:
        raise InputError(f"There is a column {column.name!r} already; change a knob or the model first.")
    chosen = [*(values[strategies.extra_names] or ()), column.name]
    return _show_extras(strategies, (*values[strategies.extras], column), chosen)


def _show_extras(strategies: Strategies, columns: tuple[Column, ...], chosen: list[str]) -> Updates:
    """The updates that show the second columns, and tick the chosen ones."""
    names = [column.name for column in columns]
    shown = gr.update(choices=names, value=chosen, visible=bool(names))
    return {strategies.extras: columns, strategies.extra_names: shown}


def pivot_menus(strategies: Strategies) -> list[gr.Dropdown]:
    """The menus of the pivot that have the published translations where the data has some."""
    choices = {(name, knob.name): knob.choices for name in strategies.menus for knob in catalog.knobs(name)}
    return [own[PIVOT] for name, own in strategies.menus.items() if TRANSLATE_TEST in choices.get((name, PIVOT), ())]


def offer_pivots(strategies: Strategies, published: bool, columns: Iterable[Column]) -> Updates:
    """Offers the published translations where there are some, or a column has chosen them: it says why it cannot."""
    chosen = any(column.knobs.get(PIVOT) == TRANSLATE_TEST for column in columns)
    names = [MACHINE, HUMAN, *([TRANSLATE_TEST] if published or chosen else [])]
    return {menu: gr.update(choices=names) for menu in pivot_menus(strategies)}


def _fixed(name: str) -> tuple[Knob, ...]:
    """The knobs that offer the same whatever the data and the model are."""
    return tuple(knob for knob in catalog.knobs(name) if knob.name not in OFFERED)


def _box(name: str, ticked: bool, prefix: str) -> gr.Checkbox:
    summary = catalog.strategies()[name].summary
    return gr.Checkbox(ticked, label=name, info=summary, elem_id=f"{prefix}strategy-{name}",
                       elem_classes=["xlt-strategy"], container=False)  # fmt: skip


def knob_widget(knob: Knob, element_id: str) -> Any:
    """The widget of a knob, by its kind."""
    common = {"value": knob.default, "label": knob.label, "info": knob.help or None, "elem_id": element_id}
    if knob.kind == "bool":
        return gr.Checkbox(**common)
    if knob.kind == "choice":
        return gr.Dropdown([name for name in knob.choices if name != TRANSLATE_TEST], **common)  # offered where it is
    if knob.kind in ("int", "float"):
        return gr.Number(**common, precision=0 if knob.kind == "int" else None)
    return gr.Textbox(**common)
