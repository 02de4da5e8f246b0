"""The choices: language, task, sources, strategies and their knobs, drawn from the catalog."""

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
from xlt_core.ui.shared.html import spoken
from xlt_core.ui.shared.limits import MOST_TOKENS

ADAPTER = "adapter"  # the knob that is a choice among what the model has
FIRST = ("the first one for the language", "")

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Choices:
    """The widgets. extras holds further columns of a strategy that has one already; greyed, what had to be unticked."""

    language: gr.Dropdown
    task: gr.Dropdown
    sources: Sources
    shots: gr.Slider
    seed: gr.Number
    tokens: gr.Number
    temperature: gr.Number
    strategies: dict[str, gr.Checkbox]
    knobs: dict[str, dict[str, Any]]
    seconds: dict[str, gr.Button]
    extras: gr.State
    extra_names: gr.CheckboxGroup
    greyed: gr.State

    def widgets(self) -> set[Any]:
        """Everything that a plan is read from."""
        menus = {self.language, self.task, self.shots, self.seed} | self.sources.widgets()
        knobs = {widget for knobs in self.knobs.values() for widget in knobs.values()}
        rest = {self.tokens, self.temperature, self.extras, self.extra_names, self.greyed}
        return menus | knobs | rest | set(self.strategies.values())


def build(plan: Plan) -> Choices:
    """Draws the choices, set as the plan has them."""
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
        knobs, seconds = {}, {}
        for name in boxes:
            with gr.Accordion(name, open=False, elem_classes=["xlt-knobs"]):
                knobs[name] = {knob.name: _knob(knob, name) for knob in catalog.knobs(name)}
                seconds[name] = gr.Button(f"Add a second {name} column with these", size="sm")
    return Choices(
        **menus, **limits, strategies=boxes, knobs=knobs, seconds=seconds, extras=extras, extra_names=extra_names,
        greyed=gr.State(()),
    )  # fmt: skip


def language_menu(dataset: str, task: str) -> list[tuple[str, str]]:
    """Every language, first those that the dataset has for the task; the others say that they are not in it."""
    served = catalog.dataset(dataset).languages(task)
    known = catalog.languages()
    here = [(spoken(known[code]), code) for code in served if code in known]
    rest = [(f"{spoken(row)}: not in this dataset", code) for code, row in known.items() if code not in served]
    return here + rest


def read(choices: Choices, values: Values) -> Plan:
    """The plan that the choices stand for, without input and demonstrations. Raises InputError."""
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
    """The updates that set the choices as the plan has them."""
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


def grey(choices: Choices, plan: Plan, reasons: Mapping[str, str], greyed: tuple[str, ...]) -> Updates:
    """Unticks and disables what cannot be combined, with the reason, and gives back what can be again."""
    updates: Updates = {}
    for name, box in choices.strategies.items():
        reason, summary = reasons.get(name, ""), catalog.strategies()[name].summary
        if reason:
            updates[box] = gr.update(value=False, interactive=False, info=reason)
        elif name in greyed:
            updates[box] = gr.update(value=True, interactive=True, info=summary)
        else:
            updates[box] = gr.update(interactive=True, info=summary)
    ticked = {column.strategy for column in plan.columns}
    blocked = tuple(name for name in choices.strategies if reasons.get(name) and (name in ticked or name in greyed))
    return updates | {choices.greyed: blocked}


def every_column(choices: Choices, plan: Plan) -> Plan:
    """The plan with a plain column for each strategy there is, to ask which of them cannot be combined."""
    return replace(plan, columns=tuple(Column(name, name) for name in choices.strategies))


def second(choices: Choices, strategy: str, values: Values) -> Updates:
    """Adds a further column of a strategy with the knobs as they stand. Raises InputError if it would be the same."""
    plain = _column(choices, strategy, values)
    knobs = ", ".join(f"{name} {value}" for name, value in plain.knobs.items()) or "as it comes"
    column = replace(plain, name=f"{strategy}: {knobs}"[:60])
    extras = values[choices.extras]
    if column.name in {extra.name for extra in extras}:
        raise InputError(f"There is a column {column.name!r} already; change a knob first.")
    chosen = [*(values[choices.extra_names] or ()), column.name]
    return _with_extras(choices, (*extras, column), chosen)


def offer_adapters(choices: Choices, here: tuple[str, ...]) -> Updates:
    """The adapted weights that there are for the language, in the knobs that ask for them."""
    menus = [knobs[ADAPTER] for knobs in choices.knobs.values() if ADAPTER in knobs]
    return {menu: gr.update(choices=[FIRST, *((name, name) for name in here)]) for menu in menus}


def forget_adapters(choices: Choices, values: Values, others: set[str]) -> Updates:
    """Empties the knobs that name one of the others: those of the model for other languages."""
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
            value=limits.tokens, precision=0, minimum=1, maximum=MOST_TOKENS, label="Output limit", info="In tokens."
        ),
        "temperature": gr.Number(
            value=limits.temperature, minimum=0, maximum=2, step=0.1, label="Temperature", info="0 is greedy."
        ),
    }


def _knob(knob: Knob, strategy: str) -> Any:
    common = {"value": knob.default, "label": knob.label, "info": knob.help or None}
    elem_id = f"knob-{strategy}-{knob.name}"
    if knob.name == ADAPTER:
        return gr.Dropdown([FIRST], **common, allow_custom_value=catalog.typed("model"), elem_id=elem_id)
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
