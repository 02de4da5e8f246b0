"""The objective of a training, its knobs, and English text that is replayed, as fields of the tab Adapt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core.adaptation.corpus import Replay
from xlt_core.adaptation.objective import objective_knobs, objectives
from xlt_core.adaptation.texts import POCKET
from xlt_core.ui.fields import knob_fields
from xlt_core.ui.shared.updates import Updates, Values

ENGLISH = "eng"


@dataclass(frozen=True)
class ObjectiveFields:
    """The widgets. knobs: a form of the knobs of each objective. replayed: holds what is replayed."""

    objective: gr.Dropdown
    knobs: dict[str, gr.HTML]
    replayed: gr.Accordion
    share: gr.Slider
    file: gr.File

    def inputs(self) -> set[Any]:
        """Everything from which the objective is read."""
        return {self.objective, self.share, self.file, *self.knobs.values()}

    def hidden(self) -> set[Any]:
        """What an objective shows, hides or says."""
        return {self.objective, self.replayed, *self.knobs.values()}


def build(chosen: str) -> ObjectiveFields:
    """Draws the widgets."""
    kinds = objectives()
    menu = sorted(((kind.title, name) for name, kind in kinds.items()), key=lambda entry: entry[1] != chosen)
    objective = gr.Dropdown(menu, value=chosen, label="Objective", info=kinds[chosen].summary,
                            elem_id="adapt-objective")  # fmt: skip
    knobs = {name: knob_fields.build({name: objective_knobs(name)}, "adapt-knob-", _frame, visible=name == chosen)
             for name in kinds}  # fmt: skip
    with gr.Accordion("Keep its English", open=False, visible=kinds[chosen].reads == "text",
                      elem_id="adapt-keep-english") as replayed:  # fmt: skip
        share = gr.Slider(0, 0.9, value=0, step=0.05, label="Share of English", elem_id="adapt-replay",
                          info="So much of the training is on English text, so that it is not forgotten.")  # fmt: skip
        file = gr.File(label="English text; left empty, the bundled news", file_types=[".txt", ".jsonl", ".parquet"],
                       height=110, elem_id="adapt-replay-file")  # fmt: skip
    return ObjectiveFields(objective, knobs, replayed, share, file)


def read(fields: ObjectiveFields, values: Values) -> dict[str, Any]:
    """What is entered, as fields of a plan."""
    name = values[fields.objective]
    entered = knob_fields.read(objective_knobs(name), name, values[fields.knobs[name]])
    default = {knob.name: knob.default for knob in objective_knobs(name)}
    changed = {knob: value for knob, value in entered.items() if value != default[knob]}
    share = float(values[fields.share] or 0) if objectives()[name].reads == "text" else 0.0
    source = str(values[fields.file] or POCKET)
    replay = (Replay(ENGLISH, source, share),) if share else ()
    return {"objective": name, "knobs": changed, "replay": replay}


def show(fields: ObjectiveFields, name: str) -> Updates:
    """Shows the knobs of an objective, and what is replayed where it reads plain text."""
    shown = {form: gr.update(visible=own == name) for own, form in fields.knobs.items()}
    return shown | {
        fields.objective: gr.update(info=objectives()[name].summary),
        fields.replayed: gr.update(visible=objectives()[name].reads == "text"),
    }


def uploaded(fields: ObjectiveFields, values: Values) -> str:
    """The English file, if there is one."""
    path = values.get(fields.file)
    return str(path) if path and Path(path).is_file() else ""


def _frame(name: str, fields: str) -> str:
    return f"<div class='xlt-fields'>{fields}</div>"
