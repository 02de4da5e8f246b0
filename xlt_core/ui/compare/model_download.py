"""The button that fetches a real model: a job of the app, which goes on when the tab that began it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.jobs import Job, Jobs
from xlt_core.models import packages
from xlt_core.models.hub import Download
from xlt_core.models.suggested import Suggestion, suggested
from xlt_core.ui.shared.html import escape, message_html
from xlt_core.ui.shared.updates import Updates, Values

NAME = "smollm2"
JOBS: Jobs[Download] = Jobs()  # owned by the model: one download for all visitors


@dataclass(frozen=True)
class ModelDownload:
    """The widgets. row: the buttons, hidden once the model is here."""

    row: gr.Row
    get: gr.Button
    stop: gr.Button
    progress: gr.HTML

    def widgets(self) -> set[Any]:
        return {self.row, self.get, self.stop, self.progress}


def build() -> ModelDownload:
    """Draws the buttons where the model is offered and not here yet."""
    entry = suggested("model").get(NAME)
    missing = bool(entry and catalog.typed("model") and not packages.here(entry))
    with gr.Row(visible=missing, elem_classes=["xlt-download"]) as row:
        label = f"Get a real model, {entry.size}" if entry else "Get a real model"
        get = gr.Button(label, size="sm", elem_id="get-model")
        stop = gr.Button("Stop the download", size="sm", visible=False, elem_id="get-model-stop")
    return ModelDownload(row, get, stop, gr.HTML("", elem_id="get-model-progress"))


def fetch(widgets: ModelDownload, model: gr.Dropdown, values: Values) -> Iterator[Updates]:
    """Fetches the model and shows how far it is; chooses it once it is here. A download that runs is only watched."""
    entry = suggested("model")[NAME]
    job = _job(entry)
    for download in job.watch():
        yield {widgets.progress: _progress_html(entry, download), widgets.get: gr.update(interactive=False),
               widgets.stop: gr.update(visible=True)}  # fmt: skip
    idle = {widgets.get: gr.update(interactive=True), widgets.stop: gr.update(visible=False)}
    if job.state == "done":
        said = message_html(f"{NAME} is here, and chosen as the model.")
        yield idle | {widgets.row: gr.update(visible=False), widgets.progress: said, model: NAME}
        return
    said = message_html(job.error, "problem") if job.error else message_html("Stopped. Press again to go on from here.")
    yield idle | {widgets.progress: said}


def stop(widgets: ModelDownload, values: Values) -> Updates:
    """Stops the download, for everybody who watches it."""
    for job in JOBS.of(NAME).values():
        job.stop()
    return {widgets.stop: gr.update(visible=False)}


def _job(entry: Suggestion) -> Job[Download]:
    """The download that runs, or a new one."""
    running = next((job for job in JOBS.of(entry.key).values() if job.state == "running"), None)
    return running or JOBS.start(f"get {entry.key}", packages.fetch(entry), entry.key, most=1)[1]


def _progress_html(entry: Suggestion, download: Download | None) -> str:
    """A bar with the megabytes; before the first of them, what is fetched, with its licence."""
    if download is None or not download.total:
        return f"<p class='xlt-quiet'>Looking for {escape(entry.key)} ({escape(entry.terms)}).</p>"
    share = round(100 * download.done / download.total)
    return (f"<p class='xlt-quiet' role='status'>{escape(str(download))}</p>"
            f"<progress max='100' value='{share}' aria-label='{escape(entry.key)}'></progress>")  # fmt: skip
