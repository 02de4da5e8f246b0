"""The page Adapt: text of a language in, a further choice of `laft` out; what trains belongs to the app."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import gradio as gr

from xlt_core import _folders, settings
from xlt_core.adapt import Adaptation, Snapshot, adapt, survey
from xlt_core.jobs import Job, Jobs
from xlt_core.records import Column, InputError, Row
from xlt_core.ui import adaptform, choices, comparing, fitting, training
from xlt_core.ui._html import message
from xlt_core.ui._limits import shield, shield_all
from xlt_core.ui._page import Page, Updates, Values
from xlt_core.ui._waiting import awaited
from xlt_core.ui.adaptform import Form

JOBS: Jobs[Snapshot] = Jobs()
BASES: dict[str, str] = {}  # the model of each job as it was named: its card names no folder of this machine
REDRAWN = 0.5  # seconds between two drawings
OFF = ("Adapting is off on this public page: a training takes its machine for minutes or hours. "
       "Run the app on a machine of your own, or use the command `python -m xlt_core adapt`.")  # fmt: skip
QUIET = {"api_visibility": "private", "show_progress": "hidden"}


def build(blocks: gr.Blocks, compare: Page, tabs: gr.Tabs) -> None:
    """Draws the page Adapt with its events. compare, tabs: where an adapter is used."""
    if settings.PUBLIC:
        gr.HTML(message(OFF), elem_id="adapt-off")
        return
    form = adaptform.draw()
    _wire(blocks, form)
    comparing.bind(compare, form.use.click, partial(_use, form, tabs), {form.use}, {tabs})


def _wire(blocks: gr.Blocks, form: Form) -> None:
    def on(trigger: Callable[..., Any], function: Callable[..., Any], needs: set[Any], gives: set[Any]) -> None:
        def failed(told: str) -> Updates:
            return {form.message: message(told, "problem")} | _buttons(form, False)

        trigger(shield_all(partial(function, form), failed), needs, gives | form.gives(), **QUIET)

    def instant(trigger: Callable[..., Any], function: Callable[..., Any], needs: set[Any], gives: set[Any]) -> None:
        bound = shield(partial(function, form), lambda told: {form.message: message(told, "problem")})
        trigger(bound, needs, gives | {form.message}, **QUIET)

    instant(form.kind.input, adaptform.switched, {form.kind}, {form.file, form.hub})
    instant(form.add.click, adaptform.added, form.needs(), {form.others, form.added, form.file, form.hub})
    on(form.survey.click, _survey, form.needs(), set())
    on(form.start.click, _start, form.needs(), set())
    on(form.resume.click, _resume, set(), set())
    instant(form.stop.click, _stop, {form.stop}, {form.stop})
    blocks.load(partial(_attach, form), None, form.gives(), **QUIET)


def _survey(form: Form, values: Values) -> Iterator[Updates]:
    """Looks at the texts; while that takes its time, the seconds are shown."""
    plan = adaptform.read(form, values)
    yield {form.message: message("Reading the text"), form.survey: gr.update(interactive=False)}
    waiting = awaited(lambda: survey(plan), 1.0)
    while True:
        try:
            waited = next(waiting)
        except StopIteration as end:
            found = end.value
            break
        yield {form.message: message(f"Reading the text and timing a first step ({waited:.0f} s)")}
    yield {form.message: "", form.shown: training.estimate_html(found), form.survey: gr.update(interactive=True)}


def _start(form: Form, values: Values) -> Iterator[Updates]:
    """Begins a training, and shows how it goes."""
    plan = adaptform.read(form, values)
    yield from _begin(form, plan, resume=False)


def _resume(form: Form, values: Values) -> Iterator[Updates]:
    """Goes on with the latest training that was begun."""
    begun = _folders.begun()
    if not begun:
        raise InputError("There is no training to go on with; press Start.")
    yield from _begin(form, next(iter(begun.values())), resume=True)


def _begin(form: Form, plan: Adaptation, resume: bool) -> Iterator[Updates]:
    folder = _folders.folder_for(plan, resume)
    BASES[folder.name] = plan.model
    _, job = JOBS.start(folder.name, adapt(plan, folder, resume), most=1)
    yield {form.message: "", form.outcome: "", form.curve: gr.update(visible=False), form.use: gr.update(visible=False)}
    yield from _watch(form, job)


def _stop(form: Form, values: Values) -> Updates:
    for job in JOBS.of().values():
        job.stop()
    return {
        form.stop: gr.update(interactive=False),
        form.message: message("Stopping after this step, with a checkpoint."),
    }


def _attach(form: Form) -> Iterator[Updates]:
    """What a page that is opened shows: the latest training of this app, or one that was begun before it started."""
    job = next(iter(JOBS.of().values()), None)
    if job is not None:
        yield from _watch(form, job)
    else:
        yield _buttons(form, False)


def _watch(form: Form, job: Job[Snapshot]) -> Iterator[Updates]:
    """Draws the training as it goes, not more often than the eye and the network like."""
    drawn, points = 0.0, -1
    for now in job.watch():
        ended = job.state != "running"
        if not ended and time.monotonic() - drawn < REDRAWN:
            continue
        drawn = time.monotonic()
        updates = {form.progress: training.progress_html(job)} | _buttons(form, not ended)
        if now is not None:
            updates |= {form.outcome: training.outcome_html(now)}
            updates |= {form.shown: "".join(map(training.survey_html, now.surveys))} if now.surveys else {}
            if len(now.losses) != points and now.losses:
                points = len(now.losses)
                updates |= {form.curve: gr.update(value=training.curve(now), visible=True)}
        if ended:
            updates |= {form.message: message(job.error, "problem")}
            updates |= {form.use: gr.update(visible=job.state == "done")}
            if now is not None and job.state == "done":
                updates[form.outcome] += training.place_html(settings.ADAPTERS / job.name)
        yield updates


def _buttons(form: Form, running: bool) -> Updates:
    begun = {} if running else _folders.begun()
    label = f"Resume {next(iter(begun)).name}" if begun else "Resume"
    return {
        form.survey: gr.update(interactive=True),
        form.start: gr.update(interactive=not running),
        form.resume: gr.update(visible=bool(begun), value=label),
        form.stop: gr.update(interactive=running),
    }


def _use(form: Form, tabs: gr.Tabs, page: Page, values: Values) -> Updates:
    """Sets Compare to the adapter that was made last, and goes there."""
    job = next((job for job in JOBS.of().values() if job.state == "done"), None)
    if job is None or job.last is None or job.last.card is None:
        raise InputError("Nothing has been adapted yet.")
    card = job.last.card["plan"]
    plan = choices.read(page.choices, values)
    columns = tuple(column for column in plan.columns if column.strategy != "laft")
    plan = replace(plan, language=card["corpora"][0], model=BASES[job.name], inputs=(Row(""),), demonstrations=None,
                   columns=(*columns, Column("laft", "laft", {"adapter": job.name})))  # fmt: skip
    told = f"laft now uses {job.name}. Press Compare to see what it makes of this input."
    return fitting.settle(page, plan) | {tabs: gr.Tabs(selected="compare"), page.message: message(told)}
