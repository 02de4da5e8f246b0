"""The downloads of results: the report, the documents, the items and the tables."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from xlt_core.documents import export, report
from xlt_core.findings import tables
from xlt_core.findings.tables import Table
from xlt_core.records import InputError
from xlt_core.ui.shared.result_set import ResultSet
from xlt_core.ui.shared.updates import Updates

Write = Callable[[ResultSet], str | bytes]
DAY = 86_400.0  # seconds for which a file can be fetched


def _report(results: ResultSet) -> str:
    return report.html(results.comparisons(), results.title, results.command)


def _scores(write: Callable[[Table], str]) -> Write:
    return lambda results: write(tables.summary(results.findings))


FORMATS: dict[str, tuple[str, Write]] = {
    "Report: one HTML file that needs no network": (".html", _report),
    "Everything as JSON, which Runs can open": (".json", lambda results: export.documents(results.comparisons())),
    "Items as CSV": (".csv", lambda results: "\ufeff" + export.items_csv(results.comparisons())),
    "Items as Parquet": (".parquet", lambda results: export.items_parquet(results.comparisons())),
    "Table of scores in Markdown": (".md", _scores(tables.markdown)),
    "Table of scores in LaTeX": (".tex", _scores(tables.latex)),
}


@dataclass(frozen=True)
class Downloads:
    """The widgets. file: a hidden button that downloads the file; a script of the page clicks it."""

    format: gr.Dropdown
    button: gr.Button
    file: gr.DownloadButton


def build(prefix: str) -> Downloads:
    """Draws the widgets."""
    with gr.Row(elem_classes=["xlt-downloads"]):
        menu = gr.Dropdown([*FORMATS], value=next(iter(FORMATS)), label="Download", elem_id=f"{prefix}-form", scale=3)
        button = gr.Button("Download", elem_id=f"{prefix}-download", scale=1, min_width=120)
        file = gr.DownloadButton("The file", elem_id=f"{prefix}-file", elem_classes=["xlt-hidden"])
    return Downloads(menu, button, file)


def click_script(prefix: str) -> str:
    """The script that clicks the hidden button, once the button has the file's address."""
    return f"() => setTimeout(() => document.querySelector('#{prefix}-file').click(), 300)"


def make_file(downloads: Downloads, results: ResultSet | None, chosen: object) -> Updates:
    """The update that gives the file to the hidden button. Raises InputError where there are no results."""
    if results is None or not results.findings.cells:
        raise InputError("There is nothing to download yet: no cell has ended with a score.")
    ending, write = FORMATS[chosen] if isinstance(chosen, str) and chosen in FORMATS else next(iter(FORMATS.values()))
    content = write(results)
    name = re.sub(r"[^\w-]+", "-", results.title).strip("-").lower()[:60] or "results"
    return {downloads.file: gr.update(value=write_file(downloads.file, f"xlt-{name}{ending}", content))}


def write_file(button: gr.DownloadButton, name: str, content: str | bytes) -> str:
    """Writes a file for the button to download, and returns its path."""
    path = new_folder(button) / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def new_folder(button: gr.DownloadButton) -> Path:
    """A new folder inside Gradio's cache, where Gradio makes no second copy. Folders older than a day are removed."""
    root = Path(button.GRADIO_CACHE, "xlt-downloads")
    for old in root.glob("*"):
        with suppress(FileNotFoundError):  # another visitor's request removed it first
            if time.time() - old.stat().st_mtime > DAY:
                shutil.rmtree(old, ignore_errors=True)
    root.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=root))
