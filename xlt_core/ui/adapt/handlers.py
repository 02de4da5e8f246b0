"""The event handlers of the tab Adapt: texts are surveyed; trainings are started, watched, stopped and resumed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import gradio as gr

from xlt_core import settings
from xlt_core.adaptation import folders
from xlt_core.adaptation.adapt import adapt, survey
from xlt_core.adaptation.records import Adaptation, Snapshot
from xlt_core.jobs import Job, Jobs
from xlt_core.records import Column, InputError, Plan, Row
from xlt_core.ui.adapt import form as adapt_form
from xlt_core.ui.adapt import library, view
from xlt_core.ui.adapt.form import AdaptForm
from xlt_core.ui.compare import choices, form_handlers
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.shared.background import run_in_thread
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.updates import Updates, Values

JOBS: Jobs[Snapshot] = Jobs()  # trainings belong to the app: closing the page does not stop them
BASES: dict[str, str] = {}  # the model of each job as it was entered; the card leaves out folders of this machine
REFRESH = 0.5  # seconds between two updates of the page


def survey_texts(form: AdaptForm, values: Values) -> Iterator[Updates]:
    """Shows what the texts hold and how long a training will take; meanwhile, the elapsed seconds."""
    plan = adapt_form.read(form, values)
    yield {form.message: message_html("Reading the text"), form.survey_result: "",
           form.survey: gr.update(interactive=False)}  # fmt: skip
    running = run_in_thread(lambda: survey(plan), 1.0)
    while True:
        try:
            elapsed = next(running)
        except StopIteration as end:
            found = end.value
            break
        yield {form.message: message_html(f"Reading the text and timing a first step ({elapsed:.0f} s)")}
    yield {form.message: "", form.survey_result: view.estimate_html(found), form.survey: gr.update(interactive=True)}


def start(form: AdaptForm, values: Values) -> Iterator[Updates]:
    """Starts a training, and shows its progress."""
    plan = adapt_form.read(form, values)
    yield from _train(form, plan, resume=False)


def resume(form: AdaptForm, values: Values) -> Iterator[Updates]:
    """Resumes the latest training that has not ended."""
    begun = folders.unfinished()
    if not begun:
        raise InputError("There is no training to resume; press Start.")
    plan = adapt_form.with_texts(form, values, next(iter(begun.values())))
    yield from _train(form, plan, resume=True)


def stop(form: AdaptForm, values: Values) -> Updates:
    """Stops the training at its next step."""
    for job in JOBS.of().values():
        job.stop()
    message = message_html("Stopping after this step, with a checkpoint.")
    return {form.stop: gr.update(interactive=False), form.message: message}


def open_page(form: AdaptForm, values: Values) -> Iterator[Updates]:
    """On opening the tab for the first time: watches the latest training of this app, or offers to resume one of an
    earlier start."""
    yield {form.opened: True}
    if values[form.opened]:
        return
    job = next(iter(JOBS.of().values()), None)
    if job is not None:
        yield from _watch(form, job)
    else:
        yield _buttons(form, False) | library.refresh_list(form.library)


def show_error(form: AdaptForm, sentence: str) -> Updates:
    """The updates that show an error."""
    return {form.message: message_html(sentence, "problem")} | _buttons(form, _is_running())


def confirm_delete(form: AdaptForm, values: Values) -> Updates:
    """Asks whether to delete the chosen weights. Raises InputError while they are being trained."""
    _check_not_running(values[form.library.list])
    return library.confirm_delete(form.library, values)


def delete(form: AdaptForm, values: Values) -> Updates:
    """Deletes the chosen weights, and what the page shows of their training."""
    name = values[form.library.list]
    _check_not_running(name)
    folders.delete(name)
    cleared: Updates = {}
    for key, job in JOBS.of().items():
        if job.name == name:
            JOBS.forget(key)
            cleared |= {form.progress: "", form.outcome: "", form.survey_result: "",
                        form.curve: gr.update(visible=False)}  # fmt: skip
    notice = {form.library.message: message_html(f"{name} is deleted.")}
    return cleared | _buttons(form, _is_running()) | library.refresh_list(form.library) | notice


def use(form: AdaptForm, tabs: gr.Tabs, page: ComparePage, values: Values) -> Updates:
    """Sets the tab Compare to the chosen weights, and opens it."""
    name = values[form.library.list] or ""
    try:
        plan = _with_column(choices.read(page.choices, values), name)
    except InputError as error:
        return {form.library.message: message_html(str(error), "problem")}
    text = f"{_strategy_of(name)} now uses {name}. Press Compare to see what it makes of this input."
    opened = {tabs: gr.Tabs(selected="compare"), page.message: message_html(text)}
    return form_handlers.show_plan(page, plan) | opened


def _train(form: AdaptForm, plan: Adaptation, resume: bool) -> Iterator[Updates]:
    folder = folders.folder_for(plan, resume)
    BASES[folder.name] = plan.model
    _, job = JOBS.start(folder.name, adapt(plan, folder, resume), most=1)
    yield {form.message: "", form.outcome: "", form.curve: gr.update(visible=False)}
    yield from _watch(form, job)


def _watch(form: AdaptForm, job: Job[Snapshot]) -> Iterator[Updates]:
    """Shows the progress of a training until it ends, at most once in REFRESH seconds."""
    yield library.refresh_list(form.library)
    shown_at, points = 0.0, -1
    for snapshot in job.watch():
        ended = job.state != "running"
        if not ended and time.monotonic() - shown_at < REFRESH:
            continue
        shown_at = time.monotonic()
        updates = {form.progress: view.progress_html(job)} | _buttons(form, not ended)
        if snapshot is not None:
            updates |= _snapshot(form, snapshot, len(snapshot.losses) != points)
            points = len(snapshot.losses)
        yield updates | (_ended(form, job) if ended else {})


def _snapshot(form: AdaptForm, snapshot: Snapshot, new_losses: bool) -> Updates:
    updates: Updates = {form.outcome: view.outcome_html(snapshot)}
    if snapshot.estimate:
        updates[form.survey_result] = view.estimate_html(snapshot.estimate)
    elif snapshot.surveys:
        updates[form.survey_result] = "".join(map(view.survey_html, snapshot.surveys))
    if new_losses and snapshot.losses:
        updates[form.curve] = gr.update(value=view.curve(snapshot), visible=True)
    return updates


def _ended(form: AdaptForm, job: Job[Snapshot]) -> Updates:
    updates = {form.message: message_html(job.error, "problem")} | library.refresh_list(form.library, job.name)
    if job.last is not None and job.state == "done":
        updates[form.outcome] = view.outcome_html(job.last) + view.folder_html(settings.ADAPTERS / job.name)
    return updates


def _buttons(form: AdaptForm, running: bool) -> Updates:
    begun = {} if running else folders.unfinished()
    label = f"Resume {next(iter(begun)).name}" if begun else "Resume"
    return {
        form.survey: gr.update(interactive=True),
        form.start: gr.update(interactive=not running),
        form.resume: gr.update(visible=bool(begun), value=label),
        form.stop: gr.update(interactive=running),
    }


def _is_running(name: str = "") -> bool:
    """Whether a training with this name is running; without a name, whether any is."""
    return any(job.state == "running" and name in ("", job.name) for job in JOBS.of().values())


def _check_not_running(name: str) -> None:
    if _is_running(name):
        raise InputError(f"{name} is being trained; press Stop first.")


def _with_column(plan: Plan, name: str) -> Plan:
    """The plan with a column that uses the adapted weights, on their language and model."""
    card, strategy = library.card_of(name), _strategy_of(name)
    columns = tuple(column for column in plan.columns if column.strategy != strategy)
    column = Column(strategy, strategy, {"adapter": name})
    return replace(plan, language=card["plan"]["corpora"][0], model=BASES.get(name) or card["base"]["model"],
                   inputs=(Row(""),), demonstrations=None, columns=(*columns, column))  # fmt: skip


def _strategy_of(name: str) -> str:
    """The strategy that takes weights of this objective."""
    return library.card_of(name)["plan"].get("objective", "laft")
