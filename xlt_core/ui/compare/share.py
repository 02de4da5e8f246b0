"""The downloads of a comparison as JSON and CSV, the link that restores its plan, and its command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import gradio as gr

from xlt_core.documents import document, export, shared_result
from xlt_core.documents.plan_link import shareable
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.ui.fields.own_data import uses_file
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.html import escape
from xlt_core.ui.shared.updates import Updates

RESULTS = (".json", ".gz", ".html")  # files that hold a result
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they would show the rest of the command reversed


@dataclass(frozen=True)
class Share:
    """The widgets. file: a hidden button that downloads the file; a script of the page clicks it. opened: a result that
    was downloaded before, here or elsewhere."""

    json: gr.Button
    csv: gr.Button
    file: gr.DownloadButton
    opened: gr.UploadButton
    text: gr.HTML


def build(comparison: Comparison | None) -> Share:
    """Draws the widgets for a comparison, or hidden."""
    shown = comparison is not None
    with gr.Row(elem_classes=["xlt-tools"]):
        as_json = gr.Button("Download JSON", size="sm", visible=shown, elem_id="download-json")
        as_csv = gr.Button("Download CSV", size="sm", visible=shown, elem_id="download-csv")
        file = gr.DownloadButton("The file", elem_id="compare-file", elem_classes=["xlt-hidden"])
        opened = gr.UploadButton("Open a result", size="sm", file_types=list(RESULTS), elem_id="open-result")
    return Share(as_json, as_csv, file, opened, gr.HTML(text_html(comparison) if comparison else "", elem_id="share"))


def show(share: Share, comparison: Comparison) -> Updates:
    """The updates that show a finished comparison."""
    seen = gr.update(visible=True)
    return {share.json: seen, share.csv: seen, share.text: text_html(comparison)}


def clear(share: Share) -> Updates:
    """The updates that hide everything while a new comparison is running."""
    hidden = gr.update(visible=False)
    return {share.json: hidden, share.csv: hidden, share.text: ""}


def make_file(share: Share, comparison: Comparison | None, ending: str) -> Updates:
    """The update that gives the file to the hidden button. Raises InputError where there is no comparison."""
    if comparison is None:
        raise InputError("There is nothing to download yet; press Compare.")
    name = f"xlt-{comparison.plan.task}-{comparison.plan.language}{ending}"
    return {share.file: gr.update(value=downloads.write_file(share.file, name, file_content(comparison, ending)))}


def file_content(comparison: Comparison, ending: str) -> str:
    """The document (.json) or the table of items (.csv)."""
    if ending == ".csv":
        return "\ufeff" + document.items_csv(comparison)
    return export.documents(
        [replace(comparison, plan=replace(comparison.plan, dataset=_dataset_name(comparison.plan)))]
    )


def text_html(comparison: Comparison) -> str:
    """The link and the command, each with a button that copies it."""
    link = f"?plan={document.encode(comparison.plan)}"
    command = document.command(comparison.plan, _dataset_name(comparison.plan))
    first = "Save the downloaded JSON as comparison.json first. " if "--plan" in command else ""
    needs = (
        f" <span class='xlt-quiet'>(it needs {escape(_dataset_name(comparison.plan))}, which no link carries)</span>"
    )
    needs = needs if uses_file(comparison.plan) else ""
    return (
        f"<div class='xlt-share'>{_result_link(comparison)}"
        f"<p><a id='plan-link' href='{escape(link)}'>Link that restores this setting</a>"
        f" <button type='button' class='xlt-copy' data-copy-link='{escape(link)}'>Copy link</button>{needs}</p>"
        f"{command_html(command, first)}</div>"
    )


def _result_link(comparison: Comparison) -> str:
    """The link that opens the result itself, or what to send in its place."""
    link = shared_result.link(comparison)
    if not link:
        return (
            "<p class='xlt-quiet' id='result-link'>This result is too long for a link: send the JSON, which "
            "<i>Open a result</i> opens anywhere, without the models.</p>"
        )
    return (
        f"<p><a id='result-link' href='{escape(link)}'>Link that opens this result</a>"
        f" <button type='button' class='xlt-copy' data-copy-link='{escape(link)}'>Copy link</button>"
        " <span class='xlt-quiet'>(no model is needed there)</span></p>"
    )


def command_html(command: str, first: str = "") -> str:
    """A command line with a button that copies it. first: a sentence on what to do before."""
    shown = _DIRECTION_MARKS.sub("\N{REPLACEMENT CHARACTER}", command)
    return (
        f"<p>The same on the command line: {first}"
        f"<button type='button' class='xlt-copy' data-copy='{escape(command)}'>Copy command</button></p>"
        f"<pre class='xlt-command' tabindex='0'>{escape(shown)}</pre>"
    )


def _dataset_name(plan: Plan) -> str:
    """The dataset in links and files: of an uploaded file only its name, since its path is of this machine."""
    return shareable(plan).dataset if uses_file(plan) else plan.dataset
