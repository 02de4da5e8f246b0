"""The widgets of the fold *Before you choose*, which are filled when it is opened, and their events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.catalog import PARTS
from xlt_core.diagnosis import parallel
from xlt_core.diagnosis.diagnose import checked, diagnose
from xlt_core.diagnosis.records import Request, Snapshot
from xlt_core.diagnosis.transfer import transfers
from xlt_core.jobs import Job, Jobs
from xlt_core.records import InputError, Plan
from xlt_core.ui.diagnose import view
from xlt_core.ui.shared.events import bind
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.limits import check_sources
from xlt_core.ui.shared.run_manager import RunManager
from xlt_core.ui.shared.updates import Updates, Values

JOBS: Jobs[Snapshot] = Jobs()  # a diagnosis belongs to the app: closing the page does not stop it
REFRESH = 0.5  # seconds between two updates of the page
MOST = 2  # diagnoses at once
MAX_SENTENCES = 100
OWN_FILE = "file"  # the file that was dropped under Model and data
TITLE = "Before you choose: has the model read this language?"


@dataclass(frozen=True)
class Context:
    """What the fold takes from the rest of the page: the chosen language, model, translator, file and shots."""

    language: gr.Dropdown
    model: gr.Dropdown
    translator: gr.Dropdown
    uploaded: gr.State
    shots: gr.Slider
    visitor: gr.BrowserState
    manager: RunManager

    def widgets(self) -> set[Any]:
        return {self.language, self.model, self.translator, self.uploaded, self.shots, self.visitor}


@dataclass(frozen=True)
class Panel:
    """The widgets. body: hidden until the fold is opened."""

    context: Context
    fold: gr.Accordion
    body: gr.Column
    about: gr.HTML
    sentences: gr.Dropdown
    samples: gr.Slider
    only: gr.CheckboxGroup
    start: gr.Button
    stop: gr.Button
    message: gr.HTML
    progress: gr.HTML
    results: gr.HTML

    def inputs(self) -> set[Any]:
        return self.context.widgets() | {self.sentences, self.samples, self.only}

    def outputs(self) -> set[Any]:
        return {self.message, self.progress, self.results, self.start, self.stop}


def build(context: Context) -> Panel:
    """Draws the fold, with its events."""
    titles = [(one.title, name) for name, one in catalog.diagnostics().items()]
    with gr.Accordion(TITLE, open=False, elem_id="diagnose") as fold, gr.Column(visible=False) as body:
        about = gr.HTML("", elem_id="diagnose-about")
        with gr.Row():
            sentences = gr.Dropdown([], label="Parallel sentences", elem_id="diagnose-sentences")
            samples = gr.Slider(2, MAX_SENTENCES, value=40, step=1, label="Sentences", elem_id="diagnose-samples")
        only = gr.CheckboxGroup(titles, value=[name for _, name in titles], label="Measure", elem_id="diagnose-only")
        with gr.Row(elem_classes=["xlt-tools"]):
            start = gr.Button("Measure", variant="primary", size="sm", elem_id="diagnose-start")
            stop = gr.Button("Stop measuring", size="sm", variant="stop", interactive=False, elem_id="diagnose-stop")
        message, progress = gr.HTML("", elem_id="diagnose-message"), gr.HTML("", elem_id="diagnose-progress")
        results = gr.HTML("", elem_id="diagnose-results")
    panel = Panel(context, fold, body, about, sentences, samples, only, start, stop, message, progress, results)
    _wire(panel)
    return panel


def _wire(panel: Panel) -> None:
    opened = {panel.body, panel.about, panel.sentences} | panel.outputs()
    bind(panel.fold.expand, partial(open_fold, panel), panel.inputs(), opened, panel.message, generator=True)
    bind(panel.start.click, partial(start, panel), panel.inputs(), panel.outputs(), panel.message, generator=True)
    bind(panel.stop.click, partial(stop, panel), {panel.context.visitor}, {panel.stop}, panel.message)


def open_fold(panel: Panel, values: Values) -> Iterator[Updates]:
    """Fills the fold, and watches this visitor's diagnosis, where one runs or has ended."""
    language = catalog.language(values[panel.context.language])
    offered = _offered(values[panel.context.uploaded])
    chosen = values[panel.sentences]
    kept = chosen if chosen in [name for _, name in offered] else offered[0][1]
    yield {panel.body: gr.update(visible=True), panel.sentences: gr.update(choices=offered, value=kept),
           panel.about: view.about_html(language, values[panel.context.model])}  # fmt: skip
    job = next(iter(JOBS.of(values[panel.context.visitor] or "").values()), None)
    if job:
        yield from _watch(panel, job)


