"""The event handler of the lessons: one is opened or left, its finished result or the sheet of all is shown."""

from __future__ import annotations

from collections.abc import Iterator

from xlt_core.lessons.lesson import lessons as all_lessons
from xlt_core.ui.compare import opening
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.compare.form_handlers import show_plan
from xlt_core.ui.fields import lessons, strategies
from xlt_core.ui.shared.updates import Updates, Values


def asked(page: ComparePage, values: Values) -> Iterator[Updates]:
    """Sets the form to the plan of the lesson, if it has one, and shows its steps; or shows its finished result, or
    its study, with what happened."""
    number, what = lessons.chosen(page.lessons, values)
    if not number:
        sheet = {page.lessons.panel: lessons.sheet_html()} if what == "sheet" else {}
        yield lessons.show(page.lessons, 0) | sheet
        return
    lesson = all_lessons()[number - 1]
    if lesson.study:
        opened, told = lessons.show(page.lessons, number), lessons.reveal(page.lessons, values, lesson.study)
        yield told if what == "finished" else opened
    elif what == "finished":
        finished = lesson.finished()
        yield opening.shown(page, finished, "the lesson", values) | lessons.reveal(page.lessons, values, finished)
    else:
        plan = show_plan(page, lesson.plan, strategies.disabled(page.choices.columns, values))
        yield plan | lessons.show(page.lessons, number)
