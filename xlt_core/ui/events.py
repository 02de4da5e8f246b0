"""What happens when somebody changes, previews, compares or stops: from the widgets' values to their updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import gradio as gr

from xlt_core import catalog, compare
from xlt_core.records import Comparison, InputError, Plan, Row
from xlt_core.ui import choices, columns, demonstrations, inputs, results
from xlt_core.ui._html import escape, message
from xlt_core.ui._limits import check_offered
from xlt_core.ui._updates import merged

FULL_EVERY = 1.5
NOTHING_RUNS = "Not with these choices: the sentence above Compare says why."

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Page:
    """The regions of the page."""

    host: gr.HTML
    choices: choices.Choices
    inputs: inputs.Inputs
    table: demonstrations.Demonstrations
    results: results.Results
    lesson: gr.HTML
    message: gr.HTML
    preview: gr.Button
    compare: gr.Button
    stop: gr.Button

    def form(self) -> set[Any]:
        """Every widget that a plan is read from."""
        return self.choices.widgets() | self.inputs.widgets() | self.table.widgets()


def plan_of(page: Page, values: Values) -> Plan:
    """The plan that the whole page stands for. Raises InputError for what cannot run."""
    plan = choices.read(page.choices, values)
    rows = demonstrations.read(page.table, values)
    _check_blank(rows)
    plan = replace(plan, demonstrations=rows, shots=len(rows), **inputs.read(page.inputs, values))
    return check_offered(plan)


def run(page: Page, values: Values) -> Iterator[Updates]:
    """Compares, and yields the updates of all columns together."""
    yield busy(page) | {page.message: ""}
    plan = compare.resolve(plan_of(page, values))
    yield results.begin(page.results)
    last, full, disagreeing = None, 0.0, bool(values[page.results.disagree])
    with closing(compare.compare(plan)) as snapshots:
        for last in snapshots:
            due = monotonic() - full > FULL_EVERY
            full = monotonic() if due else full
            yield results.show(page.results, last, disagreeing) if due else results.stream(page.results, last)
    if last is not None:
        yield _ended(page, last, values) | idle(page)


def stop(page: Page, values: Values) -> Updates:
    """Marks what was at work as stopped; the event itself is cancelled by the button."""
    comparison = values[page.results.shown]
    if comparison is None:
        return idle(page)
    if all(run.state in ("done", "failed", "stopped") for run in comparison.runs):  # before anything new had come
        return results.again(page.results, comparison, bool(values[page.results.disagree])) | idle(page)
    return _ended(page, compare.stopped(comparison), values) | idle(page)


def preview(page: Page, values: Values) -> Iterator[Updates]:
    """Each column's exact prompt, as they get ready."""
    plan = compare.resolve(plan_of(page, values))
    strategies = {column.name: column.strategy for column in plan.columns}
    heading = "<h2 class='xlt-heading'>Preview <small>what would be sent for the first input</small></h2>"
    yield results.begin(page.results) | {page.message: "", page.results.heading: heading}
    for previews in compare.preview(plan):
        yield {page.results.columns: columns.previews_html(previews, strategies)}
    words = "Nothing has been asked of the language model yet."
    yield {page.results.conclusion: f"<p class='xlt-conclusion'><span class='xlt-quiet'>{words}</span></p>"}


def busy(page: Page) -> Updates:
    off = gr.update(interactive=False)
    return {page.compare: off, page.preview: off, page.stop: gr.update(interactive=True)}


def idle(page: Page) -> Updates:
    on = gr.update(interactive=True)
    return {page.compare: on, page.preview: on, page.stop: gr.update(interactive=False)}


def failed(page: Page, sentence: str) -> Updates:
    """The updates that show what went wrong."""
    return {page.message: message(sentence, "problem")} | idle(page)


