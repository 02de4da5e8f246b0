"""The event handlers of the tab Compare that keep the form consistent after a choice, an upload or a link."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import selection
from xlt_core.comparison.combining import why_not
from xlt_core.comparison.plan import tidy
from xlt_core.contracts import Host
from xlt_core.models.hub import downloads
from xlt_core.records import InputError, Plan, Row
from xlt_core.ui.compare import choices
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.fields import demonstrations, field_boxes, inputs, mismatch, own_data, sources, strategies
from xlt_core.ui.fields.draft import Draft, edited_rows
from xlt_core.ui.fields.field_boxes import fields_of
from xlt_core.ui.shared.background import run_in_thread
from xlt_core.ui.shared.html import escape, message_html
from xlt_core.ui.shared.limits import check_offered, check_sources
from xlt_core.ui.shared.updates import Updates, Values, merge

LOADING_AFTER = 1.0  # seconds after which the page says what it waits for
NOTHING_RUNS = "Not with these choices: the sentence above Compare says why."


def choices_changed(page: ComparePage, values: Values) -> Iterator[Updates]:
    """After another language, task or source: new demonstrations and items, and which strategies can run."""
    yield (yield from show_loading(page, values, lambda: _choices_changed(page, values)))


def file_changed(page: ComparePage, values: Values) -> Iterator[Updates]:
    """After a file was uploaded or removed: as after another dataset."""
    uploaded = page.choices.sources.own.uploaded
    path = own_data.check_upload(values.get(page.choices.sources.own.file))
    yield {uploaded: path}
    for updates in choices_changed(page, {**values, uploaded: path}):
        yield {uploaded: path} | updates


def show_own_data(page: ComparePage, values: Values) -> Updates:
    """Shows the boxes of data that the menu does not name, and hides those of others."""
    return own_data.show(page.choices.sources.own, str(values[page.choices.sources.dataset] or ""))


def mode_changed(page: ComparePage, values: Values) -> Iterator[Updates]:
    """After the choice between one input and many items: other widgets, and which strategies can run. Everything, where
    another choice was still at work, which changes nothing any more."""
    if values[page.requests].several:
        yield from choices_changed(page, values)
        return
    mode, plan = values[page.inputs.mode], choices.read(page.choices, values)
    enabled = enable_strategies(page, plan, strategies.disabled(page.choices.columns, values), mode == inputs.ONE)
    yield inputs.switch(page.inputs, mode) | enabled | show_mismatch(page, plan, typed_row(page, values))


def add_column(page: ComparePage, values: Values) -> Updates:
    """Adds a second column of the strategy whose button was pressed."""
    own = sources.read(page.choices.sources, values)
    return strategies.add_column(page.choices.columns, own["model"], own["translator"], values)


def show_plan(
    page: ComparePage, plan: Plan, disabled: tuple[str, ...] = (), drawn: tuple[Row, ...] | None = None
) -> Updates:
    """All updates that set the form to a plan. disabled: the strategies that are disabled now; drawn: the rows that
    Reset goes back to, if they are not the plan's."""
    rows = draw(plan) if plan.demonstrations is None else plan.demonstrations
    row = inputs.first_row(plan) if plan.inputs else None
    return merge(
        choices.fill(page.choices, plan),
        _language_updates(page, plan, _host(plan)),
        inputs.fill(page.inputs, plan),
        {} if row and not inputs.is_blank(row) else _show_row(page.inputs, inputs.first_item(plan), plan),
        show_mismatch(page, plan, row),
        enable_strategies(page, plan, disabled, bool(plan.inputs)),
        demonstrations.show(page.demonstrations, rows, plan, rows if drawn is None else drawn),
    )


def complete(page: ComparePage, plan: Plan) -> Updates:
    """The updates for a page that was drawn with the plan. They set no value: the visitor may have begun to edit."""
    offered = choices.offer_knobs(page.choices, _host(plan), plan)
    return enable_strategies(page, plan, (), bool(plan.inputs)) | offered


