"""The page Runs: what is kept, to open, name, compare and delete; files of results; outputs of other systems."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from xlt_core.ui.results import run_view
from xlt_core.ui.runs import handlers
from xlt_core.ui.runs.handlers import Runs
from xlt_core.ui.shared.binding import on
from xlt_core.ui.shared.visitors import Keeping

PREFIX = "runs"
OUTPUTS = (
    "Outputs of any other model for these items: a .csv, .tsv or .jsonl file with the columns id and output, or tokens "
    "with tags (CoNLL) for entities. They are read as a model's own answers are, and stand as one more column."
)
FILES = [".csv", ".tsv", ".jsonl", ".txt", ".conll"]


def build(tab: gr.Tab, keeping: Keeping, visitor: gr.BrowserState) -> Runs:
    """Draws the page, with its events. tab: where it is; visitor: the browser's key."""
    page = _draw(keeping, visitor)
    _wire_list(page, tab)
    _wire_files(page)
    run_view.wire(page.viewer, PREFIX, [], {page.list}, partial(handlers.listed, page))
    return page


def _draw(keeping: Keeping, visitor: gr.BrowserState) -> Runs:
    said = gr.HTML("", elem_id="runs-message")
    chosen = gr.CheckboxGroup([], label="Runs", info="Tick one to open it, two to compare them.", elem_id="runs-list",
                              elem_classes=["xlt-list"])  # fmt: skip
    empty = gr.HTML("", elem_id="runs-empty")
    with gr.Row(elem_classes=["xlt-tools"]):
        stop = gr.Button("Stop", size="sm", variant="stop", interactive=False, elem_id="runs-stop")
        delete = gr.Button("Delete", size="sm", interactive=False, elem_id="runs-delete")
        name = gr.Textbox("", show_label=False, placeholder="a name for it", visible=False, container=False,
                          elem_id="runs-name")  # fmt: skip
        rename = gr.Button("Rename", size="sm", visible=False, elem_id="runs-rename")
    with gr.Row(visible=False, elem_classes=["xlt-tools"], elem_id="runs-sure") as sure:
        question = gr.HTML("")
        yes = gr.Button("Delete for good", size="sm", variant="stop", elem_id="runs-yes")
        no = gr.Button("Keep", size="sm", elem_id="runs-no")
    with gr.Accordion("Open a file of results", open=False, elem_id="runs-files"):
        file = gr.File(label="The JSON that Download or --out wrote, one or more; no model is needed",
                       file_types=[".json"], file_count="multiple", height=110, elem_id="runs-file")  # fmt: skip
    against = gr.HTML("", elem_id="runs-against")
    viewer = run_view.build(PREFIX, keeping, visitor, said, stop)
    with gr.Accordion("Outputs of another system", open=False, visible=False, elem_id="runs-outputs") as own:
        gr.HTML(f"<p class='xlt-quiet'>{OUTPUTS}</p>")
        place = gr.Dropdown([], label="For the items of", elem_id="runs-outputs-place")
        outputs = gr.File(label="Drop the outputs here", file_types=FILES, height=110, elem_id="runs-outputs-file")
    return Runs(
        viewer, chosen, empty, delete, name, rename, sure, question, yes, no, file, against, own, place, outputs
    )


def _wire_list(page: Runs, tab: gr.Tab) -> None:
    viewer = page.viewer
    needs = viewer.asked() | {page.list}
    gives = viewer.drawn() | page.shown()
    said = viewer.message
    on(tab.select, partial(handlers.came, page), needs, {page.list, page.empty}, said)
    on(page.list.input, partial(handlers.ticked, page), needs, gives, said)
    on(page.rename.click, partial(handlers.renamed, page), needs | {page.name}, gives, said)
    on(page.name.submit, partial(handlers.renamed, page), needs | {page.name}, gives, said)
    on(page.delete.click, partial(handlers.asked, page), needs, {page.sure, page.question}, said)
    on(page.yes.click, partial(handlers.deleted, page), needs, gives, said)
    on(page.no.click, lambda values: {page.sure: gr.update(visible=False)}, needs, {page.sure}, said)


def _wire_files(page: Runs) -> None:
    viewer = page.viewer
    gives: set[Any] = viewer.drawn() | page.shown()
    on(page.file.upload, partial(handlers.dropped, page), viewer.asked() | {page.file}, gives, viewer.message)
    on(page.outputs.upload, partial(handlers.joined, page), viewer.asked() | {page.outputs, page.place}, gives,
       viewer.message)  # fmt: skip
