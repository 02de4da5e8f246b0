"""The results of many comparisons: conclusions in sentences, figures, tables, downloads, and one cell in detail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

import gradio as gr

from xlt_core.findings import details, sentences, tables
from xlt_core.findings.records import Condition, Findings
from xlt_core.ui.compare import share
from xlt_core.ui.items import matrix
from xlt_core.ui.results import cell_view
from xlt_core.ui.results.cell_view import CellView
from xlt_core.ui.shared import downloads, figure_panel
from xlt_core.ui.shared.downloads import Downloads
from xlt_core.ui.shared.events import LAST, QUIET, bind, left
from xlt_core.ui.shared.figure_panel import FigurePanel
from xlt_core.ui.shared.html import details_html, escape
from xlt_core.ui.shared.result_set import ResultSet
from xlt_core.ui.shared.table import table_html
from xlt_core.ui.shared.updates import Updates, Values

if TYPE_CHECKING:
    import plotly.graph_objects as go

ALL = "all tasks and languages"
MEAN = "mean over shots"
AXES = {
    "tokens_per_word": "Score against tokens",
    "seconds_per_item": "Score against time",
    "parameters": "Score against size",
}
NOTHING = "<p class='xlt-empty'>No cell has ended with a score yet.</p>"
NO_GOLD = "<p class='xlt-empty'>There is no score: the items have no gold answers, or no column got through.</p>"
CAUTION = "Pocket is a model of a few million parameters on generated text: this is no measure of the languages."

FigureAndCaption = tuple["go.Figure | None", str]


@dataclass(frozen=True)
class Overview:
    """The widgets. results: the ResultSet that they show. renewed: changes when the figures have to be drawn. body:
    everything that is hidden while there are no scores."""

    sentences: gr.HTML
    table: gr.HTML
    body: gr.Column
    place: gr.Dropdown
    shots: gr.Dropdown
    by_shots: FigurePanel
    best: FigurePanel
    costs: dict[str, FigurePanel]
    cell_view: CellView
    tables: gr.HTML
    downloads: Downloads
    command: gr.HTML
    results: gr.State
    renewed: gr.State

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.results, self.place, self.shots} | self.cell_view.inputs()

    def outputs(self) -> set[Any]:
        """What new results update."""
        own = {self.sentences, self.table, self.body, self.place, self.shots, self.tables, self.command, self.results,
               self.renewed}  # fmt: skip
        panels = (self.by_shots, self.best, *self.costs.values())
        return own.union(self.cell_view.outputs(), *(panel.widgets() for panel in panels))


def build(prefix: str) -> Overview:
    """Draws the widgets. prefix: of their element ids."""
    says = gr.HTML("", elem_id=f"{prefix}-sentences")
    with gr.Column(visible=False, elem_classes=["xlt-results"]) as body:
        table = gr.HTML("", elem_id=f"{prefix}-summary")
        with gr.Row(elem_classes=["xlt-result-menus"]):
            place = gr.Dropdown([ALL], value=ALL, label="Show", elem_id=f"{prefix}-place", min_width=200)
            shots = gr.Dropdown([MEAN], value=MEAN, label="Shots", elem_id=f"{prefix}-shots", min_width=140)
        with gr.Row(elem_classes=["xlt-figures"]):
            by_shots = figure_panel.build(f"{prefix}-lines", "Score against shots")
            best = figure_panel.build(f"{prefix}-best", "Which is best where")
        with gr.Row(elem_classes=["xlt-figures"]):
            costs = {axis: figure_panel.build(f"{prefix}-{axis}", title) for axis, title in AXES.items()}
        cell = cell_view.build(prefix)
        numbers = gr.HTML("", elem_id=f"{prefix}-tables")
        files = downloads.build(prefix)
        command = gr.HTML("", elem_id=f"{prefix}-command")
    return Overview(says, table, body, place, shots, by_shots, best, costs, cell, numbers, files, command,
                    gr.State(None), gr.State(0))  # fmt: skip


def wire(overview: Overview, prefix: str, message: gr.HTML) -> None:
    """Binds the menus, the view of one cell and the downloads."""
    inputs, outputs, cell = overview.inputs(), overview.outputs(), overview.cell_view
    # One event, of which a browser sends one at a time, so that no late reply shows what was chosen before.
    changed = partial(gr.on, [left(overview.place), left(overview.shots), overview.renewed.change], **LAST)
    bind(changed, partial(_draw_figures, overview), inputs, outputs, message)
    bind(left(cell.cell), partial(_show_cell, overview), inputs, cell.outputs(), message)
    bind(matrix.on_draw(cell.matrix), partial(_draw_items, overview), inputs, cell.outputs(), message)
    bind(cell.matrix.chosen.change, partial(_choose, overview), inputs, cell.outputs(), message)
    files = overview.downloads
    made = bind(files.button.click, partial(_make_file, overview), {overview.results, files.format}, {files.file},
                message)  # fmt: skip
    made.then(None, js=downloads.click_script(prefix), **QUIET)


def show(overview: Overview, results: ResultSet, values: Values, more: bool = False) -> Updates:
    """All updates for new results; the menus keep their choice where it still exists. more: the results extend those
    that are shown."""
    findings = results.findings
    if not findings.cells:
        return {
            overview.results: results,
            overview.sentences: nothing_html(results),
            overview.body: gr.update(visible=False),
        }
    places, shots = place_menu(findings), shots_menu(findings)
    return {
        overview.results: results,
        overview.sentences: sentences_html(results),
        overview.body: gr.update(visible=True),
        overview.place: _menu(overview.place, places, values),
        overview.shots: _menu(overview.shots, shots, values),
        overview.tables: tables_html(findings),
        overview.command: share.command_html(results.command) if results.command else "",
        overview.renewed: monotonic(),
        **(cell_view.extend if more else cell_view.show)(overview.cell_view, results),
    }


def show_figures(overview: Overview, results: ResultSet, place: str, number: str) -> Updates:
    """The updates of the table and the figures for another place or number of shots."""
    findings = results.findings
    where, shots = place_menu(findings).get(place), shots_menu(findings).get(number)
    updates = {overview.table: table_html(tables.summary(findings, shots))}
    updates |= figure_panel.update(overview.by_shots, *_by_shots(findings, where))
    updates |= figure_panel.update(overview.best, *_best(findings, shots))
    for axis, panel in overview.costs.items():
        updates |= figure_panel.update(panel, *_cost(findings, axis))
    return updates


def nothing_html(results: ResultSet) -> str:
    """Why there is no score: none has ended, or what has ended cannot be scored; "" where no run is shown."""
    ended = any(run.state != "waiting" for one in results.summaries for run in one.runs)
    return (NO_GOLD if ended else NOTHING) if results.title else ""


def place_menu(findings: Findings) -> dict[str, Condition | None]:
    """The pairs of task and language by name; where there are several, all of them together come first."""
    each: dict[str, Condition | None] = {sentences.title_of(place, findings): place for place in findings.conditions}
    return ({ALL: None} if len(findings.complete) > 1 else {}) | each


def shots_menu(findings: Findings) -> dict[str, int | None]:
    """The numbers of shots by name; where there are several, their mean comes first."""
    each: dict[str, int | None] = {sentences.shots_of([shots]): shots for shots in findings.shots}
    return ({MEAN: None} if len(findings.shots) > 1 else {}) | each


def sentences_html(results: ResultSet) -> str:
    """What can be concluded, in a few sentences."""
    findings, places = results.findings, results.findings.conditions
    over = [sentences.over_conditions(one) for one in findings.aggregates if one.shots is None]
    says = [sentences.over_shots(findings, places[0])] if len(places) == 1 else [sentences.where_best(findings), *over]
    says.append(sentences.readable(findings.cells))
    pocket = all(place.model == "pocket" and place.dataset == "world" for place in places)
    caution = f"<p class='xlt-quiet'>{CAUTION}</p>" if pocket else ""
    return f"<div class='xlt-sentences'>{''.join(f'<p>{escape(one)}</p>' for one in says)}{caution}</div>"


def tables_html(findings: Findings) -> str:
    """All numbers, each table in a closed <details>."""
    made = {"All cells": tables.cells(findings), "Paired tests": tables.contrasts(findings)}
    if findings.aggregates:
        made["Over tasks and languages"] = tables.aggregates(findings)
    parts = (
        details_html(f"numbers/{name}", f"{name} <small>{len(table.rows)}</small>", table_html(table))
        for name, table in made.items()
    )
    return f"<div class='xlt-folds'>{''.join(parts)}</div>"


def _menu(widget: gr.Dropdown, menu: Mapping[str, Any], values: Values) -> Any:
    """The update of a menu: its first entry is chosen where it does not have what is chosen now."""
    gone = {} if values.get(widget) in menu else {"value": next(iter(menu), "")}
    return gr.update(choices=[*menu], **gone)


def _by_shots(findings: Findings, place: Condition | None) -> FigureAndCaption:
    from xlt_core.findings import figures

    if place is None:
        caption = f"The mean over {len(findings.complete)} of {len(findings.conditions)} pairs of task and language."
        return figures.average_over_shots(findings), caption
    return figures.over_shots(findings, place), sentences.over_shots(findings, place)


def _best(findings: Findings, shots: int | None) -> FigureAndCaption:
    from xlt_core.findings import figures

    return figures.best(findings, shots), sentences.where_best(findings, shots)


def _cost(findings: Findings, axis: str) -> FigureAndCaption:
    from xlt_core.findings import figures

    if not details.costs_known(findings.averages, axis):
        return None, ""
    return figures.score_by_cost(findings, axis), sentences.costs(findings, axis)


def _draw_figures(overview: Overview, values: Values) -> Updates:
    results: ResultSet | None = values[overview.results]
    return show_figures(overview, results, values[overview.place], values[overview.shots]) if results else {}


def _show_cell(overview: Overview, values: Values) -> Updates:
    return cell_view.show_cell(overview.cell_view, values[overview.results], values)


def _choose(overview: Overview, values: Values) -> Updates:
    return cell_view.choose(overview.cell_view, values[overview.results], values)


def _draw_items(overview: Overview, values: Values) -> Updates:
    return cell_view.draw_items(overview.cell_view, values[overview.results], values)


def _make_file(overview: Overview, values: Values) -> Updates:
    return downloads.make_file(overview.downloads, values[overview.results], values[overview.downloads.format])