def start(panel: Panel, values: Values) -> Iterator[Updates]:
    """Measures what is ticked, and shows each result as it comes."""
    request, owner, manager = _request(panel, values), values[panel.context.visitor] or "", panel.context.manager
    seen_by = manager.visible_owner(values[panel.context.visitor])
    work = diagnose(request, PARTS, transfers=lambda code: transfers(code, manager.store(), seen_by))
    for key, job in JOBS.of(owner).items():
        if job.state == "running":
            raise InputError("A measurement is at work already; press Stop measuring, or wait until it has ended.")
        JOBS.forget(key)
    _, job = JOBS.start(f"diagnose {','.join(request.languages)}", work, owner, MOST)
    yield {panel.message: "", panel.results: ""}
    yield from _watch(panel, job)


def stop(panel: Panel, values: Values) -> Updates:
    """Stops this visitor's diagnosis at its next step; what was measured stays."""
    for job in JOBS.of(values[panel.context.visitor] or "").values():
        job.stop()
    return {panel.stop: gr.update(interactive=False), panel.message: message_html("Stopping after this step.")}


def _watch(panel: Panel, job: Job[Snapshot]) -> Iterator[Updates]:
    shown_at, shown = 0.0, -1
    for snapshot in job.watch():
        ended = job.state != "running"
        if not ended and time.monotonic() - shown_at < REFRESH:
            continue
        shown_at = time.monotonic()
        updates: Updates = {panel.progress: view.progress_html(job), panel.start: gr.update(interactive=ended),
                            panel.stop: gr.update(interactive=not ended)}  # fmt: skip
        if snapshot is not None and len(snapshot.found) != shown:
            updates[panel.results], shown = view.results_html(snapshot), len(snapshot.found)
        yield updates | ({panel.message: message_html(job.error, "problem")} if ended else {})


def _offered(uploaded: str) -> list[tuple[str, str]]:
    """The sentences to choose from: of datasets that are offered, and of the visitor's file."""
    own = [("The file that you dropped", OWN_FILE)] if uploaded else []
    return [(catalog.dataset(name).title, name) for name in parallel.offered()] + own


def _request(panel: Panel, values: Values) -> Request:
    """What is entered. Raises InputError for what is not offered here."""
    context, source = panel.context, values[panel.sentences]
    language, uploaded = catalog.language(values[context.language]), values[context.uploaded]
    if not values[panel.only]:
        raise InputError("Nothing is ticked under Measure; tick at least one.")
    if source not in (name for _, name in _offered(uploaded)):
        raise InputError("These sentences are not offered here; choose others in the menu.")
    source = uploaded if source == OWN_FILE else source
    split = parallel.split_of(source, language)
    plan = Plan("topic", language.code, dataset=source, split=split, model=(values[context.model] or "").strip(),
                translator=(values[context.translator] or "").strip())  # fmt: skip
    check_sources(plan, uploaded)
    return checked(Request(
        (plan.language,), (plan.model,), source, split, min(int(values[panel.samples] or 0), MAX_SENTENCES),
        tuple(values[panel.only]), translator=plan.translator, shots=int(values[context.shots] or 0),
    ))  # fmt: skip
