"""The page Adapt: text of a language in, a further choice of `laft` out; what trains belongs to the app."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import gradio as gr

from xlt_core import settings
from xlt_core.adaptation import folders
from xlt_core.adaptation.adapt import adapt, survey
from xlt_core.adaptation.records import Adaptation, Snapshot
from xlt_core.jobs import Job, Jobs
from xlt_core.records import Column, InputError, Plan, Row
from xlt_core.ui.adapt import form as adapt_form
from xlt_core.ui.adapt import library, view
from xlt_core.ui.adapt.form import Form
from xlt_core.ui.compare import form as compare_form
from xlt_core.ui.compare import page as compare_page
from xlt_core.ui.compare import refresh
from xlt_core.ui.compare.regions import Page, Updates, Values
from xlt_core.ui.shared import binding, downloads
from xlt_core.ui.shared.binding import QUIET
from xlt_core.ui.shared.html import message
from xlt_core.ui.shared.limits import shield_all
from xlt_core.ui.shared.waiting import awaited

JOBS: Jobs[Snapshot] = Jobs()
BASES: dict[str, str] = {}  # the model of each job as it was named: its card names no folder of this machine
REDRAWN = 0.5  # seconds between two drawings
OFF = ("Adapting is off on this public page: a training takes its machine for minutes or hours. "
       "Run the app on a machine of your own, or use the command `python -m xlt_core adapt`.")  # fmt: skip


def build(blocks: gr.Blocks, compare: Page, tabs: gr.Tabs) -> None:
    """Draws the page Adapt with its events. compare, tabs: where an adapter is used."""
    if settings.PUBLIC:
        gr.HTML(message(OFF), elem_id="adapt-off")
        return
    form = adapt_form.draw()
    _wire(blocks, form)
    compare_page.bind(compare, form.kept.use.click, partial(_use, form, tabs), {form.kept.list}, {tabs, form.kept.said})


def _wire(blocks: gr.Blocks, form: Form) -> None:
    def failed(told: str) -> Updates:
        return {form.message: message(told, "problem")} | _buttons(form, _running())

    for button, function in ((form.survey, _survey), (form.start, _start), (form.resume, _resume)):
        button.click(shield_all(partial(function, form), failed), form.needs(), form.gives(), **QUIET)
    switched, added = partial(adapt_form.switched, form), partial(adapt_form.added, form)
    binding.on(form.kind.input, switched, {form.kind}, {form.file, form.hub}, form.message)
    binding.on(form.add.click, added, form.needs(), {form.others, form.added, form.file, form.hub}, form.message)
    binding.on(form.stop.click, partial(_stop, form), {form.stop}, {form.stop}, form.message)
    _wire_kept(form)
    blocks.load(partial(_attach, form), None, form.gives(), **QUIET)


def _wire_kept(form: Form) -> None:
    kept, said = form.kept, form.kept.said
    taken = binding.on(kept.download.click, partial(library.zipped, kept), {kept.list}, {kept.file}, said)
    taken.then(None, js=downloads.press(library.PREFIX), **QUIET)
    binding.on(kept.delete.click, partial(_ask, form), {kept.list}, {kept.sure, kept.question}, said)
    binding.on(kept.yes.click, partial(_delete, form), {kept.list}, form.gives(), said)
    binding.on(kept.no.click, lambda _: {kept.sure: gr.update(visible=False)}, {kept.list}, {kept.sure}, said)
    binding.on(kept.list.input, lambda _: {kept.sure: gr.update(visible=False)}, {kept.list}, {kept.sure}, said)


def _survey(form: Form, values: Values) -> Iterator[Updates]:
    """Looks at the texts; while that takes its time, the seconds are shown."""
    plan = adapt_form.read(form, values)
    yield {form.message: message("Reading the text"), form.shown: "", form.survey: gr.update(interactive=False)}
    waiting = awaited(lambda: survey(plan), 1.0)
    while True:
        try:
            waited = next(waiting)
        except StopIteration as end:
            found = end.value
            break
        yield {form.message: message(f"Reading the text and timing a first step ({waited:.0f} s)")}
    yield {form.message: "", form.shown: view.estimate_html(found), form.survey: gr.update(interactive=True)}


def _start(form: Form, values: Values) -> Iterator[Updates]:
    """Begins a view, and shows how it goes."""
    plan = adapt_form.read(form, values)
    yield from _begin(form, plan, resume=False)


def _resume(form: Form, values: Values) -> Iterator[Updates]:
    """Goes on with the latest training that was begun."""
    begun = folders.unfinished()
    if not begun:
        raise InputError("There is no training to go on with; press Start.")
    plan = adapt_form.with_texts(form, values, next(iter(begun.values())))
    yield from _begin(form, plan, resume=True)


def _begin(form: Form, plan: Adaptation, resume: bool) -> Iterator[Updates]:
    folder = folders.folder_for(plan, resume)
    BASES[folder.name] = plan.model
    _, job = JOBS.start(folder.name, adapt(plan, folder, resume), most=1)
    yield {form.message: "", form.outcome: "", form.curve: gr.update(visible=False)}
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
        yield _buttons(form, False) | library.listed(form.kept)


def _watch(form: Form, job: Job[Snapshot]) -> Iterator[Updates]:
    """Draws the training as it goes, not more often than the eye and the network like."""
    yield library.listed(form.kept)
    drawn, points = 0.0, -1
    for now in job.watch():
        ended = job.state != "running"
        if not ended and time.monotonic() - drawn < REDRAWN:
            continue
        drawn = time.monotonic()
        updates = {form.progress: view.progress_html(job)} | _buttons(form, not ended)
        if now is not None:
            updates |= {form.outcome: view.outcome_html(now)}
            updates |= {form.shown: "".join(map(view.survey_html, now.surveys))} if now.surveys else {}
            if len(now.losses) != points and now.losses:
                points = len(now.losses)
                updates |= {form.curve: gr.update(value=view.curve(now), visible=True)}
        if ended:
            updates |= {form.message: message(job.error, "problem")} | library.listed(form.kept, job.name)
            if now is not None and job.state == "done":
                updates[form.outcome] += view.place_html(settings.ADAPTERS / job.name)
        yield updates


def _buttons(form: Form, running: bool) -> Updates:
    begun = {} if running else folders.unfinished()
    label = f"Resume {next(iter(begun)).name}" if begun else "Resume"
    return {
        form.survey: gr.update(interactive=True),
        form.start: gr.update(interactive=not running),
        form.resume: gr.update(visible=bool(begun), value=label),
        form.stop: gr.update(interactive=running),
    }


def _ask(form: Form, values: Values) -> Updates:
    _check_rests(values[form.kept.list])
    return library.asked(form.kept, values)


def _delete(form: Form, values: Values) -> Updates:
    """Deletes what is chosen, and what is shown of it."""
    name = values[form.kept.list]
    _check_rests(name)
    folders.delete(name)
    shown: Updates = {}
    for key, job in JOBS.of().items():
        if job.name == name:
            JOBS.forget(key)
            shown |= {form.progress: "", form.outcome: "", form.shown: "", form.curve: gr.update(visible=False)}
    told = {form.kept.said: message(f"{name} is deleted.")}
    return shown | _buttons(form, _running()) | library.listed(form.kept) | told


def _running(name: str = "") -> bool:
    """Whether a training of the name, or any, is at work."""
    return any(job.state == "running" and name in ("", job.name) for job in JOBS.of().values())


def _check_rests(name: str) -> None:
    if _running(name):
        raise InputError(f"{name} is at work; press Stop first.")


def _use(form: Form, tabs: gr.Tabs, page: Page, values: Values) -> Updates:
    """Sets Compare to what is chosen, and goes there."""
    name = values[form.kept.list] or ""
    try:
        plan = _with_column(compare_form.read(page.choices, values), name)
    except InputError as error:
        return {form.kept.said: message(str(error), "problem")}
    told = f"laft now uses {name}. Press Compare to see what it makes of this input."
    return refresh.settle(page, plan) | {tabs: gr.Tabs(selected="compare"), page.message: message(told)}


def _with_column(plan: Plan, name: str) -> Plan:
    card = library.card_of(name)
    columns = tuple(column for column in plan.columns if column.strategy != "laft")
    column = Column("laft", "laft", {"adapter": name})
    return replace(plan, language=card["plan"]["corpora"][0], model=BASES.get(name) or card["base"]["model"],
                   inputs=(Row(""),), demonstrations=None, columns=(*columns, column))  # fmt: skip
