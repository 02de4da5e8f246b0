"""The widgets of the tab Adapt, and the plan of a training as it is entered in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr

from xlt_core import catalog
from xlt_core.adaptation.corpus import Corpus
from xlt_core.adaptation.objective import objectives
from xlt_core.adaptation.records import Adaptation
from xlt_core.adaptation.texts import HUB, POCKET
from xlt_core.records import InputError
from xlt_core.ui.adapt import library, objective_fields
from xlt_core.ui.adapt.library import Library
from xlt_core.ui.adapt.objective_fields import ObjectiveFields
from xlt_core.ui.shared.html import language_label
from xlt_core.ui.shared.updates import Updates, Values

T = TypeVar("T", bound=Corpus)
WORLD = "world"  # the dataset of the bundled news, with its English
MAX_BYTES = 50_000_000  # of an uploaded file
FILE, DATASET, BUNDLED = "A file of yours", "A dataset of the Hub", "The bundled news"
EMPTY = ("<p class='xlt-empty'>Drop a text, and press Survey to see what it holds and how long a training will take; "
         "or press Start.</p>")  # fmt: skip
SETTINGS = {
    "tokens": ("Tokens", "To train on, in place of steps; 0: by the steps."),
    "rate": ("Learning rate", "0: by the method and the model's size."),
    "rank": ("Rank", "Of the LoRA matrices."),
    "alpha": ("Alpha", "0: twice the rank."),
    "targets": ("Target modules", "all-linear, attention, or names with commas between them."),
    "rows": ("Rows a step", ""),
    "block": ("Tokens a row", "0: 512, or what the model takes."),
    "held_out": ("Held out", "Share of the documents for evaluation."),
    "packed": ("Pack several documents in a row", ""),
    "average": ("Average the checkpoints", "The result is the mean of the run's checkpoints."),
    "seed": ("Seed", ""),
    "start": ("Start from", "An adapter made here for this model, such as kin-1; empty: a new one."),
}
TEXTS, TABLES = (".txt", ".jsonl", ".parquet"), (".tsv", ".csv", ".jsonl")
PLACEHOLDERS = {"text": "org/name, org/name:column or org/name:config:column",
                "pairs": "sib200, flores, ntrex, mafand or udhr",
                "rows": "sib200, masakhanews or another with the task"}  # fmt: skip
TABLE = {"pairs": "a sentence and its English", "rows": "text and answer"}  # what a row of a table holds


@dataclass(frozen=True)
class AdaptForm:
    """The widgets. others: the added texts of further languages. by: the objective. settings: by the name of the plan's
    field. opened: whether the tab was opened before."""

    language: gr.Dropdown
    kind: gr.Radio
    file: gr.File
    hub: gr.Textbox
    add: gr.Button
    others: gr.State
    added: gr.CheckboxGroup
    by: ObjectiveFields
    settings: dict[str, Any]
    message: gr.HTML
    survey: gr.Button
    start: gr.Button
    resume: gr.Button
    stop: gr.Button
    survey_result: gr.HTML
    progress: gr.HTML
    curve: gr.Plot
    outcome: gr.HTML
    library: Library
    opened: gr.State

    def inputs(self) -> set[Any]:
        """Everything from which a plan is read."""
        return {self.language, self.kind, self.file, self.hub, self.others, self.added, *self.settings.values(),
                *self.by.inputs()}  # fmt: skip

    def outputs(self) -> set[Any]:
        """What a survey or a training updates."""
        return {self.message, self.survey, self.start, self.resume, self.stop, self.survey_result, self.progress,
                self.curve, self.outcome} | self.library.outputs()  # fmt: skip


def build() -> AdaptForm:
    """Draws the widgets."""
    with gr.Row(elem_classes=["xlt-layout"]):
        with gr.Column(scale=1, min_width=290, elem_classes=["xlt-side"]):
            by = objective_fields.build(Adaptation(()).objective)
            text = _text()
            settings = _settings()
        with gr.Column(scale=3, min_width=320, elem_classes=["xlt-main"]):
            message = gr.HTML("", elem_id="adapt-message")
            with gr.Row(elem_classes=["xlt-actions"]):
                survey = gr.Button("Survey", elem_id="adapt-survey")
                start = gr.Button("Start", variant="primary", elem_id="adapt-start")
                resume = gr.Button("Resume", visible=False, elem_id="adapt-resume")
                stop = gr.Button("Stop", variant="stop", interactive=False, elem_id="adapt-stop")
            result = gr.HTML(EMPTY, elem_id="adapt-survey-result")
            progress = gr.HTML("", elem_id="adapt-progress")
            curve = gr.Plot(None, visible=False, show_label=False, container=False, buttons=[], elem_id="adapt-curve")
            outcome = gr.HTML("", elem_id="adapt-outcome")
            adapted = library.build()
    return AdaptForm(
        **text, by=by, settings=settings, message=message, survey=survey, start=start, resume=resume, stop=stop,
        survey_result=result, progress=progress, curve=curve, outcome=outcome, library=adapted, opened=gr.State(False),
    )  # fmt: skip


def _text() -> dict[str, Any]:
    menu = [(language_label(row), code) for code, row in catalog.languages().items()]
    menu.sort(key=lambda entry: entry[1] == catalog.PIVOT)  # the last: what is learned there may be tried elsewhere
    return {
        "language": gr.Dropdown(menu, value=menu[0][1], label="Language", elem_id="adapt-language"),
        "kind": gr.Radio([FILE, DATASET, BUNDLED], value=FILE, label="Text", elem_id="adapt-kind"),
        "file": gr.File(label=_file_label("text"), file_types=sorted({*TEXTS, *TABLES}), height=150,
                        elem_id="adapt-file"),
        "hub": gr.Textbox("", label="Dataset", placeholder=PLACEHOLDERS["text"], lines=1, visible=False,
                          elem_id="adapt-hub"),
        "add": gr.Button("Add this text, then choose another language", size="sm", elem_id="adapt-add"),
        "others": gr.State(()),
        "added": gr.CheckboxGroup([], label="Added", visible=False, elem_id="adapt-added"),
    }  # fmt: skip


def _settings() -> dict[str, Any]:
    fresh = Adaptation(())
    drawn = {
        "model": gr.Dropdown([name for name in catalog.models() if "://" not in name], value=fresh.model, label="Model",
                             allow_custom_value=catalog.typed("model"), elem_id="adapt-model",
                             info="Or type a Hugging Face id, or a folder." * catalog.typed("model")),
        "method": gr.Radio([("LoRA adapter", "lora"), ("All weights", "full")], value=fresh.method, label="Method"),
        "steps": gr.Number(fresh.steps, precision=0, label="Steps", elem_id="adapt-steps"),
    }  # fmt: skip
    with gr.Accordion("Settings", open=False, elem_id="adapt-settings"):
        for name, (label, info) in SETTINGS.items():
            value = getattr(fresh, name)
            if isinstance(value, bool):
                drawn[name] = gr.Checkbox(value, label=label, info=info)
            elif isinstance(value, str):
                drawn[name] = gr.Textbox(value, label=label, info=info, lines=1)
            else:
                drawn[name] = gr.Number(value, label=label, info=info, precision=0 if isinstance(value, int) else None)
    return drawn


def read(form: AdaptForm, values: Values) -> Adaptation:
    """The plan that is entered: with the added texts that are ticked, and the text in the form. Raises InputError."""
    names = values[form.added] or ()
    corpora = tuple(corpus for corpus in values[form.others] if _corpus_name(corpus) in names)
    if not corpora or _has_text(form, values):
        corpora += (_corpus(form, values),)
    given = {name: values[widget] for name, widget in form.settings.items()}
    empty = next((name for name, value in given.items() if value is None), "")
    if empty:
        raise InputError(f"{SETTINGS.get(empty, (empty.capitalize(),))[0]} is empty; give a number.")
    if given["model"] not in catalog.models() and not catalog.typed("model"):
        raise InputError(f"The model {given['model'][:80]!r} is not offered here; choose one of the menu.")
    return Adaptation(corpora, **given, **objective_fields.read(form.by, values))


def show_kind(form: AdaptForm, values: Values) -> Updates:
    """Shows the widget of the chosen kind of text."""
    kind = values[form.kind]
    return {form.file: gr.update(visible=kind == FILE), form.hub: gr.update(visible=kind == DATASET), form.message: ""}


def show_objective(form: AdaptForm, values: Values) -> Updates:
    """Shows the knobs of the chosen objective, and asks for the texts that it learns from."""
    name = values[form.by.objective]
    reads = _reads(form, values)
    return objective_fields.show(form.by, name) | {
        form.file: gr.update(label=_file_label(reads)), form.message: "",
        form.hub: gr.update(placeholder=PLACEHOLDERS.get(reads, "")),
    }  # fmt: skip


def _reads(form: AdaptForm, values: Values) -> str:
    return objectives()[values[form.by.objective]].reads


def _file_label(reads: str) -> str:
    if reads == "text":
        return f"Drop a file here ({', '.join(TEXTS)})"
    return f"Drop a table here: {TABLE[reads]} ({', '.join(TABLES)})"


def add_text(form: AdaptForm, values: Values) -> Updates:
    """Adds the text in the form to the list, so that a text of another language can be entered."""
    corpora = (*values[form.others], _corpus(form, values))
    names = [_corpus_name(corpus) for corpus in corpora]
    if len(set(corpus.language for corpus in corpora)) < len(corpora):
        raise InputError("There is a text of that language already; choose another language.")
    return {form.others: corpora, form.added: gr.update(choices=names, value=names, visible=True), form.file: None,
            form.hub: "", form.message: ""}  # fmt: skip


def with_texts(form: AdaptForm, values: Values, plan: Adaptation) -> Adaptation:
    """The plan of a training to resume. A file that no longer exists is replaced by an uploaded file of the same name;
    the training checks that the content is the same. Raises InputError where there is none."""
    uploaded = [str(values[form.file] or ""), *(corpus.source for corpus in values[form.others]),
                objective_fields.uploaded(form.by, values)]  # fmt: skip
    files = {Path(path).name: path for path in uploaded if Path(path).is_file()}
    return replace(plan, corpora=tuple(_existing(corpus, files) for corpus in plan.corpora),
                   replay=tuple(_existing(one, files) for one in plan.replay))  # fmt: skip


def _existing(corpus: T, files: Mapping[str, str]) -> T:
    path = Path(corpus.source)
    if corpus.source.startswith(HUB) or not path.suffix or path.is_file():  # a file has an ending, and no dataset
        return corpus
    if path.name not in files:
        raise InputError(f"The text {path.name} is no longer on this machine; drop it again, and press Resume.")
    return replace(corpus, source=files[path.name])


def _corpus_name(corpus: Corpus) -> str:
    source = corpus.source if corpus.source.startswith(HUB) else Path(corpus.source).name
    return f"{corpus.language}: {source}"


def _has_text(form: AdaptForm, values: Values) -> bool:
    """Whether the form holds a text that was not added to the list."""
    text = {FILE: values[form.file], DATASET: (values[form.hub] or "").strip(), BUNDLED: True}[values[form.kind]]
    return bool(text) and values[form.language] not in {corpus.language for corpus in values[form.others]}


def _corpus(form: AdaptForm, values: Values) -> Corpus:
    """The text in the form. Raises InputError where there is none."""
    language, kind, path = values[form.language], values[form.kind], values[form.file]
    table = _reads(form, values) != "text"
    if not language:
        raise InputError("Choose a language first.")
    if kind == BUNDLED:
        return Corpus(language, WORLD if table else POCKET)
    if kind == DATASET:
        name = (values[form.hub] or "").strip().removeprefix(HUB)
        if not name:
            raise InputError(f"Write the dataset's name first, such as {'sib200' if table else 'org/name:column'}.")
        return Corpus(language, name if table else f"{HUB}{name}")
    if not path:
        raise InputError("Drop a file first, or take the bundled news.")
    if Path(path).stat().st_size > MAX_BYTES:
        raise InputError(f"{Path(path).name} is larger than {MAX_BYTES // 10**6} MB; use the command for it.")
    return Corpus(language, str(path))
