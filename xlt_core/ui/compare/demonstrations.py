"""The demonstrations: an editable table of rows that can be added, removed, moved, shuffled, reset and drawn anew."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core.records import InputError, Language, Row
from xlt_core.ui.shared.html import web_code
from xlt_core.ui.shared.limits import MOST_ROWS

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    group: gr.Row
    text: gr.Textbox
    answer: gr.Textbox
    up: gr.Button
    down: gr.Button
    remove: gr.Button


@dataclass(frozen=True)
class Demonstrations:
    """The table. count: rows in use; drawn: the rows as they were last drawn, which Reset goes back to."""

    lines: tuple[Line, ...]
    count: gr.State
    drawn: gr.State
    fold: gr.Accordion
    add: gr.Button
    shuffle: gr.Button
    reset: gr.Button
    reload: gr.Button

    def widgets(self) -> set[Any]:
        """Everything that the rows are read from."""
        return {widget for line in self.lines for widget in (line.text, line.answer)} | {self.count, self.drawn}


def build(rows: Sequence[Row], language: Language | None) -> Demonstrations:
    """Draws the table with the rows given."""
    with gr.Accordion(_title(len(rows)), open=True, elem_id="demonstrations") as fold:
        return _table(fold, rows, language)


def _table(fold: gr.Accordion, rows: Sequence[Row], language: Language | None) -> Demonstrations:
    lines = tuple(_line(index, rows, language) for index in range(MOST_ROWS))
    with gr.Row(elem_classes=["xlt-tools"]):
        tools = {
            "add": gr.Button("Add a row", size="sm", elem_id="demo-add"),
            "shuffle": gr.Button("Shuffle", size="sm", elem_id="demo-shuffle"),
            "reset": gr.Button("Reset", size="sm", elem_id="demo-reset"),
            "reload": gr.Button("Reload from the train split", size="sm", elem_id="demo-reload"),
        }
    return Demonstrations(lines, gr.State(len(rows)), gr.State(tuple(rows)), fold, **tools)


def read(table: Demonstrations, values: Mapping[Any, Any]) -> tuple[Row, ...]:
    """The rows as they stand; one that was not edited keeps its id and its English version."""
    known = {(row.text, row.answer): row for row in values[table.drawn]}
    rows = []
    for line in table.lines[: values[table.count]]:
        text, answer = values[line.text] or "", values[line.answer] or ""
        rows.append(known.get((text, answer)) or Row(text, answer))
    return tuple(rows)


def show(table: Demonstrations, rows: Sequence[Row], drawn: bool = False) -> Updates:
    """The updates that show the rows; with `drawn` they are also what Reset goes back to."""
    rows = tuple(rows)[:MOST_ROWS]
    updates: Updates = {table.count: len(rows), table.fold: gr.update(label=_title(len(rows)))}
    for index, line in enumerate(table.lines):
        used = index < len(rows)
        updates[line.group] = gr.update(visible=used)
        updates[line.text] = rows[index].text if used else ""
        updates[line.answer] = rows[index].answer if used else ""
    return updates | ({table.drawn: rows} if drawn else {})


def speak(table: Demonstrations, language: Language | None) -> Updates:
    """The updates that say which language the rows are in."""
    attributes = spoken_in(language)
    return {widget: gr.update(**attributes) for line in table.lines for widget in (line.text, line.answer)}


def spoken_in(language: Language | None) -> dict[str, Any]:
    """The arguments of a text box that holds text in a language."""
    if language is None:
        return {}
    attributes = gr.InputHTMLAttributes(lang=web_code(language), spellcheck=False)
    return {"html_attributes": attributes, "rtl": language.direction == "rtl"}


def added(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if len(rows) >= MOST_ROWS:
        raise InputError(f"The table holds at most {MOST_ROWS} demonstrations; remove one first.")
    return (*rows, Row("", ""))


def removed(rows: tuple[Row, ...], index: int) -> tuple[Row, ...]:
    return rows[:index] + rows[index + 1 :]


def moved(rows: tuple[Row, ...], index: int, by: int) -> tuple[Row, ...]:
    """The rows with one moved up (by -1) or down (by 1); at the edge nothing moves."""
    other = index + by
    if not (0 <= index < len(rows) and 0 <= other < len(rows)):
        return rows
    changed = list(rows)
    changed[index], changed[other] = changed[other], changed[index]
    return tuple(changed)


def shuffled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows in another order, if there is one."""
    changed = list(rows)
    for _ in range(20):
        random.shuffle(changed)
        if tuple(changed) != rows:
            break
    return tuple(changed)


def resized(rows: tuple[Row, ...], fresh: tuple[Row, ...], shots: int) -> tuple[Row, ...]:
    """As many rows as shots: the first ones stay as they are edited, fresh ones fill up."""
    kept = rows[:shots]
    texts = {row.text for row in kept}
    return kept + tuple(row for row in fresh if row.text not in texts)[: shots - len(kept)]


def _title(count: int) -> str:
    words = "worked examples, shown in this order" if count else "zero-shot: the model sees no worked example"
    return f"Demonstrations ({count}): {words}"


def _line(index: int, rows: Sequence[Row], language: Language | None) -> Line:
    row = rows[index] if index < len(rows) else Row("", "")
    spoken, number = spoken_in(language), index + 1
    with gr.Row(visible=index < len(rows), elem_classes=["xlt-demo"], equal_height=False) as group:
        text = gr.Textbox(
            row.text, label=f"Text {number}", lines=1, max_lines=3, scale=5, min_width=180,
            elem_id=f"demo-text-{number}", **spoken,
        )  # fmt: skip
        answer = gr.Textbox(
            row.answer, label=f"Answer {number}", lines=1, max_lines=3, scale=3, min_width=120,
            elem_id=f"demo-answer-{number}", **spoken,
        )  # fmt: skip
        with gr.Column(scale=0, min_width=178, elem_classes=["xlt-demo-tools"]):
            up = gr.Button("Up", size="sm", elem_id=f"demo-up-{number}")
            down = gr.Button("Down", size="sm", elem_id=f"demo-down-{number}")
            remove = gr.Button("Remove", size="sm", elem_id=f"demo-remove-{number}")
    return Line(group, text, answer, up, down, remove)
