"""The results of many comparisons: what they show in sentences, pictures and tables, for every page that has such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from xlt_core.findings import sentences, tables
from xlt_core.findings.records import Condition, Findings
from xlt_core.ui.compare import share
from xlt_core.ui.results import cell_view
from xlt_core.ui.results.cell_view import Closer
from xlt_core.ui.shared import downloads, figure
from xlt_core.ui.shared.binding import QUIET, on
from xlt_core.ui.shared.downloads import Taking
from xlt_core.ui.shared.figure import Picture
from xlt_core.ui.shared.found_results import Shown
from xlt_core.ui.shared.html import escape, fold

if TYPE_CHECKING:
    import plotly.graph_objects as go

ALL = "all tasks and languages"
MEAN = "mean over shots"
AXES = {"tokens_per_word": "Score against tokens", "seconds_per_item": "Score against time"}
NOTHING = "<p class='xlt-empty'>No cell has ended with a score yet.</p>"
CAUTION = "Pocket is a model of a few million parameters on generated text: this is no measure of the languages."

Values = Mapping[Any, Any]
Updates = dict[Any, Any]
Drawn = tuple["go.Figure | None", str]


@dataclass(frozen=True)
class Showing:
    """The widgets. shown: what they show, a Shown."""

    words: gr.HTML
    table: gr.HTML
    body: gr.Column
    place: gr.Dropdown
    shots: gr.Dropdown
    lines: Picture
    best: Picture
    costs: dict[str, Picture]
    closer: Closer
    tables: gr.HTML
    taking: Taking
    command: gr.HTML
    shown: gr.State

    def asked(self) -> set[Any]:
        """What the pictures hang on."""
        return {self.shown, self.place, self.shots} | self.closer.asked()

    def drawn(self) -> set[Any]:
        """Everything that new results may change."""
        own = {self.words, self.table, self.body, self.place, self.shots, self.tables, self.command, self.shown}
        pictures = (self.lines, self.best, *self.costs.values())
        return own.union(self.closer.drawn(), *(picture.widgets() for picture in pictures))


def build(prefix: str) -> Showing:
    """Draws the places of the results. prefix: of the elements' ids."""
    words = gr.HTML(NOTHING, elem_id=f"{prefix}-says")
    with gr.Column(visible=False, elem_classes=["xlt-shown"]) as body:
        table = gr.HTML("", elem_id=f"{prefix}-summary")
        with gr.Row(elem_classes=["xlt-look"]):
            place = gr.Dropdown([ALL], value=ALL, label="Show", elem_id=f"{prefix}-place", min_width=200)
            shots = gr.Dropdown([MEAN], value=MEAN, label="Shots", elem_id=f"{prefix}-shots", min_width=140)
        with gr.Row(elem_classes=["xlt-pictures"]):
            lines = figure.build(f"{prefix}-lines", "Score against shots")
            best = figure.build(f"{prefix}-best", "Which is best where")
        with gr.Row(elem_classes=["xlt-pictures"]):
            costs = {axis: figure.build(f"{prefix}-{axis}", title) for axis, title in AXES.items()}
        nearer = cell_view.build(prefix)
        numbers = gr.HTML("", elem_id=f"{prefix}-tables")
        taken = downloads.build(prefix)
        command = gr.HTML("", elem_id=f"{prefix}-command")
    return Showing(words, table, body, place, shots, lines, best, costs, nearer, numbers, taken, command,
                   gr.State(None))  # fmt: skip


def show(showing: Showing, shown: Shown, values: Values, more: bool = False) -> Updates:
    """All updates for new results, as the menus stand where they still can. more: of what was shown before."""
    found = shown.found
    if not found.cells:
        return {
            showing.shown: shown,
            showing.words: NOTHING if shown.title else "",
            showing.body: gr.update(visible=False),
        }
    places, shots = places_of(found), shots_of(found)
    place, number = (
        figure.chosen(places, values.get(showing.place)),
        figure.chosen(shots, values.get(showing.shots)),
    )
    return {
        showing.shown: shown,
        showing.words: words_html(shown),
        showing.body: gr.update(visible=True),
        showing.place: gr.update(choices=[*places], value=place),
        showing.shots: gr.update(choices=[*shots], value=number),
        showing.tables: tables_html(found),
        showing.command: share.command_html(shown.command) if shown.command else "",
        **turned(showing, shown, place, number),
        **(cell_view.grown if more else cell_view.show)(showing.closer, shown),
    }


