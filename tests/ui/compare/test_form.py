"""What the form of Compare makes of other shots, of links and of labels, without a browser."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from xlt_core.documents import document
from xlt_core.lessons.lesson import Lesson, lessons
from xlt_core.records import Column, InputError, Plan, Row
from xlt_core.ui.compare import drafts, form, form_handlers, row_handlers, sample
from xlt_core.ui.compare import page as page_module
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.fields import demonstrations, inputs, strategies
from xlt_core.ui.shared.last_request import Requests, last_only
from xlt_core.ui.shared.limits import MAX_ROWS
from xlt_core.ui.shared.run_manager import RunManager


@pytest.fixture(scope="module")
def page() -> ComparePage:
    with gr.Blocks() as blocks:
        return page_module.build(blocks, gr.HTML(), RunManager(), gr.BrowserState(""))


def opened(page: ComparePage, plan: Plan) -> dict[Any, Any]:
    """The values of the form once it shows a plan."""
    return after({widget: getattr(widget, "value", None) for widget in page.form_widgets()},
                 form_handlers.show_plan(page, plan))  # fmt: skip


def after(values: dict[Any, Any], *every: dict[Any, Any]) -> dict[Any, Any]:
    """The values after updates."""
    for updates in every:
        values = values | {w: u.get("value", values.get(w)) if isinstance(u, dict) and "__type__" in u else u
                           for w, u in updates.items()}  # fmt: skip
    return values


@pytest.fixture(scope="module")
def columns(page: ComparePage) -> tuple[Column, ...]:
    """Those of the page as it opens."""
    return form.read(page, opened(page, sample.default_plan())).columns


@pytest.fixture(scope="module")
def enabled(page: ComparePage, columns: tuple[Column, ...]) -> list[str]:
    """The strategies that can be ticked where nothing is missing."""
    return running(page, form_handlers.open_link(page, Plan("topic", "kin", columns)))


def running(page: ComparePage, updates: dict[Any, Any]) -> list[str]:
    """The strategies for which the updates say no reason why they cannot run."""
    return [name for name in strategies.all_names() if name not in updates[page.choices.columns.reasons]]


def test_more_shots_are_still_those_that_the_seed_draws(page: ComparePage, columns: tuple[Column, ...]) -> None:
    values = opened(page, Plan("topic", "kin", columns, inputs=(Row("Aline yasomye igitabo"),), shots=4))
    values |= {page.choices.shots: 6, page.requests: Requests()}
    plan = form.read(page, after(values, *row_handlers.shots_changed(page, values)))
    assert len(plan.demonstrations or ()) == 6
    assert "--shots 6" in document.command(plan) and "--plan" not in document.command(plan)


def test_as_many_shots_as_before_leave_the_rows_as_they_are(page: ComparePage, columns: tuple[Column, ...]) -> None:
    values = opened(page, Plan("topic", "kin", columns, shots=4)) | {page.requests: Requests()}
    assert list(row_handlers.shots_changed(page, values)) == []


@pytest.mark.parametrize("task", ["topic", "ner"], ids=["the same task", "another task"])
def test_shots_behind_another_choice_show_what_both_ask_for(
    page: ComparePage, columns: tuple[Column, ...], task: str
) -> None:
    values = opened(page, Plan("topic", "kin", columns, shots=4)) | {page.requests: Requests()}
    values[page.requests].begin(), values[page.requests].begin()
    values |= {page.choices.task: task, page.choices.shots: 2}
    plan = form.read(page, after(values, *row_handlers.shots_changed(page, values)))
    assert plan.demonstrations == form_handlers.draw(replace(plan, demonstrations=None)) and plan.shots == 2


def test_the_form_keeps_all_of_a_lesson(page: ComparePage) -> None:
    for lesson in filter(Lesson.runs_here, lessons()):
        plan = form.read(page, opened(page, lesson.plan))
        rows = plan.demonstrations or ()
        assert replace(plan, demonstrations=lesson.plan.demonstrations, samples=lesson.plan.samples) == lesson.plan
        assert len(rows) == lesson.plan.shots and lesson.plan.demonstrations in (None, rows)


NO_KNOBS = ["order", {"order": ["shuffled"]}, {"order": None, "more": "1"}]


@pytest.mark.parametrize("sent", [None, *NO_KNOBS, *({"knobs": {"prompt": prompt}} for prompt in NO_KNOBS)])
def test_what_a_browser_sends_that_is_no_form_of_knobs_changes_none(page: ComparePage, sent: Any) -> None:
    values = opened(page, sample.default_plan()) | {page.choices.columns.knobs: sent}
    assert not form.read(page, values).columns[0].knobs


@pytest.mark.parametrize("sent", [None, "prompt", ["prompt"], {"ticked": {"prompt": 1}}, {"ticked": ["x", 1, None]}])
def test_what_a_browser_sends_that_is_no_form_of_boxes_ticks_none(page: ComparePage, sent: Any) -> None:
    values = opened(page, sample.default_plan()) | {page.choices.columns.boxes: sent}
    with pytest.raises(InputError, match="No strategy is chosen"):
        form.read(page, values)


def test_an_item_of_another_choice_is_not_asked(page: ComparePage, columns: tuple[Column, ...]) -> None:
    item = inputs.first_item(Plan("topic", "kin"))
    values = opened(page, Plan("topic", "kin", columns, inputs=(item,), shots=2)) | {page.draft: None}
    other = {page.choices.language: "hau"}
    assert form.read(page, values).inputs == (item,)
    assert form.read(page, values | other).inputs == (inputs.first_item(Plan("topic", "hau")),)
    typed = form.read(page, values | other | {page.inputs.texts[0]: "Ikipe yanjye"})
    assert [row.text for row in typed.inputs] == ["Ikipe yanjye"]


@pytest.mark.parametrize(
    ("sent", "read"),
    [(None, ()), ("<b>", ()), ({"text": "a"}, ()), ([3, None, "a", ["a"]], ()),
     ([{"text": "a", "answer": 3, "id": "1"}, {"answer": "b"}], (Row("a"), Row("", "b"))),
     ([{"text": "a"}] * 99, (Row("a"),) * MAX_ROWS)],
)  # fmt: skip
def test_what_a_browser_sends_that_is_no_row_is_no_demonstration(
    page: ComparePage, sent: Any, read: tuple[Row, ...]
) -> None:  # fmt: skip
    values = opened(page, Plan("topic", "kin"))
    for value in ({"of": "topic kin", "rows": sent}, sent):
        found = demonstrations.read(page.demonstrations, values | {page.demonstrations.rows: value})
        assert found == (read if isinstance(value, dict) and "rows" in value else ())


def test_rows_of_another_choice_are_not_asked_with_nor_kept(page: ComparePage, columns: tuple[Column, ...]) -> None:
    """What is pressed in the moment before the rows of a new task or language are there."""
    edited = (Row("Ikipe yanjye", "sports"),)
    values = opened(page, Plan("topic", "kin", columns, demonstrations=edited, samples=3)) | {page.draft: None}
    values |= {page.choices.shots: 1}
    assert form.read(page, values).demonstrations == edited
    values |= drafts.keep(page, values | {page.demonstrations.drawn: ()})
    for other in ({page.choices.language: "hau"}, {page.choices.task: "ner"}):
        plan = form.read(page, values | other)
        assert plan.demonstrations is None and plan.shots == 1
        assert drafts.keep(page, values | other) == {page.draft: gr.skip()}
        added = row_handlers.change_rows(demonstrations.added, page, values | other)
        texts = [row.text for row in demonstrations.read(page.demonstrations, values | added)]
        assert texts == [*(row.text for row in form_handlers.draw(plan)), ""]
    behind = {page.demonstrations.rows: {"of": "topic hau", "rows": [{"text": "Wasan", "answer": "sports"}]}}
    assert form.read(page, values | behind).demonstrations == edited, "as they were edited earlier"


GONE = [{"model": "/nowhere/mine"}, {"translator": "/nowhere/mine"}, {"dataset": "mine.csv"},
        {"model": "/nowhere/mine", "dataset": "mine.csv"}]  # fmt: skip


@pytest.mark.parametrize("change", GONE)
def test_a_link_says_what_is_missing_here_and_offers_what_there_is(
    page: ComparePage, columns: tuple[Column, ...], enabled: list[str], change: dict[str, str]
) -> None:
    updates = form_handlers.open_link(page, Plan("topic", "kin", columns, inputs=(Row("Umukino"),), **change))
    said = updates[page.message]
    assert all(value in said for value in change.values()) and "Press Compare to run it" in said
    assert updates[page.buttons.compare]["interactive"]
    assert running(page, updates) == enabled and enabled


def test_a_change_of_mode_stands_in_for_an_earlier_choice_that_is_still_at_work(page: ComparePage) -> None:
    values = opened(page, sample.default_plan()) | {page.requests: Requests()}
    values |= {page.inputs.mode: inputs.MANY}
    change = last_only(page.requests, partial(form_handlers.mode_changed, page), {page.message: gr.skip()})
    *_, alone = change(values)
    values[page.requests].begin()  # such as the choice of the language, whose answer is dropped from now on
    *_, both = change(values)
    assert alone[page.inputs.one] == both[page.inputs.one] == gr.update(visible=False)
    assert page.choices.language in both and page.choices.language not in alone


def test_rows_are_sent_again_behind_a_choice_that_is_still_at_work(page: ComparePage) -> None:
    """Its rows may be on their way to the page, where those that are entered are still seen."""
    edited = (Row("Ikipe yanjye", "sports"), *form_handlers.draw(sample.default_plan())[1:])
    plan = replace(sample.default_plan(), demonstrations=edited, inputs=())
    values = opened(page, plan) | {page.demonstrations.drawn: form_handlers.draw(plan), page.draft: None}
    values |= {page.requests: Requests(), page.choices.shots: len(edited)}
    values[page.requests].begin()
    (alone,) = form_handlers.choices_changed(page, values)
    values[page.requests].begin()
    (behind,) = form_handlers.choices_changed(page, values)
    assert page.demonstrations.rows not in alone
    assert demonstrations.read(page.demonstrations, after(values, behind)) == edited


def test_a_page_without_a_finished_sample_draws_demonstrations_as_it_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "finished_sample", lambda: None)
    with gr.Blocks() as blocks:
        empty = page_module.build(blocks, gr.HTML(), RunManager(), gr.BrowserState(""))
    load = next(fn.fn for fn in blocks.fns.values() if fn.targets[0][1] == "load" and fn.inputs == [empty.draft])
    opening = load({empty.draft: None}, SimpleNamespace(query_params={}))
    assert len(opening[empty.demonstrations.drawn]) == sample.default_plan().shots > 0


def test_a_plan_of_one_item_fits_the_slider() -> None:
    with gr.Blocks():
        samples = inputs.build(Plan("topic", "kin", samples=1)).samples
    assert samples.preprocess(samples.value) == 1
