"""The lessons: each is computed, and its figures bear out the answer that it teaches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlt_core.comparison.compare import compare
from xlt_core.lessons import claims
from xlt_core.lessons.lesson import Lesson, lessons
from xlt_core.records import Comparison


def computed(lesson: Lesson) -> Comparison:
    """The lesson's comparison, by the models that are here; else the finished one that came with it."""
    if not lesson.runs_here():
        return lesson.finished()
    *_, last = compare(lesson.plan)
    return last


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.title)
def test_the_figures_bear_out_what_a_lesson_teaches(lesson: Lesson) -> None:
    found = claims.outcome(lesson, computed(lesson))
    assert found and found.option == lesson.shows and all(found.figures)
    assert lesson.question.endswith("?") and len(lesson.options) == 3


def test_a_finished_result_is_that_of_its_lesson() -> None:
    for lesson in filter(lambda one: one.result, lessons()):
        plan, result = lesson.plan, lesson.finished()
        columns = tuple(replace(column, model_revision="") for column in result.plan.columns)
        same = {name: getattr(plan, name) for name in ("task", "language", "model", "shots", "inputs", "seed")}
        assert columns == plan.columns and same == {name: getattr(result.plan, name) for name in same}
        assert len(result.runs[0].examples) == (len(plan.inputs) or plan.samples)


def test_another_setting_answers_nothing() -> None:
    lesson, other = lessons()[0], lessons()[-1]
    *_, last = compare(replace(other.plan, samples=3))
    assert claims.outcome(lesson, last) is None, "another task"
    assert claims.outcome(other, replace(last, runs=last.runs[:1])) is None, "a column is missing"