def open_link(page: ComparePage, plan: Plan) -> Updates:
    """Sets the form to the plan of a share link, with what is here in place of what is not. Raises InputError."""
    plan, missing = _checked(plan)
    text = " ".join(["This setting came with the link.", *missing, "Press Compare to run it."])
    return show_plan(page, plan) | {page.message: message_html(text, "problem" if missing else "note")}


def open_draft(page: ComparePage, kept: Draft) -> Updates:
    """Sets the form to what the visitor had entered, with what is here now. Raises InputError."""
    plan, missing = _checked(kept.plan)
    restored = show_plan(page, replace(plan, demonstrations=kept.rows), drawn=draw(plan))
    said = message_html(" ".join(["What you had entered is back.", *missing]), "problem" if missing else "note")
    return restored | {page.message: said + "<p class='xlt-quiet'><a href='?fresh'>Start afresh</a></p>"}


def _checked(plan: Plan) -> tuple[Plan, list[str]]:
    """The plan with what is here in place of what is not, and a sentence on each. Raises InputError where it is not
    offered: it came from a browser."""
    catalog.task(plan.task)
    given = replace(plan, dataset=own_data.OWN_FILE) if own_data.uses_file(plan) else plan
    check_offered(given, uploaded=own_data.OWN_FILE)
    plan, missing = sources.with_what_is_here(plan)
    tidy(plan)
    return plan, missing


def enable_strategies(page: ComparePage, plan: Plan, disabled: tuple[str, ...], one: bool) -> Updates:
    """Enables the strategies that can run and disables the others, with the reason. one: on a typed text, for which
    the dataset need not have the language."""
    every = choices.with_all_strategies(plan)
    every = replace(every, inputs=(Row("?"),), demonstrations=()) if one else every
    problem = own_data.problem(plan)
    reasons = {} if problem else why_not(every)
    problem = problem or reasons.get("", "")
    if problem:
        reasons = dict.fromkeys(strategies.all_names(), NOTHING_RUNS)
    wanted = [*(column.strategy for column in plan.columns), *disabled]
    if wanted and all(name in reasons for name in wanted):  # others may run, such as those that ask no model
        problem = problem or reasons[wanted[0]]
    ticked = {column.strategy for column in plan.columns}
    return strategies.disable(page.choices.columns, reasons, ticked, disabled) | {
        page.message: message_html(problem, "problem"),
        page.buttons.compare: gr.update(interactive=not problem),
    }


def draw(plan: Plan) -> tuple[Row, ...]:
    """As many demonstrations of the train split as shots, drawn by the seed; none where the dataset lacks the
    language."""
    try:
        return selection.draw(replace(plan, inputs=()))
    except InputError:
        return ()


def host_html(model: str) -> str:
    """Host, device, dtype and revision of a model."""
    try:
        return f"<p class='xlt-host'>{escape(catalog.host(model).describe())}</p>"
    except InputError:  # the sentence above Compare says why
        return f"<p class='xlt-host xlt-reason'>{escape(model[:80])} is not there</p>"


def show_loading(
    page: ComparePage, values: Values, work: Callable[[], Any], signal: Event | None = None
) -> Generator[Updates, None, Any]:
    """Returns the result of the work; while it runs, shows what is being downloaded or loaded, and for how long.

    Raises InputError where the signal is set meanwhile; the loading then continues in the background.
    """
    running, name = run_in_thread(work), str(values[page.choices.sources.model] or "the model")[:80]
    while True:
        try:
            elapsed = next(running)
        except StopIteration as end:
            return end.value
        if signal and signal.is_set():
            raise InputError(f"Stopped before anything was asked of {name}.")
        if elapsed >= LOADING_AFTER:
            text = "; ".join(map(str, downloads())) or f"getting {name} ready"
            yield {page.message: message_html(f"{text[0].upper()}{text[1:]} ({elapsed:.0f} s)")}


