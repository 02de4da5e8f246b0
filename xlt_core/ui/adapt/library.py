"""The adapted weights on this machine: used in Compare, downloaded as one file, or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core.adaptation import folders
from xlt_core.findings.sentences import language_name
from xlt_core.records import InputError
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.html import escape, message_html
from xlt_core.ui.shared.updates import Updates, Values

PREFIX = "adapted"


@dataclass(frozen=True)
class Library:
    """The widgets. box: holds all of them, and is hidden while there are no adapted weights. file: a hidden button that
    downloads the ZIP file. confirm: asks before weights are deleted."""

    box: gr.Column
    list: gr.Dropdown
    use: gr.Button
    download: gr.Button
    file: gr.DownloadButton
    delete: gr.Button
    confirm: gr.Row
    question: gr.HTML
    yes: gr.Button
    no: gr.Button
    message: gr.HTML

    def outputs(self) -> set[Any]:
        """What a refresh of the list updates."""
        return {self.box, self.list, self.confirm, self.message}


def build() -> Library:
    """Draws the widgets."""
    with gr.Column(visible=False, elem_id="adapted") as box:
        menu = gr.Dropdown([], label="Adapted here", elem_id="adapted-list")
        with gr.Row(elem_classes=["xlt-tools"]):
            use = gr.Button("Use in Compare", size="sm", variant="primary", elem_id="adapt-use")
            download = gr.Button("Download", size="sm", elem_id="adapted-download")
            file = gr.DownloadButton("The file", elem_id="adapted-file", elem_classes=["xlt-hidden"])
            delete = gr.Button("Delete", size="sm", elem_id="adapted-delete")
        message = gr.HTML("", elem_id="adapted-message")
        with gr.Row(visible=False, elem_classes=["xlt-tools"], elem_id="adapted-confirm") as confirm:
            question = gr.HTML("")
            yes = gr.Button("Delete for good", size="sm", variant="stop", elem_id="adapted-yes")
            no = gr.Button("Keep", size="sm", elem_id="adapted-no")
    return Library(box, menu, use, download, file, delete, confirm, question, yes, no, message)


def refresh_list(library: Library, name: str = "") -> Updates:
    """The adapted weights, the newest first. name: the one to choose."""
    menu = [(_menu_entry(name, card), name) for name, card in folders.finished().items()]
    names = [value for _, value in menu]
    chosen = name if name in names else next(iter(names), None)
    return {library.box: gr.update(visible=bool(menu)), library.list: gr.update(choices=menu, value=chosen),
            library.confirm: gr.update(visible=False), library.message: ""}  # fmt: skip


def card_of(name: str) -> dict[str, Any]:
    """The card of adapted weights. Raises InputError where they do not exist, or their training has not ended."""
    found = folders.finished().get(name)
    if found is None:
        raise InputError(f"Nothing here is called {name!r} any more; choose another.")
    if not found:
        raise InputError(f"{name} has not ended; press Resume, or choose another.")
    return found


def make_file(library: Library, values: Values) -> Updates:
    """The update that gives the ZIP file to the hidden button; without one the button loses its former file."""
    name = values[library.list] or ""
    try:
        card_of(name)
    except InputError as error:
        return {library.file: gr.update(value=None), library.message: message_html(str(error), "problem")}
    path = folders.archive(name, downloads.new_folder(library.file))
    return {library.file: gr.update(value=str(path)), library.message: ""}


def confirm_delete(library: Library, values: Values) -> Updates:
    """Asks whether to delete the chosen weights."""
    question = f"<p>Delete {escape(values[library.list])} with its weights?</p>"
    return {library.confirm: gr.update(visible=True), library.question: question, library.message: ""}


def hide_confirm(library: Library, values: Values) -> Updates:
    return {library.confirm: gr.update(visible=False)}


def _menu_entry(name: str, card: dict[str, Any]) -> str:
    if not card:
        return f"{name} · has not ended"
    names = ", ".join(map(language_name, card["plan"]["corpora"]))
    objective = card["plan"].get("objective", "laft")
    return " · ".join([name, *([objective] if objective != "laft" else []), names, card["base"]["model"]])
