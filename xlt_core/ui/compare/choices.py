"""The choices: language, task, strategies with their knobs, and sources, drawn from the catalog."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.catalog import PIVOT
from xlt_core.contracts import Host
from xlt_core.records import Column, InputError, Limits, Plan
from xlt_core.ui.fields import sources, strategies
from xlt_core.ui.fields.sources import Sources
from xlt_core.ui.fields.strategies import ADAPTER, Strategies
from xlt_core.ui.shared.html import language_label
from xlt_core.ui.shared.limits import MAX_TOKENS
from xlt_core.ui.shared.updates import Updates, Values


@dataclass(frozen=True)
class Choices:
    """The widgets."""

    language: gr.Dropdown
    task: gr.Dropdown
    columns: Strategies
    sources: Sources
    shots: gr.Slider
    picker: gr.Dropdown
    shown_in: gr.Dropdown
    seed: gr.Number
    tokens: gr.Number
    temperature: gr.Number

    def widgets(self) -> set[Any]:
        """Everything from which a plan is read."""
        own = {self.language, self.task, self.shots, self.picker, self.shown_in, self.seed, self.tokens,
               self.temperature}  # fmt: skip
        return own | self.sources.widgets() | self.columns.widgets()


def build(plan: Plan) -> Choices:
    """Draws the widgets, set to a plan."""
    menus = {
        "language": gr.Dropdown(
            language_menu(plan),
            value=plan.language,
            label="Language",
            elem_id="language",
            allow_custom_value=True,
            info="Or type any language: its name or code.",
        ),
        "task": gr.Dropdown(
            [(task.title, name) for name, task in catalog.tasks().items()],
            value=plan.task,
            label="Task",
            elem_id="task",
        ),
    }
    ticked = {column.strategy for column in plan.columns}
    boxes, reasons, extra_names = strategies.build_boxes(ticked)
    menus["shots"] = gr.Slider(0, 8, value=min(plan.shots, 8), step=1, label="Shots", elem_id="shots")
    menus["picker"], menus["shown_in"] = picker_menu(plan.demonstrations_from), shown_in_menu(plan)
    with gr.Accordion("Model and data", open=False, elem_id="model-and-data"):
        menus["sources"] = sources.build(plan)
        menus["seed"] = gr.Number(value=plan.seed, precision=0, label="Seed", info="Draws demonstrations and items.")
    with gr.Accordion("Knobs", open=False, elem_id="knobs"):
        limits = _limits(plan.limits)
        knobs, offers = strategies.build_knobs()
    columns = Strategies(boxes, reasons, knobs, offers, gr.State(()), extra_names)
    return Choices(**menus, **limits, columns=columns)


def picker_menu(value: str, prefix: str = "") -> gr.Dropdown:
    """The menu of what picks the demonstrations."""
    offered = [(f"{picker.title}{', for each item' * picker.per_item}", name)
               for name, picker in sorted(catalog.pickers().items(), key=lambda pair: pair[1].per_item)]  # fmt: skip
    return gr.Dropdown(offered, value=value, label="Demonstrations from", elem_id=f"{prefix}picker")


def shown_in_menu(plan: Plan) -> gr.Dropdown:
    """The menu of the demonstrations' language."""
    offered = [("the language itself", ""), ("English", PIVOT)]
    return gr.Dropdown(offered, value=plan.demonstrations_language, label="Demonstrations in", elem_id="shown-in",
                       allow_custom_value=True)  # fmt: skip


def language_menu(plan: Plan) -> list[tuple[str, str]]:
    """Languages to choose from: those of the plan's dataset, then its own and ours, marked as not in it.

    Any other can be typed: a menu of thousands would make the page slow.
    """
    dataset = catalog.dataset(plan.dataset)
    offered = dataset.languages(plan.task)
    others = [code for code in dict.fromkeys((plan.language, *catalog.languages())) if code not in offered]
    rows = [row for row in map(catalog.by_code, (*offered, *others)) if row]
    return [(language_label(row) + ": not in this dataset" * (not dataset.serves(plan.task, row.code)), row.code)
            for row in rows]  # fmt: skip