def changed(page: Page, values: Values) -> Updates:
    """After another language, task, dataset, model or translator: new demonstrations, items and reasons."""
    plan = choices.read(page.choices, values)
    was: Row = values[page.inputs.picked]
    untouched = not values[page.inputs.text] or (was and values[page.inputs.text] == was.text)
    return merged(
        refreshed(page, plan, values[page.choices.greyed]),
        _language_parts(page, plan),
        demonstrations.show(page.table, drawn(plan), drawn=True),
        first_example(plan, page.inputs) if untouched else {},
    )


def refreshed(page: Page, plan: Plan, greyed: tuple[str, ...]) -> Updates:
    """What cannot be combined, greyed with the reason; and the sentence where nothing can."""
    wide = choices.every_column(page.choices, plan)
    reasons = catalog.why_not(wide)
    blocked = reasons.get("", "")
    if blocked:
        reasons = dict.fromkeys(page.choices.strategies, NOTHING_RUNS)
    return choices.grey(page.choices, plan, reasons, greyed) | {
        page.message: message(blocked, "problem"),
        page.compare: gr.update(interactive=not blocked),
    }


def settle(page: Page, plan: Plan, greyed: tuple[str, ...] = ()) -> Updates:
    """All updates that set the page as a plan has it: a lesson's, a link's, or the first."""
    rows = drawn(plan) if plan.demonstrations is None else plan.demonstrations
    return merged(
        choices.fill(page.choices, plan),
        _language_parts(page, plan),
        inputs.fill(page.inputs, plan),
        {} if inputs.first_row(plan).text else first_example(plan, page.inputs),
        refreshed(page, plan, greyed),
        demonstrations.show(page.table, rows, drawn=True),
    )


def picked(page: Page, values: Values, chosen: str | None) -> Updates:
    """The test item that was chosen, with its gold answer."""
    plan = choices.read(page.choices, values)
    example = next((example for example in inputs.offered(plan) if example.id == chosen), None)
    if example is None:
        return {}
    row = inputs.row_of(example, plan.task)
    return {page.inputs.text: row.text, page.inputs.gold: row.answer, page.inputs.picked: row}


def first_example(plan: Plan, widgets: inputs.Inputs) -> Updates:
    """The first test item as the input; an empty text where there is none."""
    example = next(iter(inputs.offered(plan)), None)
    row = inputs.row_of(example, plan.task) if example else Row("")
    shown = gr.update(value=example.id if example else None)
    return {widgets.text: row.text, widgets.gold: row.answer, widgets.picked: row, widgets.example: shown}


def drawn(plan: Plan) -> tuple[Row, ...]:
    """As many demonstrations as shots, from the train split by the seed; none where the dataset lacks the language."""
    try:
        return compare.draw(replace(plan, demonstrations=None, inputs=()))
    except InputError:
        return ()


def host_line(model: str) -> str:
    """The line that names host, device, dtype and revision."""
    try:
        return f"<p class='xlt-host'>{escape(catalog.host(model).describe())}</p>"
    except InputError as error:
        return f"<p class='xlt-host xlt-reason'>{escape(error)}</p>"


def _ended(page: Page, comparison: Comparison, values: Values) -> Updates:
    return results.finish(page.results, comparison, bool(values[page.results.disagree]), values[page.results.earlier])


def _language_parts(page: Page, plan: Plan) -> Updates:
    language = catalog.languages().get(plan.language)
    updates = demonstrations.speak(page.table, language)
    boxes = (page.inputs.text, page.inputs.gold)
    updates |= {box: gr.update(**demonstrations.spoken_in(language)) for box in boxes}
    return updates | {
        page.choices.language: gr.update(choices=choices.language_menu(plan.dataset, plan.task), value=plan.language),
        page.choices.dataset: gr.update(info=choices.credit(plan.dataset)),
        page.inputs.example: gr.update(choices=inputs.menu(inputs.offered(plan)), value=None),
    }


def _check_blank(rows: tuple[Row, ...]) -> None:
    for index, row in enumerate(rows, 1):
        for what, cell in (("text", row.text), ("answer", row.answer)):
            if not cell.strip():
                raise InputError(f"Demonstration {index} has no {what}; write one, or remove the row.")
