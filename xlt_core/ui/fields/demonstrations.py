"""The table of demonstrations: rows are edited, added, removed, moved, shuffled, reset and drawn again.

The rows are one widget, since the time in which the page opens grows with its widgets: a form in plain HTML, whose
value holds them as dicts, and for which choices they are. The page's script draws it, and moves and removes its rows
(assets/page.js).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.formats.fields import english_of, make_row, texts_of, whole_text
from xlt_core.records import InputError, Language, Plan, Row
from xlt_core.ui.fields import field_boxes, server_value
from xlt_core.ui.fields.field_boxes import Fields
from xlt_core.ui.shared.html import details_html, escape, language_attributes
from xlt_core.ui.shared.limits import MAX_ROWS
from xlt_core.ui.shared.updates import Updates, Values

LABEL = "Text"  # of a task's only text
ANSWER = "answer"  # beside the names of the fields
TOOLS = {"up": -1, "down": 1, "remove": 0}  # by how many places a row's button moves it


@dataclass(frozen=True)
class Demonstrations:
    """The widgets. rows: the form; row: the HTML of one; drawn: the rows as they were drawn last, for Reset; fields:
    those of the task."""

    rows: gr.HTML
    row: gr.HTML
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
        return {self.rows, self.drawn, self.fields}

    def outputs(self) -> set[Any]:
        """Everything that other rows update."""
        return self.widgets() | {self.row, self.fold, self.gloss}


def build(rows: Sequence[Row], plan: Plan) -> Demonstrations:
    """Draws the table with the given rows."""
    fields = field_boxes.fields_of(plan.task)
    with gr.Accordion(title(len(rows)), open=False, elem_id="demonstrations") as fold:
        form = gr.HTML(_value(plan, rows), html_template="", apply_default_css=False,
                       js_on_load="xltRows(element, props, watch, trigger, 'demonstrations')")  # fmt: skip
        row = server_value.build(_row_html(plan), "demonstrations")
        with gr.Row(elem_classes=["xlt-tools"]):
            tools = {
                "add": gr.Button("Add a row", size="sm", elem_id="demo-add"),
                "shuffle": gr.Button("Shuffle", size="sm", elem_id="demo-shuffle"),
                "reset": gr.Button("Reset", size="sm", elem_id="demo-reset"),
                "reload": gr.Button("Reload from the train split", size="sm", elem_id="demo-reload"),
            }
        gloss = gr.HTML(gloss_html(fields, rows), elem_id="demo-gloss")
    return Demonstrations(form, row, gr.State(tuple(rows)), gr.State(fields), fold, gloss, **tools)


def read(table: Demonstrations, values: Values) -> tuple[Row, ...]:
    """The rows as they are entered; an unedited one keeps its id and its English version. What a browser sends that is
    no row counts as nothing entered."""
    fields, sent = values[table.fields], _sent(table, values).get("rows")
    known = {_cells(fields, row): row for row in values[table.drawn]}
    entered = [_entered(fields, one) for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []
    return tuple(known.get(_cells(fields, row), row) for row in entered[:MAX_ROWS])


def belong_to(table: Demonstrations, values: Values, plan: Plan) -> bool:
    """Whether the rows are those of the plan's task and language: a moment after another choice they are not yet."""
    return _sent(table, values).get("of") == _of(plan)


def show(table: Demonstrations, rows: Sequence[Row], plan: Plan, drawn: Sequence[Row] | None = None) -> Updates:
    """The updates that show the rows as the plan's. drawn: the rows that Reset goes back to from now on."""
    rows, fields = tuple(rows)[:MAX_ROWS], field_boxes.fields_of(plan.task)
    updates: Updates = {table.rows: _value(plan, rows), table.gloss: gloss_html(fields, rows)}
    updates[table.fold] = gr.update(label=title(len(rows)))
    return updates | ({} if drawn is None else {table.drawn: tuple(drawn)})


def gloss_html(fields: Fields, rows: Sequence[Row]) -> str:
    """The English of the rows that have a human's, to read beside them; "" where none has."""
    english = [" ".join(filter(None, english_of(fields, row).values())) for row in rows]
    if not any(english):
        return ""
    lines = "".join(f"<li lang='en'>{escape(text) or '–'}</li>" for text in english)
    return details_html("demonstrations/english", "In English", f"<ol>{lines}</ol>")


def set_fields(table: Demonstrations, plan: Plan) -> Updates:
    """The updates that show a box for each field of the plan's task, marked with its language. They set no text."""
    return {table.fields: field_boxes.fields_of(plan.task), table.row: _row_html(plan)}


def added(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if len(rows) >= MAX_ROWS:
        raise InputError(f"The table holds at most {MAX_ROWS} demonstrations; remove one first.")
    return (*rows, Row("", ""))


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


def title(count: int) -> str:
    """What the table is called with so many rows."""
    text = "worked examples, shown in this order" if count else "zero-shot: the model sees no worked example"
    return f"Demonstrations ({count}): {text}"


def _cells(fields: Fields, row: Row) -> tuple[str, ...]:
    return (*texts_of(fields, row).values(), row.answer)


def _value(plan: Plan, rows: Sequence[Row]) -> dict[str, Any]:
    """The plan's rows as the value of the form."""
    fields = field_boxes.fields_of(plan.task)
    return {"of": _of(plan), "rows": [{**texts_of(fields, row), ANSWER: row.answer} for row in rows]}


def _of(plan: Plan) -> str:
    return f"{plan.task} {catalog.language(plan.language).code}"


def _sent(table: Demonstrations, values: Values) -> dict[str, Any]:
    """The value of the form; {} for what is none."""
    return sent if isinstance(sent := values[table.rows], dict) else {}


def _entered(fields: Fields, sent: dict[str, Any]) -> Row:
    """A row of the form's value."""
    texts = {name: text for name in (*fields, ANSWER) if isinstance(text := sent.get(name), str)}
    return make_row({name: texts.get(name, "") for name in fields}, texts.get(ANSWER, ""))


def _row_html(plan: Plan) -> str:
    """A row of the form, in which {n} stands for its number."""
    fields, languages = field_boxes.fields_of(plan.task), field_boxes.languages_of(plan)
    boxes = "".join(
        _box(name, "text-{n}" + f"-{place}" * (place > 1), field_boxes.label(fields, place - 1, LABEL), language)
        for place, (name, language) in enumerate(zip(fields, languages, strict=False), 1)
    )
    boxes += _box(ANSWER, "answer-{n}", "Answer", languages[-1])
    buttons = "".join(
        f"<button type='button' id='demo-{name}-{{n}}' data-by='{by}' aria-label='{name.title()}, row {{n}}'>"
        f"{name.title()}</button>" for name, by in TOOLS.items()
    )  # fmt: skip
    return f"<div class='xlt-demo'>{boxes}<div class='xlt-demo-tools'>{buttons}</div></div>"


def _box(name: str, element_id: str, label: str, language: Language | None) -> str:
    return (f"<div id='demo-{element_id}'><label><span>{escape(label)} {{n}}</span><textarea name='{name}' rows='1' "
            f"spellcheck='false' {language_attributes(language)}></textarea></label></div>")  # fmt: skip
