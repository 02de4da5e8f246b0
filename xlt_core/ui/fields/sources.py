"""The sources of a comparison: a dataset or an uploaded file, split and labels; model and translator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.contracts import SPLITS
from xlt_core.models.suggested import Part, suggested
from xlt_core.records import InputError, Plan
from xlt_core.ui.fields import own_data
from xlt_core.ui.fields.own_data import OwnData
from xlt_core.ui.shared.events import left
from xlt_core.ui.shared.updates import Updates, Values

OFFERED = "pocket"  # what stands for a model of a link that is not here


@dataclass(frozen=True)
class Sources:
    """The widgets. own: of data that the menu does not name."""

    dataset: gr.Dropdown
    own: OwnData
    split: gr.Dropdown
    labels: gr.Textbox
    model: gr.Dropdown
    translator: gr.Dropdown

    def widgets(self) -> set[Any]:
        """Everything from which a plan is read."""
        own = {self.own.hub, self.own.columns, self.own.uploaded}
        return own | {self.dataset, self.split, self.labels, self.model, self.translator}

    def change_events(self) -> tuple[Any, ...]:
        """The events by which another source is chosen."""
        typed = (event for box in (self.own.hub, self.own.columns) for event in (box.submit, box.blur))
        menus = map(left, (self.dataset, self.split, self.model, self.translator))
        return (*menus, *typed, self.labels.submit, self.labels.blur)


def build(plan: Plan) -> Sources:
    """Draws the widgets, set to a plan."""
    datasets = [(catalog.dataset(name).title, name) for name in catalog.offered_datasets()]
    dataset = gr.Dropdown([*datasets, *own_data.ENTRIES], value=plan.dataset, label="Dataset",
                          info=citation(plan.dataset), elem_id="dataset")  # fmt: skip
    own = own_data.build(plan)
    split = gr.Dropdown(splits(plan), value=plan.split, label="Split", elem_id="split",
                        info="Where the items come from; demonstrations come from train.")  # fmt: skip
    labels = gr.Textbox(", ".join(plan.labels), label="Labels", lines=1, elem_id="labels",
                        placeholder="those of the dataset", info="With commas between them.")  # fmt: skip
    return Sources(dataset, own, split, labels, model_menu("model", plan.model),
                   model_menu("translator", plan.translator))  # fmt: skip


def read(sources: Sources, values: Values) -> dict[str, Any]:
    """The fields of a plan for the sources. Raises InputError where one is empty."""
    dataset = _chosen(values[sources.dataset], "a dataset")
    labels = (label.strip() for label in (values[sources.labels] or "").split(","))
    return {
        "dataset": own_data.read(sources.own, dataset, values),
        "split": values[sources.split] or "test",
        "labels": tuple(filter(None, labels)),
        "model": _chosen(values[sources.model], "a model").strip(),
        "translator": _chosen(values[sources.translator], "a translator").strip(),
    }


def fill(sources: Sources, plan: Plan) -> Updates:
    """The updates that set the sources to a plan."""
    return {
        sources.dataset: gr.update(value=own_data.entry(plan.dataset)),
        **own_data.fill(sources.own, plan),
        sources.labels: ", ".join(plan.labels),
        sources.model: plan.model,
        sources.translator: plan.translator,
    }


def with_existing_split(plan: Plan) -> Plan:
    """The plan with a split that its dataset has: its own, else test where there is one."""
    existing = splits(plan)
    return plan if plan.split in existing else replace(plan, split=existing[-1])


def with_what_is_here(plan: Plan) -> tuple[Plan, list[str]]:
    """The plan of a link, with what is offered here in place of what is not; and a sentence on each such part.

    A link carries the name of a file or a folder, not what it holds.
    """
    missing = []
    if own_data.uses_file(plan):
        dataset = _serving(plan)
        missing.append(f"It is about the file {plan.dataset}, which no link carries: drop it under Model and data. "
                       f"Until then the dataset is {dataset}.")  # fmt: skip
        plan = replace(plan, dataset=dataset, split="test", labels=())
    for part, find in (("model", catalog.host), ("translator", _translator)):
        name, reason = getattr(plan, part), ""
        try:
            find(name)
        except InputError as error:
            reason = str(error)
        if reason:
            missing.append(f"Its {part} {name} is not here, so {OFFERED} stands in its place ({reason.rstrip('.')}).")
            plan = replace(plan, **{part: OFFERED})
    return with_existing_split(plan), missing


def _translator(name: str) -> object:
    return name if name == catalog.LLM else catalog.translator(name)


def _serving(plan: Plan) -> str:
    """The first dataset that is offered and has the task in the language; else the first that is offered."""
    offered = catalog.offered_datasets()
    return next((name for name in offered if catalog.dataset(name).serves(plan.task, plan.language)), offered[0])


def describe(sources: Sources, plan: Plan) -> Updates:
    """The updates of the descriptions: citation of the dataset, its splits, sizes and licences of the models."""
    return {
        sources.dataset: gr.update(info=citation(plan.dataset)),
        **own_data.describe(sources.own, plan),
        sources.split: gr.update(choices=splits(plan), value=plan.split),
        sources.model: gr.update(info=model_info("model", plan.model)),
        sources.translator: gr.update(info=model_info("translator", plan.translator)),
    }


def splits(plan: Plan) -> tuple[str, ...]:
    """The splits that the dataset has in the language; all of them where it lacks the language."""
    try:
        return catalog.dataset(plan.dataset).splits(plan.task, plan.language) or SPLITS
    except InputError:
        return SPLITS


def citation(dataset: str) -> str:
    """Citation, licence and address of a dataset; for an uploaded file, the columns that it needs."""
    chosen = own_data.entry(dataset)
    if chosen in own_data.HINTS:
        return own_data.HINTS[chosen]
    data = catalog.dataset(dataset)
    return " ".join(filter(None, [data.citation, f"Licence: {data.licence}.", data.url]))


def model_info(part: Part, name: str) -> str:
    """Size and licence of a suggested model, and what may be typed instead."""
    entry = suggested(part).get(name)
    described = f"{entry.describe()}." if entry else ""
    more = ", or a server's address that ends in /v1" * (part == "model")
    return f"{described} Or type a Hugging Face id, a folder{more}.".strip() if catalog.typed(part) else described


def model_menu(part: Part, value: str, prefix: str = "", several: bool = False) -> gr.Dropdown:
    """The menu of models or translators, with sizes and licences; others may be typed where the settings allow it."""
    names = catalog.models() if part == "model" else catalog.translators()
    return gr.Dropdown([(_menu_entry(part, name), name) for name in names], value=[value] if several else value,
                       multiselect=several, label=part.capitalize() + "s" * several, info=model_info(part, value),
                       allow_custom_value=catalog.typed(part), elem_id=prefix + part)  # fmt: skip


def _menu_entry(part: Part, name: str) -> str:
    entry = suggested(part).get(name)
    if entry is None or not entry.size:
        return name
    return f"{name} · {entry.parameters}, {entry.size}, {entry.terms}"


def _chosen(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"Choose {what} first.")
    return value
