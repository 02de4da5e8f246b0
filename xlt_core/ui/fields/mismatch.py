"""Says at the input that the bundled models do not know these texts, and offers what does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core.catalog import APERTIUM
from xlt_core.comparison import coverage
from xlt_core.records import Example, InputError, Plan
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.updates import Updates


@dataclass(frozen=True)
class MismatchNote:
    """The widgets. use_human, use_apertium: buttons that choose the better way to English, where there is one."""

    text: gr.HTML
    use_human: gr.Button
    use_apertium: gr.Button

    def widgets(self) -> set[Any]:
        return {self.text, self.use_human, self.use_apertium}


def build() -> MismatchNote:
    """Draws the widgets, empty."""
    text = gr.HTML("", elem_id="mismatch")
    with gr.Row(elem_classes=["xlt-tools"]):
        return MismatchNote(
            text,
            gr.Button("Use the human English", size="sm", visible=False, elem_id="use-human"),
            gr.Button("Use Apertium", size="sm", visible=False, elem_id="use-apertium"),
        )


def show(note: MismatchNote, plan: Plan, examples: Sequence[Example]) -> Updates:
    """The updates for a plan and what it would be asked on."""
    try:
        found = coverage.mismatches(plan, examples)
    except InputError:  # the sentence above Compare says what is off
        found = ()
    better = {name for mismatch in found for name in mismatch.better}
    return {
        note.text: "".join(message_html(coverage.sentence(mismatch)) for mismatch in found),
        note.use_human: gr.update(visible=coverage.HUMAN in better),
        note.use_apertium: gr.update(visible=APERTIUM in better),
    }
