"""Data that the catalog does not have: an uploaded file, or a dataset of the Hub by its id, each with its columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison.data import load_split
from xlt_core.formats.dataset_names import HUB, bare, columns_text, file_of, with_columns
from xlt_core.formats.rows import FORMATS
from xlt_core.records import InputError, Plan
from xlt_core.settings import PUBLIC
from xlt_core.ui.shared.limits import check_hub
from xlt_core.ui.shared.updates import Updates, Values

OWN_FILE, OF_HUB = "file", "hub"  # their entries in the menu of datasets
ENTRIES = [("A file of your own", OWN_FILE), *([] if PUBLIC else [("A dataset of the Hugging Face Hub", OF_HUB)])]
UNNAMED = {OWN_FILE: "Drop your file under Model and data first; the columns that it needs are named there.",
           OF_HUB: "Write the dataset's id under Model and data first, such as nyu-mll/glue:rte."}  # fmt: skip
HINTS = {OWN_FILE: "A first line with the columns text and answer (a label, a summary, or LABEL: entity $$ LABEL: "
         "entity); if you like, id, split, english and english_answer.",
         OF_HUB: "In its own rows, which are downloaded; its licence stands on its page."}  # fmt: skip
MAX_BYTES = 5_000_000


@dataclass(frozen=True)
class OwnData:
    """The widgets, hidden until their entry is chosen. hub: the id of a dataset of the Hub; columns: where the fields
    of the task are called otherwise; uploaded: path of the visitor's file on the server; it cannot be typed."""

    hub: gr.Textbox
    file: gr.File
    columns: gr.Textbox
    uploaded: gr.State

    def boxes(self) -> set[Any]:
        """What is shown or hidden."""
        return {self.hub, self.file, self.columns}


def build(plan: Plan) -> OwnData:
    """Draws the widgets."""
    hub = gr.Textbox("", label="Its id on the Hub", lines=1, placeholder="org/name or org/name:configuration",
                     visible=False, elem_id="hub-id")  # fmt: skip
    file = gr.File(label=f"Drop a file here ({', '.join(FORMATS)})", file_types=list(FORMATS), visible=False,
                   height=132, elem_id="file")  # fmt: skip
    columns = gr.Textbox("", label="Its columns", lines=1, placeholder="text=tweet, answer=label", visible=False,
                         info=_called(plan), elem_id="data-columns")  # fmt: skip
    return OwnData(hub, file, columns, gr.State(""))


def read(own: OwnData, entry: str, values: Values) -> str:
    """The name of the dataset that is meant; the entry itself where none is named yet, or it is another one. Raises
    InputError for an id that is none, or columns that cannot be read."""
    name = ""
    if entry == OF_HUB and (written := (values[own.hub] or "").strip().removeprefix(HUB)):
        name = check_hub(HUB + written)
    elif entry == OWN_FILE:
        name = values[own.uploaded]
    return with_columns(name, values[own.columns] or "") if name else entry


def fill(own: OwnData, plan: Plan) -> Updates:
    """The updates that set the widgets to a plan, all but the file."""
    return {
        own.hub: bare(plan.dataset).removeprefix(HUB) if entry(plan.dataset) == OF_HUB else "",
        own.columns: columns_text(plan.dataset).replace(",", ", "),
    }


def show(own: OwnData, dataset: str) -> Updates:
    """Shows the widgets of a dataset, or of an entry of the menu, and hides the others."""
    chosen = entry(dataset)
    shown = {own.hub: chosen == OF_HUB, own.file: chosen == OWN_FILE, own.columns: chosen in UNNAMED}
    return {widget: gr.update(visible=visible) for widget, visible in shown.items()}


def describe(own: OwnData, plan: Plan) -> Updates:
    """The same, with what the columns can be given for."""
    shown = show(own, plan.dataset)
    return {**shown, own.columns: {**shown[own.columns], "info": _called(plan)}}


def entry(dataset: str) -> str:
    """The entry of the menu that stands for a dataset."""
    return OWN_FILE if file_of(dataset) else OF_HUB if dataset.startswith(HUB) else dataset


def uses_file(plan: Plan) -> bool:
    """Whether the dataset of the plan is an uploaded file."""
    return entry(plan.dataset) == OWN_FILE


def check_upload(path: str | None) -> str:
    """The path of an uploaded file. Raises InputError for one that is too large."""
    if path and Path(path).stat().st_size > MAX_BYTES:
        raise InputError(f"{Path(path).name} is larger than {MAX_BYTES // 10**6} MB; take fewer rows.")
    return str(path or "")


def problem(plan: Plan) -> str:
    """Why the data of one's own cannot be used; "" where they can, or where there are none."""
    if plan.dataset in UNNAMED:
        return UNNAMED[plan.dataset]
    try:
        if entry(plan.dataset) in UNNAMED:
            load_split(catalog.dataset(plan.dataset), plan.task, plan.language, plan.split)
    except InputError as error:
        return str(error)
    return ""


def _called(plan: Plan) -> str:
    """What the columns may be given for."""
    fields = catalog.task(plan.task).fields
    own = ("text",) if len(fields) == 1 else fields
    return f"Where they are not called {', '.join(own)} and answer: FIELD=COLUMN, with commas between them."
