"""What one takes away: the document as JSON, the items as CSV, a link that restores the plan, the command line."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import document
from xlt_core.records import Comparison, Plan
from xlt_core.ui._html import escape
from xlt_core.ui.sources import of_a_file

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # characters that would show the rest of the command reversed


@dataclass(frozen=True)
class Share:
    """The widgets."""

    json: gr.DownloadButton
    csv: gr.DownloadButton
    text: gr.HTML


def build(comparison: Comparison | None) -> Share:
    """Draws the region for a comparison, or empty."""
    shown = comparison is not None
    with gr.Row(elem_classes=["xlt-tools"]):
        paths = files(comparison) if comparison else (None, None)
        as_json = gr.DownloadButton("Download JSON", value=paths[0], size="sm", visible=shown, elem_id="download-json")
        as_csv = gr.DownloadButton("Download CSV", value=paths[1], size="sm", visible=shown, elem_id="download-csv")
    return Share(as_json, as_csv, gr.HTML(text_html(comparison) if comparison else "", elem_id="share"))


def show(share: Share, comparison: Comparison) -> dict[Any, Any]:
    """The updates that hand out a finished comparison."""
    as_json, as_csv = files(comparison)
    return {
        share.json: gr.update(value=as_json, visible=True),
        share.csv: gr.update(value=as_csv, visible=True),
        share.text: text_html(comparison),
    }


def clear(share: Share) -> dict[Any, Any]:
    """The updates that hand out nothing, while a new comparison is at work."""
    hidden = gr.update(visible=False)
    return {share.json: hidden, share.csv: hidden, share.text: ""}


def files(comparison: Comparison) -> tuple[str, str]:
    """Paths of the document and of the table of items, written to a folder of their own."""
    folder = Path(tempfile.mkdtemp(prefix="xlt-"))
    stem = f"xlt-{comparison.plan.task}-{comparison.plan.language}"
    as_json, as_csv = folder / f"{stem}.json", folder / f"{stem}.csv"
    named = replace(comparison, plan=replace(comparison.plan, dataset=_called(comparison.plan)))
    text = json.dumps(document.document(named), ensure_ascii=False, indent=1, allow_nan=False)
    as_json.write_text(text, encoding="utf-8")
    as_csv.write_text(document.items_csv(comparison), encoding="utf-8-sig")
    return str(as_json), str(as_csv)


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
