"""The table of demonstrations: rows are edited, added, removed, moved, shuffled, reset and drawn again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core.formats.fields import english_of, texts_of, whole_text
from xlt_core.records import InputError, Language, Plan, Row
from xlt_core.ui.fields import field_boxes
from xlt_core.ui.fields.field_boxes import Boxes, Fields, language_options
from xlt_core.ui.shared.html import details_html, escape
from xlt_core.ui.shared.limits import MAX_ROWS
from xlt_core.ui.shared.updates import Updates, Values

LABEL = "Text"  # of a task's only text


@dataclass(frozen=True)
class RowWidgets:
    """The widgets of one row."""

    group: gr.Row
    texts: Boxes
    answer: gr.Textbox
    up: gr.Button
    down: gr.Button
    remove: gr.Button


@dataclass(frozen=True)
class Demonstrations:
    """The widgets. count: the number of rows in use; drawn: the rows as they were drawn last, for Reset; fields: those
    of the task."""

    rows: tuple[RowWidgets, ...]
    count: gr.State
    drawn: gr.State
    fields: gr.State
    fold: gr.Accordion
    gloss: gr.HTML
    add: gr.Button
    shuffle: gr.Button
    reset: gr.Button
    reload: gr.Button

    def widgets(self) -> set[Any]:
        """Everything from which the rows are read."""
        boxes = {widget for row in self.rows for widget in (*row.texts, row.answer)}
        return boxes | {self.count, self.drawn, self.fields}

    def outputs(self) -> set[Any]:
        """Everything that other rows update."""
        return self.widgets() | {row.group for row in self.rows} | {self.fold, self.gloss}


def build(rows: Sequence[Row], plan: Plan) -> Demonstrations:
    """Draws the table with the given rows."""
    with gr.Accordion(_title(len(rows)), open=False, elem_id="demonstrations") as fold:
        return _table(fold, rows, field_boxes.fields_of(plan.task), field_boxes.languages_of(plan))


def _table(
    fold: gr.Accordion, rows: Sequence[Row], fields: Fields, languages: Sequence[Language | None]
) -> Demonstrations:  # fmt: skip
    widgets = tuple(_row(index, rows, fields, languages) for index in range(MAX_ROWS))
    with gr.Row(elem_classes=["xlt-tools"]):
        tools = {
            "add": gr.Button("Add a row", size="sm", elem_id="demo-add"),
            "shuffle": gr.Button("Shuffle", size="sm", elem_id="demo-shuffle"),
            "reset": gr.Button("Reset", size="sm", elem_id="demo-reset"),
            "reload": gr.Button("Reload from the train split", size="sm", elem_id="demo-reload"),
        }
    gloss = gr.HTML(gloss_html(fields, rows), elem_id="demo-gloss")
    return Demonstrations(widgets, gr.State(len(rows)), gr.State(tuple(rows)), gr.State(fields), fold, gloss, **tools)


def read(table: Demonstrations, values: Values) -> tuple[Row, ...]:
    """The rows as they are entered; an unedited one keeps its id and its English version."""
    fields = values[table.fields]
    known = {(*texts_of(fields, row).values(), row.answer): row for row in values[table.drawn]}
    rows = []
    for row in table.rows[: values[table.count]]:
        entered = field_boxes.as_row(fields, row.texts, values, values[row.answer] or "")
        rows.append(known.get((*texts_of(fields, entered).values(), entered.answer)) or entered)
    return tuple(rows)


def show(
    table: Demonstrations, rows: Sequence[Row], fields: Fields, drawn: Sequence[Row] | None = None
) -> Updates:  # fmt: skip
    """The updates that show the rows. drawn: the rows that Reset goes back to from now on."""
    rows = tuple(rows)[:MAX_ROWS]
    updates: Updates = {table.count: len(rows), table.fold: gr.update(label=_title(len(rows)))}
    updates[table.gloss] = gloss_html(fields, rows)
    for index, widgets in enumerate(table.rows):
        used = index < len(rows)
        updates[widgets.group] = gr.update(visible=used)
        updates |= field_boxes.show(fields, widgets.texts, rows[index] if used else Row())
        updates[widgets.answer] = rows[index].answer if used else ""
    return updates | ({} if drawn is None else {table.drawn: tuple(drawn)})


def gloss_html(fields: Fields, rows: Sequence[Row]) -> str:
    """The English of the rows that have a human's, to read beside them; "" where none has."""
    english = [" ".join(filter(None, english_of(fields, row).values())) for row in rows]
    if not any(english):
        return ""
    lines = "".join(f"<li lang='en'>{escape(text) or '–'}</li>" for text in english)
    return details_html("demonstrations/english", "In English", f"<ol>{lines}</ol>")


