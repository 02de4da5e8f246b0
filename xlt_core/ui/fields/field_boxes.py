"""Text boxes for the fields of a task: as many as any task has, of which those of the chosen one are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.formats.fields import label_of, make_row, texts_of
from xlt_core.records import InputError, Language, Plan, Row
from xlt_core.ui.shared.html import html_language
from xlt_core.ui.shared.updates import Updates, Values

Boxes = tuple[gr.Textbox, ...]
Fields = tuple[str, ...]


def most() -> int:
    """How many fields a task has at most."""
    return max(len(task.fields) for task in catalog.tasks().values())


def language_options(language: Language | None) -> dict[str, Any]:
    """The arguments of a text box for text in a language."""
    if language is None:
        return {}
    attributes = gr.InputHTMLAttributes(lang=html_language(language), spellcheck=False)
    return {"html_attributes": attributes, "rtl": language.direction == "rtl"}


def languages_of(plan: Plan) -> tuple[Language | None, ...]:
    """The language of each field, and behind them that of the answer: a passage may be in English."""
    try:
        elsewhere = catalog.dataset(plan.dataset).written_in(plan.task, plan.language)
    except InputError:
        elsewhere = {}
    return tuple(catalog.by_code(elsewhere.get(name, plan.language)) for name in (*fields_of(plan.task), "answer"))


def fields_of(task: str) -> Fields:
    return catalog.task(task).fields


def label(fields: Fields, index: int, alone: str) -> str:
    """A box's label. alone: that of a task's only field."""
    return alone if len(fields) == 1 or index >= len(fields) else label_of(fields[index])


def texts(fields: Fields, row: Row) -> list[str]:
    """The texts of a row, and "" for the boxes that its task does not have."""
    own = list(texts_of(fields, row).values())
    return [*own, *[""] * (most() - len(own))]


def written(fields: Fields, boxes: Boxes, values: Values) -> dict[str, str]:
    """The texts that are entered, by field."""
    return {name: values[box] or "" for name, box in zip(fields, boxes, strict=False)}


def as_row(fields: Fields, boxes: Boxes, values: Values, answer: str) -> Row:
    return make_row(written(fields, boxes, values), answer)


def show(fields: Fields, boxes: Boxes, row: Row) -> Updates:
    """The updates that fill the boxes."""
    return dict(zip(boxes, texts(fields, row), strict=True))


def offer(fields: Fields, boxes: Boxes, languages: Sequence[Language | None], alone: str) -> Updates:
    """The updates that show the boxes of a task, each in its language. They set no value."""
    made: Updates = {}
    for index, box in enumerate(boxes):
        spoken = languages[min(index, len(languages) - 1)]
        made[box] = gr.update(visible=index < len(fields), label=label(fields, index, alone),
                              **language_options(spoken))  # fmt: skip
    return made
