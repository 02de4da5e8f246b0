"""The choices: language, task, strategies with their knobs, and sources, drawn from the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.catalog import Knob
from xlt_core.findings.colours import ordered
from xlt_core.records import Column, InputError, Limits, Plan
from xlt_core.ui.compare import sources
from xlt_core.ui.compare.sources import Sources
from xlt_core.ui.shared.html import language_label
from xlt_core.ui.shared.limits import MAX_TOKENS
from xlt_core.ui.shared.updates import Updates, Values

ADAPTER = "adapter"  # this knob is a menu of the adapted weights of the model
DEFAULT_ADAPTER = ("the first one for the language", "")


@dataclass(frozen=True)
class Choices:
    """The widgets. extras: second columns of a strategy, with other knobs. add_buttons: add such a column.
    disabled: the strategies that were ticked before they had to be disabled."""

    language: gr.Dropdown
    task: gr.Dropdown
    sources: Sources
    shots: gr.Slider
    seed: gr.Number
    tokens: gr.Number
    temperature: gr.Number
    strategies: dict[str, gr.Checkbox]
    knobs: dict[str, dict[str, Any]]
    add_buttons: dict[str, gr.Button]
    extras: gr.State
    extra_names: gr.CheckboxGroup
    disabled: gr.State

    def widgets(self) -> set[Any]:
        """Everything from which a plan is read."""
        menus = {self.language, self.task, self.shots, self.seed} | self.sources.widgets()
        knobs = {widget for knobs in self.knobs.values() for widget in knobs.values()}
        rest = {self.tokens, self.temperature, self.extras, self.extra_names, self.disabled}
        return menus | knobs | rest | set(self.strategies.values())


def build(plan: Plan) -> Choices:
    """Draws the widgets, set to a plan."""
    menus = {
        "language": gr.Dropdown(
            language_menu(plan.dataset, plan.task), value=plan.language, label="Language", elem_id="language"
        ),
        "task": gr.Dropdown(
            [(task.title, name) for name, task in catalog.tasks().items()],
            value=plan.task,
            label="Task",
            elem_id="task",
        ),
    }
    gr.HTML("<h3 class='xlt-group'>Strategies</h3>")
    boxes = {name: _box(name, plan) for name in ordered(tuple(catalog.strategies()))}
    extras = gr.State(())
    extra_names = gr.CheckboxGroup([], label="Further columns", visible=False, elem_id="extras")
    menus["shots"] = gr.Slider(0, 8, value=min(plan.shots, 8), step=1, label="Shots", elem_id="shots")
    with gr.Accordion("Model and data", open=False, elem_id="model-and-data"):
        menus["sources"] = sources.build(plan)
        menus["seed"] = gr.Number(value=plan.seed, precision=0, label="Seed", info="Draws demonstrations and items.")
    with gr.Accordion("Knobs", open=False, elem_id="knobs"):
        limits = _limits(plan.limits)
        knobs, add_buttons = {}, {}
        for name in boxes:
            with gr.Accordion(name, open=False, elem_classes=["xlt-knobs"]):
                knobs[name] = {knob.name: _knob(knob, name) for knob in catalog.knobs(name)}
                add_buttons[name] = gr.Button(f"Add a second {name} column with these", size="sm")
    return Choices(
        **menus, **limits, strategies=boxes, knobs=knobs, add_buttons=add_buttons, extras=extras,
        extra_names=extra_names, disabled=gr.State(()),
    )  # fmt: skip


def language_menu(dataset: str, task: str) -> list[tuple[str, str]]:
    """All languages: first those of the dataset, then the others, marked as not in it."""
    offered = catalog.dataset(dataset).languages(task)
    known = catalog.languages()
    inside = [(language_label(known[code]), code) for code in offered if code in known]
    rest = [(f"{language_label(row)}: not in this dataset", code) for code, row in known.items() if code not in offered]
    return inside + rest


def read(choices: Choices, values: Values) -> Plan:
    """The plan that is chosen, without input and demonstrations. Raises InputError."""
    columns = tuple(_column(choices, name, values) for name, box in choices.strategies.items() if values[box]) + tuple(
        column for column in values[choices.extras] if column.name in (values[choices.extra_names] or ())
    )
    return Plan(
        task=_menu(values[choices.task], "a task"),
        language=_menu(values[choices.language], "a language"),
        columns=columns,
        **sources.read(choices.sources, values),
        shots=int(values[choices.shots]),
        seed=_whole(values[choices.seed], "The seed"),
        limits=Limits(
            tokens=_whole(values[choices.tokens], "The output limit"),
            temperature=float(values[choices.temperature] or 0),
            seed=_whole(values[choices.seed], "The seed"),
        ),
    )


def fill(choices: Choices, plan: Plan) -> Updates:
    """The updates that set the choices to a plan."""
    firsts = {column.strategy: column for column in reversed(plan.columns)}
    extras = tuple(column for column in plan.columns if firsts[column.strategy] is not column)
    updates: Updates = {
        choices.language: gr.update(choices=language_menu(plan.dataset, plan.task), value=plan.language),
        choices.task: plan.task,
        **sources.fill(choices.sources, plan),
        choices.shots: min(plan.shots, 8),
        choices.seed: plan.seed,
        choices.tokens: plan.limits.tokens,
        choices.temperature: plan.limits.temperature,
    }
    for name, box in choices.strategies.items():
        updates[box] = gr.update(value=name in firsts)
        given = firsts[name].knobs if name in firsts else {}
        for knob in catalog.knobs(name):
            updates[choices.knobs[name][knob.name]] = given.get(knob.name, knob.default)
    return updates | _with_extras(choices, extras, [column.name for column in extras])


def disable(choices: Choices, plan: Plan, reasons: Mapping[str, str], disabled: tuple[str, ...]) -> Updates:
    """Unticks and disables the strategies that have a reason, and ticks those of `disabled` that have none now."""
    updates: Updates = {}
    for name, box in choices.strategies.items():
        reason, summary = reasons.get(name, ""), catalog.strategies()[name].summary
        if reason:
            updates[box] = gr.update(value=False, interactive=False, info=reason)
        elif name in disabled:
            updates[box] = gr.update(value=True, interactive=True, info=summary)
        else:
            updates[box] = gr.update(interactive=True, info=summary)
    ticked = {column.strategy for column in plan.columns}
    blocked = tuple(name for name in choices.strategies if reasons.get(name) and (name in ticked or name in disabled))
    return updates | {choices.disabled: blocked}


def with_all_strategies(choices: Choices, plan: Plan) -> Plan:
    """The plan with a default column for every strategy, to ask which of them cannot run."""
    return replace(plan, columns=tuple(Column(name, name) for name in choices.strategies))


def add_column(choices: Choices, strategy: str, values: Values) -> Updates:
    """Adds a second column of a strategy with the entered knobs. Raises InputError where there is such a column."""
    plain = _column(choices, strategy, values)
    knobs = ", ".join(f"{name} {value}" for name, value in plain.knobs.items()) or "default knobs"
    column = replace(plain, name=f"{strategy}: {knobs}"[:60])
    extras = values[choices.extras]
    if column.name in {extra.name for extra in extras}:
        raise InputError(f"There is a column {column.name!r} already; change a knob first.")
    chosen = [*(values[choices.extra_names] or ()), column.name]
    return _with_extras(choices, (*extras, column), chosen)


def offer_adapters(choices: Choices, available: tuple[str, ...]) -> Updates:
    """Offers the adapted weights in the menus of the knob `adapter`."""
    menus = [knobs[ADAPTER] for knobs in choices.knobs.values() if ADAPTER in knobs]
    return {menu: gr.update(choices=[DEFAULT_ADAPTER, *((name, name) for name in available)]) for menu in menus}


def forget_adapters(choices: Choices, values: Values, others: set[str]) -> Updates:
    """Empties the knobs `adapter` that name one of the others: adapted weights for other languages."""
    menus = [knobs[ADAPTER] for knobs in choices.knobs.values() if ADAPTER in knobs]
    return {menu: "" for menu in menus if values[menu] in others}


def _with_extras(choices: Choices, extras: tuple[Column, ...], chosen: list[str]) -> Updates:
    names = [column.name for column in extras]
    return {
        choices.extras: extras,
        choices.extra_names: gr.update(choices=names, value=chosen, visible=bool(names)),
    }


def _box(name: str, plan: Plan) -> gr.Checkbox:
    kind = catalog.strategies()[name]
    ticked = any(column.strategy == name for column in plan.columns)
    return gr.Checkbox(
        value=ticked,
        label=name,
        info=kind.summary,
        elem_id=f"strategy-{name}",
        elem_classes=["xlt-strategy"],
        container=False,
    )


def _limits(limits: Limits) -> dict[str, Any]:
    return {
        "tokens": gr.Number(
            value=limits.tokens, precision=0, minimum=1, maximum=MAX_TOKENS, label="Output limit", info="In tokens."
        ),
        "temperature": gr.Number(
            value=limits.temperature, minimum=0, maximum=2, step=0.1, label="Temperature", info="0 is greedy."
        ),
    }


def _knob(knob: Knob, strategy: str) -> Any:
    common = {"value": knob.default, "label": knob.label, "info": knob.help or None}
    elem_id = f"knob-{strategy}-{knob.name}"
    if knob.name == ADAPTER:
        return gr.Dropdown([DEFAULT_ADAPTER], **common, allow_custom_value=catalog.typed("model"), elem_id=elem_id)
    if knob.kind == "bool":
        return gr.Checkbox(**common, elem_id=elem_id)
    if knob.kind == "choice":
        return gr.Dropdown(list(knob.choices), **common, elem_id=elem_id)
    if knob.kind in ("int", "float"):
        return gr.Number(**common, precision=0 if knob.kind == "int" else None, elem_id=elem_id)
    return gr.Textbox(**common, elem_id=elem_id)


def _column(choices: Choices, name: str, values: Values) -> Column:
    given = {knob.name: (values[choices.knobs[name][knob.name]], knob.default) for knob in catalog.knobs(name)}
    return Column(name, name, {key: value for key, (value, default) in given.items() if value not in (default, None)})


def _menu(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"Choose {what} first.")
    return value


def _whole(value: Any, what: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InputError(f"{what} must be a whole number.") from None
