"""What was adapted here, on the page Adapt: to be used in Compare, downloaded as one file, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.adaptation import folders
from xlt_core.records import InputError
from xlt_core.ui.compare.regions import Updates, Values
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.html import escape, message

PREFIX = "adapted"


@dataclass(frozen=True)
class Adapted:
    """The widgets. whole: all of them, hidden as long as nothing was adapted; file: hands the ZIP file out; sure: asks
    before something is deleted."""

    whole: gr.Column
    list: gr.Dropdown
    use: gr.Button
    download: gr.Button
    file: gr.DownloadButton
    delete: gr.Button
    sure: gr.Row
    question: gr.HTML
    yes: gr.Button
    no: gr.Button
    said: gr.HTML

    def gives(self) -> set[Any]:
        """Every widget that another list changes."""
        return {self.whole, self.list, self.sure, self.said}


def draw() -> Adapted:
    """Draws the region."""
    with gr.Column(visible=False, elem_id="adapted") as whole:
        chosen = gr.Dropdown([], label="Adapted here", elem_id="adapted-list")
        with gr.Row(elem_classes=["xlt-tools"]):
            use = gr.Button("Use in Compare", size="sm", variant="primary", elem_id="adapt-use")
            download = gr.Button("Download", size="sm", elem_id="adapted-download")
            file = gr.DownloadButton("The file", elem_id="adapted-file", elem_classes=["xlt-gone"])
            delete = gr.Button("Delete", size="sm", elem_id="adapted-delete")
        said = gr.HTML("", elem_id="adapted-message")
        with gr.Row(visible=False, elem_classes=["xlt-tools"], elem_id="adapted-sure") as sure:
            question = gr.HTML("")
            yes = gr.Button("Delete for good", size="sm", variant="stop", elem_id="adapted-yes")
            no = gr.Button("Keep", size="sm", elem_id="adapted-no")
    return Adapted(whole, chosen, use, download, file, delete, sure, question, yes, no, said)


def listed(adapted: Adapted, name: str = "") -> Updates:
    """What there is, the newest first. name: what is to be chosen."""
    rows = [(_line(name, card), name) for name, card in folders.finished().items()]
    names = [value for _, value in rows]
    chosen = name if name in names else next(iter(names), None)
    return {adapted.whole: gr.update(visible=bool(rows)), adapted.list: gr.update(choices=rows, value=chosen),
            adapted.sure: gr.update(visible=False), adapted.said: ""}  # fmt: skip


def card_of(name: str) -> dict[str, Any]:
    """The card of what was chosen. Raises InputError where it has not ended, or is not there any more."""
    found = folders.finished().get(name)
    if found is None:
        raise InputError(f"Nothing here is called {name!r} any more; choose another.")
    if not found:
        raise InputError(f"{name} has not ended; press Resume, or choose another.")
    return found


def zipped(adapted: Adapted, values: Values) -> Updates:
    """The update that gives the file; none is left of an earlier one where this cannot be given."""
    name = values[adapted.list] or ""
    try:
        card_of(name)
    except InputError as error:
        return {adapted.file: gr.update(value=None), adapted.said: message(str(error), "problem")}
    path = folders.archive(name, downloads.folder(adapted.file))
    return {adapted.file: gr.update(value=str(path)), adapted.said: ""}


def asked(adapted: Adapted, values: Values) -> Updates:
    """Asks whether what is chosen is to be deleted."""
    question = f"<p>Delete {escape(values[adapted.list])} with its weights?</p>"
    return {adapted.sure: gr.update(visible=True), adapted.question: question, adapted.said: ""}


def _line(name: str, card: dict[str, Any]) -> str:
    if not card:
        return f"{name} · has not ended"
    known = catalog.languages()
    names = ", ".join(known[code].name if code in known else code for code in card["plan"]["corpora"])
    return f"{name} · {names} · {card['base']['model']}"
