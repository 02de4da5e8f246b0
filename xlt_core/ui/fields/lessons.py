"""The lessons: plans with a question to answer, read from assets/lessons.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import gradio as gr

from xlt_core.documents.document import read_plan
from xlt_core.records import Plan
from xlt_core.settings import ASSETS
from xlt_core.ui.shared.html import escape


@dataclass(frozen=True)
class Lesson:
    """A plan, the question to answer with it, and what to look for in the result."""

    title: str
    plan: Plan
    question: str
    look_for: str


@cache
def lessons() -> tuple[Lesson, ...]:
    """The lessons in the order of the file; () where there is no file."""
    path = ASSETS / "lessons.json"
    if not path.is_file():
        return ()
    rows = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Lesson(row["title"], read_plan(row["plan"]), row["question"], row["look"]) for row in rows)


def build() -> list[gr.Button]:
    """A button for each lesson."""
    gr.HTML("<p class='xlt-quiet'>Each sets everything and asks a question. Then press Compare.</p>")
    return [
        gr.Button(lesson.title, size="sm", elem_id=f"lesson-{index}", elem_classes=["xlt-lesson"])
        for index, lesson in enumerate(lessons(), 1)
    ]


def lesson_html(lesson: Lesson) -> str:
    """The question of a lesson, and what to look for."""
    return (
        f"<aside class='xlt-lesson-text'><h3>{escape(lesson.title)}</h3><p>{escape(lesson.question)}</p>"
        f"<p><b>Look for:</b> {escape(lesson.look_for)}</p></aside>"
    )
