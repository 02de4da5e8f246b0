"""What one takes away: the document as JSON, the items as CSV, a link that restores the plan, the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core.documents import document, export
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.ui.compare.sources import of_a_file
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.html import escape

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # characters that would show the rest of the command reversed


@dataclass(frozen=True)
class Share:
    """The widgets. file: hands out what a button asked for; the page presses it once it is there."""

    json: gr.Button
    csv: gr.Button
    file: gr.DownloadButton
    text: gr.HTML


def build(comparison: Comparison | None) -> Share:
    """Draws the region for a comparison, or empty."""
    shown = comparison is not None
    with gr.Row(elem_classes=["xlt-tools"]):
        as_json = gr.Button("Download JSON", size="sm", visible=shown, elem_id="download-json")
        as_csv = gr.Button("Download CSV", size="sm", visible=shown, elem_id="download-csv")
        file = gr.DownloadButton("The file", elem_id="compare-file", elem_classes=["xlt-gone"])
    return Share(as_json, as_csv, file, gr.HTML(text_html(comparison) if comparison else "", elem_id="share"))


def show(share: Share, comparison: Comparison) -> dict[Any, Any]:
    """The updates that hand out a finished comparison."""
    seen = gr.update(visible=True)
    return {share.json: seen, share.csv: seen, share.text: text_html(comparison)}


def clear(share: Share) -> dict[Any, Any]:
    """The updates that hand out nothing, while a new comparison is at work."""
    hidden = gr.update(visible=False)
    return {share.json: hidden, share.csv: hidden, share.text: ""}


def take(share: Share, comparison: Comparison | None, ending: str) -> dict[Any, Any]:
    """The update that gives the file. Raises InputError where there is nothing to take."""
    if comparison is None:
        raise InputError("There is nothing to download yet; press Compare.")
    name = f"xlt-{comparison.plan.task}-{comparison.plan.language}{ending}"
    return {share.file: gr.update(value=downloads.handed(share.file, name, file_of(comparison, ending)))}


def file_of(comparison: Comparison, ending: str) -> str:
    """The document (.json) or the table of items (.csv)."""
    if ending == ".csv":
        return "\ufeff" + document.items_csv(comparison)
    return export.documents([replace(comparison, plan=replace(comparison.plan, dataset=_called(comparison.plan)))])


def text_html(comparison: Comparison) -> str:
    """The link and the command, each with a button that copies it."""
    link = f"?plan={document.encode(comparison.plan)}"
    command = document.command(comparison.plan, _called(comparison.plan))
    first = "Save the downloaded JSON as comparison.json first. " if "--plan" in command else ""
    needs = f" <span class='xlt-quiet'>(it needs {escape(_called(comparison.plan))}, which no link carries)</span>"
    needs = needs if of_a_file(comparison.plan) else ""
    return (
        f"<div class='xlt-share'><p><a id='plan-link' href='{escape(link)}'>Link that restores this setting</a>"
        f" <button type='button' class='xlt-copy' data-copy-link='{escape(link)}'>Copy link</button>{needs}</p>"
        f"{command_html(command, first)}</div>"
    )


def command_html(command: str, first: str = "") -> str:
    """A command line with a button that copies it. first: what is to do before."""
    shown = _TURNS.sub("\N{REPLACEMENT CHARACTER}", command)
    return (
        f"<p>The same on the command line: {first}"
        f"<button type='button' class='xlt-copy' data-copy='{escape(command)}'>Copy command</button></p>"
        f"<pre class='xlt-command' tabindex='0'>{escape(shown)}</pre>"
    )


def _called(plan: Plan) -> str:
    """What the dataset is called elsewhere: a file by its name, since where it lies on this side is nobody's matter."""
    return Path(plan.dataset).name if of_a_file(plan) else plan.dataset