def turned(showing: Showing, shown: Shown, place: str, number: str) -> Updates:
    """The updates of the pictures, for another place or number of shots."""
    found = shown.found
    where, shots = places_of(found).get(place), shots_of(found).get(number)
    updates = {showing.table: figure.table_html(tables.summary(found, shots))}
    updates |= figure.put(showing.lines, *_lines(found, where))
    updates |= figure.put(showing.best, *_best(found, shots))
    for axis, picture in showing.costs.items():
        updates |= figure.put(picture, *_cost(found, axis))
    return updates


def places_of(found: Findings) -> dict[str, Condition | None]:
    """The menu of places; all of them first, where there are several."""
    each: dict[str, Condition | None] = {sentences.title_of(place, found): place for place in found.conditions}
    return ({ALL: None} if len(found.complete) > 1 else {}) | each


def shots_of(found: Findings) -> dict[str, int | None]:
    """The menu of numbers of shots."""
    each: dict[str, int | None] = {sentences.shots_of([shots]): shots for shots in found.shots}
    return ({MEAN: None} if len(found.shots) > 1 else {}) | each


def words_html(shown: Shown) -> str:
    """What can be concluded, in a few sentences."""
    found = shown.found
    over = [sentences.over_conditions(one) for one in found.aggregates if one.shots is None]
    single = len(found.conditions) == 1
    says = [sentences.over_shots(found, found.conditions[0])] if single else [sentences.where_best(found), *over]
    says.append(sentences.readable(found.cells))
    pocket = all(place.model == "pocket" and place.dataset == "world" for place in found.conditions)
    quiet = f"<p class='xlt-quiet'>{CAUTION}</p>" if pocket else ""
    return f"<div class='xlt-says'>{''.join(f'<p>{escape(one)}</p>' for one in says)}{quiet}</div>"


def tables_html(found: Findings) -> str:
    """All numbers, in folds."""
    made = {"All cells": tables.cells(found), "Paired tests": tables.contrasts(found)}
    if found.aggregates:
        made["Over tasks and languages"] = tables.aggregates(found)
    folds = (
        fold(f"numbers/{name}", f"{name} <small>{len(table.rows)}</small>", figure.table_html(table))
        for name, table in made.items()
    )
    return f"<div class='xlt-folds'>{''.join(folds)}</div>"


def _lines(found: Findings, place: Condition | None) -> Drawn:
    from xlt_core.findings import figures

    if place is None:
        words = f"The mean over {len(found.complete)} of {len(found.conditions)} pairs of task and language."
        return figures.average_over_shots(found), words
    return figures.over_shots(found, place), sentences.over_shots(found, place)


def _best(found: Findings, shots: int | None) -> Drawn:
    from xlt_core.findings import figures

    return figures.best(found, shots), sentences.where_best(found, shots)


def _cost(found: Findings, axis: str) -> Drawn:
    from xlt_core.findings import figures

    if not any(getattr(one, axis) is not None for one in found.averages):
        return None, ""
    return figures.score_by_cost(found, axis), sentences.costs(found, axis)


def wire(showing: Showing, prefix: str, problem: gr.HTML) -> None:
    """Binds the menus, the closer look and the downloads."""
    needs, gives = showing.asked(), showing.drawn()
    for menu in (showing.place, showing.shots):
        on(menu.input, partial(_turned, showing), needs, gives, problem)
    near = showing.closer
    on(near.cell.input, partial(_closer, showing), needs, near.drawn(), problem)
    for trigger, by in ((near.disagree.input, 0), (near.back.click, -1), (near.on.click, 1)):
        on(trigger, partial(_page, showing, by), needs, near.drawn(), problem)
    take = showing.taking
    taken = on(take.button.click, partial(_take, showing), {showing.shown, take.form}, {take.file}, problem)
    taken.then(None, js=downloads.press(prefix), **QUIET)


def _turned(showing: Showing, values: Values) -> Updates:
    shown: Shown | None = values[showing.shown]
    return turned(showing, shown, values[showing.place], values[showing.shots]) if shown else {}


def _closer(showing: Showing, values: Values) -> Updates:
    return cell_view.chosen(showing.closer, values[showing.shown], values)


def _page(showing: Showing, by: int, values: Values) -> Updates:
    return cell_view.turn(showing.closer, values[showing.shown], values, by)


def _take(showing: Showing, values: Values) -> Updates:
    return downloads.take(showing.taking, values[showing.shown], values[showing.taking.form])
