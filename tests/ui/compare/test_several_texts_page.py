"""A task of several texts on the page: a box for each, in the table of demonstrations too, on a phone as well."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest
from helpers.browser import choose, compare, finished, needs_chromium, visit

from xlt_core.documents import document
from xlt_core.records import Column, Plan, Row
from xlt_core.ui.compare import form, form_handlers
from xlt_core.ui.compare import page as page_module
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.shared.run_manager import RunManager

TEXTS = {"premise": "Aline yafunguye ibitaro i Huye.", "hypothesis": "Aline yafunguye ibitaro i Kigali."}
COLUMNS = (Column("prompt", "prompt"), Column("translate", "translate"))


@pytest.fixture(scope="module")
def page() -> ComparePage:
    with gr.Blocks() as blocks:
        return page_module.build(blocks, gr.HTML(), RunManager(), gr.BrowserState(""))


def opened(page: ComparePage, plan: Plan) -> dict[Any, Any]:
    """The values of the form once it shows a plan."""
    values = {widget: getattr(widget, "value", None) for widget in page.form_widgets()}
    return after(values, form_handlers.show_plan(page, plan))


def after(values: dict[Any, Any], updates: dict[Any, Any]) -> dict[Any, Any]:
    plain = {w: u.get("value", values.get(w)) if isinstance(u, dict) and "__type__" in u else u
             for w, u in updates.items()}  # fmt: skip
    return values | plain


def test_a_plan_of_several_texts_is_shown_and_read_again(page: ComparePage) -> None:
    plan = Plan("nli", "kin", COLUMNS, inputs=(Row("", "contradiction", texts=TEXTS),), shots=2)
    read = form.read(page, opened(page, document.decode(document.encode(plan))))
    assert read.inputs[0].texts == TEXTS and read.inputs[0].answer == "contradiction"
    assert [set(row.texts) for row in read.demonstrations or ()] == [{"premise", "hypothesis"}] * 2
    assert all(row.english_texts["premise"] for row in read.demonstrations or ()), "an unedited row keeps its English"


def test_another_task_brings_its_own_boxes_items_and_demonstrations(page: ComparePage) -> None:
    values = opened(page, Plan("topic", "kin", COLUMNS, inputs=(Row("Aline yasomye igitabo"),), shots=2))
    values[page.choices.task] = "qa"
    *_, updates = form_handlers.choices_changed(page, values)
    shown = [updates[box]["visible"] for box in page.inputs.texts]
    assert shown == [True, True, False] and updates[page.inputs.texts[1]]["label"] == "Question"
    read = form.read(page, after(values, updates))
    assert set(read.inputs[0].texts) == {"passage", "question"} and read.inputs[0].answer
    assert all(row.texts["question"] for row in read.demonstrations or ())


@needs_chromium
def test_two_texts_are_typed_and_compared_on_a_phone(blank: Any, address: str) -> None:
    blank.set_viewport_size({"width": 390, "height": 844})
    visit(blank, address)
    blank.click("#choices-fold > button")
    choose(blank, "task", "Inference")
    blank.evaluate("document.querySelector('#demonstrations > button:not(.open)')?.click()")
    blank.wait_for_selector("#demo-text-1-2 textarea")
    blank.get_by_label("One input", exact=True).check()
    blank.wait_for_selector("#text-2 textarea")
    for name, text in (("text", TEXTS["premise"]), ("text-2", TEXTS["hypothesis"])):
        blank.fill(f"#{name} textarea", text)
    labels = blank.locator("#demo-text-1 label span, #demo-text-1-2 label span").all_inner_texts()
    assert [label.strip() for label in labels] == ["Premise 1", "Hypothesis 1"]
    compare(blank)
    assert set(finished(blank)) == {"done"}
    sent = blank.locator(".xlt-column[data-strategy=prompt] .xlt-sent").last.text_content()
    assert f"Premise: {TEXTS['premise']}\nHypothesis: {TEXTS['hypothesis']}\nRelation:" in sent
    assert "never trained on the task Inference" in blank.inner_text("#mismatch")
    assert blank.evaluate("document.documentElement.scrollWidth") <= 390
