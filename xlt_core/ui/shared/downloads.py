"""What one takes away from results: the report, the documents, the items, the tables."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core.documents import export, report
from xlt_core.findings import tables
from xlt_core.findings.tables import Table
from xlt_core.records import InputError
from xlt_core.ui.shared.found_results import Shown

Make = Callable[[Shown], str | bytes]
DAY = 86_400.0  # seconds that a file can be fetched


def _report(shown: Shown) -> str:
    return report.html(shown.comparisons(), shown.title, shown.command)


def _scores(write: Callable[[Table], str]) -> Make:
    return lambda shown: write(tables.summary(shown.found))


FORMS: dict[str, tuple[str, Make]] = {
    "Report: one HTML file that needs no network": (".html", _report),
    "Everything as JSON, which Runs can open": (".json", lambda shown: export.documents(shown.comparisons())),
    "Items as CSV": (".csv", lambda shown: "\ufeff" + export.items_csv(shown.comparisons())),
    "Items as Parquet": (".parquet", lambda shown: export.items_parquet(shown.comparisons())),
    "Table of scores in Markdown": (".md", _scores(tables.markdown)),
    "Table of scores in LaTeX": (".tex", _scores(tables.latex)),
}

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Taking:
    """The widgets. file: hands the file out; the page presses it once it is there."""

    form: gr.Dropdown
    button: gr.Button
    file: gr.DownloadButton


def build(prefix: str) -> Taking:
    """Draws the region."""
    with gr.Row(elem_classes=["xlt-take"]):
        form = gr.Dropdown([*FORMS], value=next(iter(FORMS)), label="Download", elem_id=f"{prefix}-form", scale=3)
        button = gr.Button("Download", elem_id=f"{prefix}-download", scale=1, min_width=120)
        file = gr.DownloadButton("The file", elem_id=f"{prefix}-file", elem_classes=["xlt-gone"])
    return Taking(form, button, file)


def press(prefix: str) -> str:
    """The script that presses the button that hands the file out, once it has its address."""
    return f"() => setTimeout(() => document.querySelector('#{prefix}-file').click(), 300)"


def take(taking: Taking, shown: Shown | None, form: object) -> Updates:
    """The update that gives the file. Raises InputError where there is nothing to take."""
    if shown is None or not shown.found.cells:
        raise InputError("There is nothing to download yet: no cell has ended with a score.")
    ending, make = FORMS[form] if isinstance(form, str) and form in FORMS else next(iter(FORMS.values()))
    made = make(shown)
    name = re.sub(r"[^\w-]+", "-", shown.title).strip("-").lower()[:60] or "results"
    return {taking.file: gr.update(value=handed(taking.file, f"xlt-{name}{ending}", made))}


def handed(button: gr.DownloadButton, name: str, made: str | bytes) -> str:
    """Path of a file for the button to hand out."""
    path = folder(button) / name
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    return str(path)


def folder(button: gr.DownloadButton) -> Path:
    """A new folder for a file to hand out, where Gradio makes no second copy; those of days ago are removed."""
    shelf = Path(button.GRADIO_CACHE, "xlt-downloads")
    for former in shelf.glob("*"):
        with suppress(FileNotFoundError):  # another visitor's click was quicker
            if time.time() - former.stat().st_mtime > DAY:
                shutil.rmtree(former, ignore_errors=True)
    shelf.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=shelf))