def _choices_changed(page: ComparePage, values: Values) -> Updates:
    plan = sources.with_existing_split(choices.read(page.choices, values))
    unnamed = plan.dataset in own_data.UNNAMED
    check_sources(plan, plan.dataset if unnamed else values[page.choices.sources.own.uploaded])
    entered, other = inputs.typed_row(page.inputs, values), values[page.inputs.fields] != fields_of(plan.task)
    unedited = other or inputs.is_blank(entered) or inputs.is_picked(page.inputs, values)
    one, host = values[page.inputs.mode] == inputs.ONE, _host(plan)
    row = inputs.first_item(plan) if unedited else entered
    return merge(
        enable_strategies(page, plan, strategies.disabled(page.choices.columns, values), one),
        _language_updates(page, plan, host),
        choices.forget_adapters(page.choices, values, host, plan.language),
        _redrawn(page, values, plan),
        _show_row(page.inputs, row, plan) if unedited else {},
        inputs.switch(page.inputs, values[page.inputs.mode]),
        show_mismatch(page, choices.with_disabled(page.choices, plan, values), row if one else None),
        {page.host: host_html(plan.model)},
    )


def show_mismatch(page: ComparePage, plan: Plan, row: Row | None) -> Updates:
    """Whether the bundled models know a typed or picked row, or, where that is None, the dataset's items."""
    asked = replace(plan, inputs=(row,) if row else ())
    typed = [] if row is None or inputs.is_blank(row) else [inputs.example_of(row, plan.task)]
    examples = inputs.offered_items(plan) if row is None else typed
    return mismatch.show(page.mismatch, asked, examples)


def typed_row(page: ComparePage, values: Values) -> Row | None:
    """The row that is typed or picked; None where items of the dataset are asked."""
    return inputs.typed_row(page.inputs, values) if values[page.inputs.mode] == inputs.ONE else None


def _show_row(widgets: inputs.Inputs, row: Row, plan: Plan) -> Updates:
    """A row as the input; an empty text where it is empty."""
    return inputs.show_row(widgets, fields_of(plan.task), row) | {widgets.example: gr.update(value=row.id or None)}


def _host(plan: Plan) -> Host | None:
    try:
        return catalog.host(plan.model)
    except InputError:
        return None


def _redrawn(page: ComparePage, values: Values, plan: Plan) -> Updates:
    """The newly drawn demonstrations, or those that were edited earlier for the same choices; where the drawn ones
    equal those drawn before, edits stay, and there are as many rows as are drawn now. They are sent again where an
    earlier choice is still at work, whose rows may be on their way."""
    table, before, rows = page.demonstrations, values[page.demonstrations.drawn], draw(plan)
    shown = edited_rows(values[page.draft], plan)
    shorter = min(len(before), len(rows))
    same = before[:shorter] == rows[:shorter] and bool(before) == bool(rows)
    if same and values[table.fields] == fields_of(plan.task):
        alone = not values[page.requests].several
        if alone and len(before) == len(rows) and demonstrations.belong_to(table, values, plan):
            return {}
        entered = demonstrations.read(table, values)
        shown = entered if len(before) == len(rows) else demonstrations.resized(entered, rows, len(rows))
    return demonstrations.show(table, rows if shown is None else shown, plan, rows)


def _language_updates(page: ComparePage, plan: Plan, host: Host | None) -> Updates:
    """The updates of everything that depends on the language, the task or the sources."""
    languages, entered = field_boxes.languages_of(plan), page.inputs
    updates = demonstrations.set_fields(page.demonstrations, plan)
    updates |= field_boxes.offer(fields_of(plan.task), entered.texts, languages, inputs.LABEL)
    updates[entered.gold] = gr.update(**field_boxes.language_options(languages[-1]))
    return updates | {
        # Without a value: the visitor may have chosen another language meanwhile.
        page.choices.language: gr.update(choices=choices.language_menu(plan)),
        **sources.describe(page.choices.sources, plan),
        **choices.offer_knobs(page.choices, host, plan),
        page.inputs.example: gr.update(choices=inputs.menu(inputs.offered_items(plan)), value=None),
    }
