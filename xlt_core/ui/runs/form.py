"""The widgets of the tab Runs: the list of runs, the buttons for the ticked ones, and the uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core.ui.compare.share import RESULTS
from xlt_core.ui.results import run_view
from xlt_core.ui.results.run_view import RunView
from xlt_core.ui.shared.run_manager import RunManager

PREFIX = "runs"
OUTPUTS = (
    "Outputs of any other model for these items: a .csv, .tsv or .jsonl file with the columns id and output, or tokens "
    "with tags (CoNLL) for entities. They are read as a model's own answers are, and are shown as one more column."
)
OUTPUT_FILES = [".csv", ".tsv", ".jsonl", ".txt", ".conll"]


@dataclass(frozen=True)
class RunsForm:
    """The widgets. confirm: asks before runs are deleted. comparison: two runs compared. outputs_panel: adds the
    outputs of another system."""

    view: RunView
    list: gr.CheckboxGroup
    empty: gr.HTML
    delete: gr.Button
    name: gr.Textbox
    rename: gr.Button
    confirm: gr.Row
    question: gr.HTML
    yes: gr.Button
    no: gr.Button
    file: gr.File
    comparison: gr.HTML
    outputs_panel: gr.Accordion
    place: gr.Dropdown
    outputs: gr.File

    def widgets(self) -> set[Any]:
        """What another choice of runs updates, without the widgets of the view."""
        buttons = {self.delete, self.name, self.rename, self.confirm, self.question}
        return buttons | {self.list, self.empty, self.comparison, self.outputs_panel, self.place}


def build(manager: RunManager, visitor: gr.BrowserState) -> RunsForm:
    """Draws the widgets. visitor: the browser's key."""
    message = gr.HTML("", elem_id="runs-message")
    runs = gr.CheckboxGroup([], label="Runs", info="Tick one to open it, two to compare them.", elem_id="runs-list",
                            elem_classes=["xlt-list"])  # fmt: skip
    empty = gr.HTML("", elem_id="runs-empty")
    stop, buttons = _buttons()
    with gr.Accordion("Open a file of results", open=False, elem_id="runs-files"):
        file = gr.File(label="The JSON or report that Download or --out wrote, one or more; no model is needed",
                       file_types=list(RESULTS), file_count="multiple", height=110, elem_id="runs-file")  # fmt: skip
    comparison = gr.HTML("", elem_id="runs-comparison")
    view = run_view.build(PREFIX, manager, visitor, message, stop)
    with gr.Accordion("Outputs of another system", open=False, visible=False, elem_id="runs-outputs") as panel:
        gr.HTML(f"<p class='xlt-quiet'>{OUTPUTS}</p>")
        place = gr.Dropdown([], label="For the items of", elem_id="runs-outputs-place")
        outputs = gr.File(label="Drop the outputs here", file_types=OUTPUT_FILES, height=110,
                          elem_id="runs-outputs-file")  # fmt: skip
    return RunsForm(view, runs, empty, **buttons, file=file, comparison=comparison, outputs_panel=panel, place=place,
                    outputs=outputs)  # fmt: skip


def _buttons() -> tuple[gr.Button, dict[str, Any]]:
    """The button Stop; and the other buttons by the field of RunsForm."""
    with gr.Row(elem_classes=["xlt-tools"]):
        stop = gr.Button("Stop", size="sm", variant="stop", interactive=False, elem_id="runs-stop")
        delete = gr.Button("Delete", size="sm", interactive=False, elem_id="runs-delete")
        name = gr.Textbox("", show_label=False, placeholder="a name for it", visible=False, container=False,
                          elem_id="runs-name")  # fmt: skip
        rename = gr.Button("Rename", size="sm", visible=False, elem_id="runs-rename")
    with gr.Row(visible=False, elem_classes=["xlt-tools"], elem_id="runs-confirm") as confirm:
        question = gr.HTML("")
        yes = gr.Button("Delete for good", size="sm", variant="stop", elem_id="runs-yes")
        no = gr.Button("Keep", size="sm", elem_id="runs-no")
    return stop, {"delete": delete, "name": name, "rename": rename, "confirm": confirm, "question": question,
                  "yes": yes, "no": no}  # fmt: skip
