"""What a comparison runs on: dataset or a file of one's own, split and labels; model and translator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.contracts import SPLITS, Host
from xlt_core.formats.rows import FORMATS
from xlt_core.models.suggested import Part, suggested
from xlt_core.records import InputError, Plan

OWN = "file"  # the dataset that a dropped file makes
MOST_BYTES = 5_000_000
COLUMNS = ("A first line with the columns text and answer (a label, a summary, or LABEL: entity $$ LABEL: entity); "
           "if you like, id, split, english and english_answer.")  # fmt: skip

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Sources:
    """The widgets. uploaded: the path of the visitor's own file on this side, which nobody can type."""

    dataset: gr.Dropdown
    file: gr.File
    uploaded: gr.State
    split: gr.Dropdown
    labels: gr.Textbox
    model: gr.Dropdown
    translator: gr.Dropdown

    def widgets(self) -> set[Any]:
        """Everything that a plan is read from."""
        return {self.dataset, self.uploaded, self.split, self.labels, self.model, self.translator}

    def menus(self) -> tuple[Any, ...]:
        """The events after which the page must fit itself to another source."""
        return (self.dataset.input, self.split.input, self.labels.submit, self.labels.blur, self.model.input,
                self.translator.input)  # fmt: skip


def build(plan: Plan) -> Sources:
    """Draws the sources, set as the plan has them."""
    datasets = [(catalog.dataset(name).title, name) for name in catalog.offered_datasets()]
    dataset = gr.Dropdown([*datasets, ("A file of your own", OWN)], value=plan.dataset, label="Dataset",
                          info=credit(plan.dataset), elem_id="dataset")  # fmt: skip
    file = gr.File(label=f"Drop a file here ({', '.join(FORMATS)})", file_types=list(FORMATS), visible=False,
                   height=132, elem_id="file")  # fmt: skip
    uploaded = gr.State("")
    split = gr.Dropdown(splits(plan), value=plan.split, label="Split", elem_id="split",
                        info="Where the items come from; demonstrations come from train.")  # fmt: skip
    labels = gr.Textbox(", ".join(plan.labels), label="Labels", lines=1, elem_id="labels",
                        placeholder="those of the dataset", info="With commas between them.")  # fmt: skip
    return Sources(dataset, file, uploaded, split, labels, menu("model", plan.model),
                   menu("translator", plan.translator))  # fmt: skip


def read(sources: Sources, values: Values) -> dict[str, Any]:
    """The fields of a plan that the sources stand for. Raises InputError where one is empty."""
    dataset = _chosen(values[sources.dataset], "a dataset")
    labels = (label.strip() for label in (values[sources.labels] or "").split(","))
    return {
        "dataset": values[sources.uploaded] or OWN if dataset == OWN else dataset,
        "split": values[sources.split] or "test",
        "labels": tuple(filter(None, labels)),
        "model": _chosen(values[sources.model], "a model").strip(),
        "translator": _chosen(values[sources.translator], "a translator").strip(),
    }


def fill(sources: Sources, plan: Plan) -> Updates:
    """The updates that set the sources as the plan has them."""
    return {
        sources.dataset: gr.update(value=OWN if of_a_file(plan) else plan.dataset),
        sources.labels: ", ".join(plan.labels),
        sources.model: plan.model,
        sources.translator: plan.translator,
    }


def fitted(plan: Plan) -> Plan:
    """The plan with a split that its dataset has: test where there is one."""
    there = splits(plan)
    return plan if plan.split in there else replace(plan, split=there[-1])


def told(sources: Sources, plan: Plan) -> Updates:
    """What each choice is told of: whose the data are, which splits there are, what the models are."""
    return {
        sources.dataset: gr.update(info=credit(plan.dataset)),
        sources.file: gr.update(visible=of_a_file(plan)),
        sources.split: gr.update(choices=splits(plan), value=plan.split),
        sources.model: gr.update(info=about("model", plan.model)),
        sources.translator: gr.update(info=about("translator", plan.translator)),
    }


def dropped(path: str | None) -> str:
    """The path of a file that was dropped. Raises InputError for one that is too large."""
    if path and Path(path).stat().st_size > MOST_BYTES:
        raise InputError(f"{Path(path).name} is larger than {MOST_BYTES // 10**6} MB; take fewer rows.")
    return str(path or "")


def of_a_file(plan: Plan) -> bool:
    """Whether the plan is about a file of somebody's own."""
    return plan.dataset == OWN or Path(plan.dataset).suffix.lower() in FORMATS


def trouble(plan: Plan) -> str:
    """Why the file cannot be used; "" where it can, or where there is none."""
    if plan.dataset == OWN:
        return "Drop your file under Model and data first; the columns that it needs are named there."
    try:
        if of_a_file(plan):
            catalog.dataset(plan.dataset).load(plan.task, plan.language, plan.split)
    except InputError as error:
        return str(error)
    return ""


def splits(plan: Plan) -> tuple[str, ...]:
    """The splits that the dataset has in the language; all of them where it lacks the language."""
    try:
        return catalog.dataset(plan.dataset).splits(plan.task, plan.language) or SPLITS
    except InputError:
        return SPLITS


def credit(dataset: str) -> str:
    """Whose the data are, and on what terms."""
    data = catalog.dataset(dataset)
    if dataset == OWN or data.title == catalog.dataset(OWN).title:
        return COLUMNS
    return " ".join(filter(None, [data.citation, f"Licence: {data.licence}.", data.url]))


def about(part: Part, name: str) -> str:
    """Size and licence of a suggested model, and what else may be typed."""
    entry = suggested(part).get(name)
    said = f"{entry.describe()}." if entry else ""
    more = ", or a server's address that ends in /v1" * (part == "model")
    return f"{said} Or type a Hugging Face id, a folder{more}.".strip() if catalog.typed(part) else said


def adapters(host: Host | None, language: str) -> tuple[str, ...]:
    """Names of the adapted weights at hand; none where the host has no such."""
    return host.adapters(language) if host is not None and hasattr(host, "adapters") else ()


def menu(part: Part, value: str, prefix: str = "") -> gr.Dropdown:
    """The models or translators on offer, with size and licence; others may be typed where the settings let them."""
    names = catalog.models() if part == "model" else catalog.translators()
    return gr.Dropdown([(_named(part, name), name) for name in names], value=value, label=part.capitalize(),
                       info=about(part, value), allow_custom_value=catalog.typed(part),
                       elem_id=prefix + part)  # fmt: skip


def _named(part: Part, name: str) -> str:
    entry = suggested(part).get(name)
    if entry is None or not entry.gigabytes:
        return name
    return f"{name} · {entry.parameters}, {entry.gigabytes} GB, {entry.licence}"


def _chosen(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"Choose {what} first.")
    return value