def set_fields(table: Demonstrations, plan: Plan) -> Updates:
    """The updates that show a box for each field of the plan's task, marked with its language."""
    fields, languages = field_boxes.fields_of(plan.task), field_boxes.languages_of(plan)
    made: Updates = {table.fields: fields}
    for number, row in enumerate(table.rows, 1):
        made |= field_boxes.offer(fields, row.texts, languages, LABEL, number)
        made[row.answer] = gr.update(**language_options(languages[-1]))
    return made


def added(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if len(rows) >= MAX_ROWS:
        raise InputError(f"The table holds at most {MAX_ROWS} demonstrations; remove one first.")
    return (*rows, Row("", ""))


def removed(rows: tuple[Row, ...], index: int) -> tuple[Row, ...]:
    return rows[:index] + rows[index + 1 :]


def moved(rows: tuple[Row, ...], index: int, by: int) -> tuple[Row, ...]:
    """The rows with one moved up (by -1) or down (by 1); the first does not move up, nor the last down."""
    other = index + by
    if not (0 <= index < len(rows) and 0 <= other < len(rows)):
        return rows
    changed = list(rows)
    changed[index], changed[other] = changed[other], changed[index]
    return tuple(changed)


def shuffled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows in another random order, where there is one."""
    changed = list(rows)
    for _ in range(20):
        random.shuffle(changed)
        if tuple(changed) != rows:
            break
    return tuple(changed)


def resized(rows: tuple[Row, ...], drawn: tuple[Row, ...], shots: int) -> tuple[Row, ...]:
    """As many rows as shots: the first rows stay as they are, further ones come from drawn."""
    kept = rows[:shots]
    texts = set(map(whole_text, kept))
    return kept + tuple(row for row in drawn if whole_text(row) not in texts)[: shots - len(kept)]


def _title(count: int) -> str:
    text = "worked examples, shown in this order" if count else "zero-shot: the model sees no worked example"
    return f"Demonstrations ({count}): {text}"


def _row(
    index: int, rows: Sequence[Row], fields: Fields, languages: Sequence[Language | None]
) -> RowWidgets:  # fmt: skip
    row = rows[index] if index < len(rows) else Row("", "")
    number = index + 1
    with gr.Row(visible=index < len(rows), elem_classes=["xlt-demo"], equal_height=False) as group:
        texts = tuple(
            _box(place, text, fields, languages, number) for place, text in enumerate(field_boxes.texts(fields, row))
        )
        answer = gr.Textbox(
            row.answer, label=f"Answer {number}", lines=1, max_lines=3, scale=3, min_width=120,
            elem_id=f"demo-answer-{number}", **language_options(languages[-1]),
        )  # fmt: skip
        with gr.Column(scale=0, min_width=178, elem_classes=["xlt-demo-tools"]):
            up = gr.Button("Up", size="sm", elem_id=f"demo-up-{number}")
            down = gr.Button("Down", size="sm", elem_id=f"demo-down-{number}")
            remove = gr.Button("Remove", size="sm", elem_id=f"demo-remove-{number}")
    return RowWidgets(group, texts, answer, up, down, remove)


def _box(
    place: int, text: str, fields: Fields, languages: Sequence[Language | None], number: int
) -> gr.Textbox:  # fmt: skip
    return gr.Textbox(
        text, label=field_boxes.label(fields, place, LABEL, number), lines=1, max_lines=3, scale=5, min_width=180,
        visible=place < len(fields), elem_id=f"demo-text-{number}" + f"-{place + 1}" * bool(place),
        **language_options(languages[min(place, len(languages) - 1)]),
    )  # fmt: skip
