"""The lessons: each is computed, or was before, and its figures bear out the answer that it teaches."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from xlt_core.comparison.compare import compare
from xlt_core.lessons import claims, study
from xlt_core.lessons.lesson import Lesson, lessons
from xlt_core.settings import ASSETS, ROOT

PAGE = ROOT / "docs" / "classroom.md"


def computed(lesson: Lesson) -> claims.Shown:
    """The lesson's comparison, by the models that are here; else the finished one, or the study, that came with it."""
    if lesson.study:
        return lesson.study
    if not lesson.runs_here():
        return lesson.finished()
    *_, last = compare(lesson.plan)
    return last


def told(lesson: Lesson) -> str:
    """The answer of the lesson on the teacher's page."""
    (row,) = re.findall(rf"\| \d+ \| {re.escape(lesson.title)} \| {lesson.minutes} \| (.+) \|", PAGE.read_text("utf-8"))
    return row


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.title)
def test_the_figures_bear_out_what_a_lesson_teaches(lesson: Lesson) -> None:
    found = claims.outcome(lesson, computed(lesson))
    numbers = re.findall(r"\d+[.,]\d+", told(lesson))
    assert [one for one in numbers if one not in " ".join(found.figures)] == [], "the teacher's page has other figures"
    assert found and found.option == lesson.shows and all(found.figures)
    assert lesson.question.endswith("?") and len(lesson.options) == 3 and (lesson.plan is None) == bool(lesson.study)


def test_a_study_answers_by_its_figures_and_the_classroom_has_them(tmp_path, monkeypatch) -> None:
    (lesson,) = [one for one in lessons() if one.study]
    figures, (beside, alone, _) = lesson.study.figures(), lesson.study.chart().series
    few, more = figures["kin 2.5% alone"], figures["kin 10% beside"]
    assert (alone.values[0], beside.values[1]) == (few, more)
    answer = f"four times as much Kinyarwanda: {more:.2f} bits per byte against {few:.2f}"
    assert told(lesson) == answer
    points = json.loads((ASSETS / lesson.study.points).read_text("utf-8"))["points"]
    monkeypatch.setattr(study, "ASSETS", tmp_path)
    for changed, option in (({"alone": 0.1}, 0), ({"beside": 0.1}, 2), ({"language": "hau"}, None)):
        given = [point | changed if point["share"] == 0.025 else point for point in points]
        (tmp_path / lesson.study.points).write_text(json.dumps({"points": given}))
        found = claims.outcome(lesson, lesson.study)
        assert (found and found.option) == option, changed


def test_a_finished_result_is_that_of_its_lesson() -> None:
    for lesson in filter(lambda one: one.result, lessons()):
        plan, result = lesson.plan, lesson.finished()
        columns = tuple(replace(column, model_revision="") for column in result.plan.columns)
        same = {name: getattr(plan, name) for name in ("task", "language", "model", "shots", "inputs", "seed")}
        assert columns == plan.columns and same == {name: getattr(result.plan, name) for name in same}
        assert len(result.runs[0].examples) == (len(plan.inputs) or plan.samples)


def test_another_setting_answers_nothing() -> None:
    lesson, *_, other, studied = lessons()
    *_, last = compare(replace(other.plan, samples=3))
    assert claims.outcome(lesson, last) is None, "another task"
    assert claims.outcome(other, replace(last, runs=last.runs[:1])) is None, "a column is missing"
    assert claims.outcome(studied, last) is None, "it is about a study"