def read(choices: Choices, values: Values) -> Plan:
    """The plan that is chosen, without input and demonstrations. Raises InputError."""
    return Plan(
        task=_menu(values[choices.task], "a task"),
        language=catalog.language(_menu(values[choices.language], "a language")).code,
        columns=strategies.read(choices.columns, values),
        **sources.read(choices.sources, values),
        shots=int(values[choices.shots]),
        demonstrations_from=_menu(values[choices.picker], "what picks the demonstrations"),
        demonstrations_language=values[choices.shown_in] or "",
        seed=_whole(values[choices.seed], "The seed"),
        limits=Limits(
            tokens=_whole(values[choices.tokens], "The output limit"),
            temperature=float(values[choices.temperature] or 0),
            seed=_whole(values[choices.seed], "The seed"),
        ),
    )


def with_disabled(choices: Choices, plan: Plan, values: Values) -> Plan:
    """The plan with the columns, too, that are only unticked as long as they cannot run."""
    ticked = {column.strategy for column in plan.columns}
    more = (
        strategies.column_of(choices.columns, name, values) for name in strategies.disabled(choices.columns, values)
    )
    return replace(plan, columns=(*plan.columns, *(column for column in more if column.strategy not in ticked)))


def fill(choices: Choices, plan: Plan) -> Updates:
    """The updates that set the choices to a plan."""
    return strategies.fill(choices.columns, plan.columns) | {
        choices.language: gr.update(choices=language_menu(plan), value=plan.language),
        choices.task: plan.task,
        **sources.fill(choices.sources, plan),
        choices.shots: min(plan.shots, 8),
        choices.picker: plan.demonstrations_from,
        choices.shown_in: plan.demonstrations_language,
        choices.seed: plan.seed,
        choices.tokens: plan.limits.tokens,
        choices.temperature: plan.limits.temperature,
    }


def with_all_strategies(plan: Plan) -> Plan:
    """The plan with a default column for every strategy, to ask which of them cannot run."""
    return replace(plan, columns=tuple(Column(name, name) for name in strategies.all_names()))


def offer_knobs(choices: Choices, host: Host | None, plan: Plan) -> Updates:
    """Offers the weights adapted to the plan's language in the menus of the knob `adapter`, and the published
    translations as a pivot where its dataset has some."""
    kinds, translated = catalog.strategies(), catalog.dataset(plan.dataset).translated_splits(plan.task, plan.language)
    adapters = {name: kinds[name].adapters(host, plan.language) for name in strategies.names_with_knob(ADAPTER)}
    published = plan.split in translated or strategies.chooses_published(plan.columns)
    return {choices.columns.offers: strategies.offers(adapters, published)}


def forget_adapters(choices: Choices, values: Values, host: Host | None, language: str) -> Updates:
    """Empties the knobs `adapter` that name weights adapted to other languages only."""
    kinds, chosen = catalog.strategies(), choices.columns
    others = {name: {*kinds[name].adapters(host, "")} - {*kinds[name].adapters(host, language)}
              for name in strategies.names_with_knob(ADAPTER)}  # fmt: skip
    gone = [name for name, names in others.items()
            if strategies.column_of(chosen, name, values).knobs.get(ADAPTER) in names]  # fmt: skip
    return strategies.with_knob(chosen, values, dict.fromkeys(gone, ""), ADAPTER) if gone else {}


def _limits(limits: Limits) -> dict[str, Any]:
    return {
        "tokens": gr.Number(
            value=limits.tokens, precision=0, minimum=1, maximum=MAX_TOKENS, label="Output limit", info="In tokens."
        ),
        "temperature": gr.Number(
            value=limits.temperature, minimum=0, maximum=2, step=0.1, label="Temperature", info="0 is greedy."
        ),
    }


def _menu(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise InputError(f"Choose {what} first.")
    return value


def _whole(value: Any, what: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InputError(f"{what} must be a whole number.") from None
