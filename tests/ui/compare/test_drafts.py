"""What a visitor has entered outlives a reload and another choice, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from helpers.browser import (
    PATIENCE,
    choose,
    compare,
    demonstrations,
    finished,
    many_items,
    needs_chromium,
    one_input,
)

from xlt_core.formats.values import plain
from xlt_core.records import Comparison, Plan, Row
from xlt_core.ui.fields.draft import Draft, read
from xlt_core.ui.shared import zero_gpu

EDITED = "Ikipe yanjye yatsinze umukino."


@pytest.fixture
def tab(shared_tab: Any) -> Any:
    """The page of a browser that keeps at most what these tests have entered."""
    shared_tab.wait_for_function("document.querySelector('#host')?.innerText.includes('pocket @')")
    demonstrations(shared_tab)
    return shared_tab


def value(tab: Any, field: str) -> str:
    return tab.input_value(f"#{field} textarea")


def edit(tab: Any, field: str, text: str) -> None:
    before = tab.evaluate("localStorage.getItem('xlt-draft')")
    tab.fill(f"#{field} textarea", text)
    tab.press(f"#{field} textarea", "Tab")
    tab.wait_for_function("before => localStorage.getItem('xlt-draft') !== before", arg=before)


@needs_chromium
def test_a_reload_brings_back_what_was_entered(tab: Any) -> None:
    one_input(tab)
    edit(tab, "demo-text-1", EDITED)
    edit(tab, "text", "Abaganga babiri bageze i Huye.")
    tab.reload()
    tab.wait_for_selector("#message >> text=What you had entered is back")
    demonstrations(tab)
    tab.wait_for_function("text => document.querySelector('#demo-text-1 textarea').value === text", arg=EDITED)
    assert value(tab, "text") == "Abaganga babiri bageze i Huye."
    drawn = tab.input_value("#demo-text-2 textarea")
    tab.click("#demo-reset")
    tab.wait_for_function("text => document.querySelector('#demo-text-1 textarea').value !== text", arg=EDITED)
    assert value(tab, "demo-text-2") == drawn, "the others were as drawn"
    tab.click("text=Start afresh")
    tab.wait_for_url("**?fresh")
    tab.wait_for_selector("#demonstrations > button")
    tab.wait_for_function("!(localStorage.getItem('xlt-draft') || '').includes('babiri')")


@needs_chromium
def test_another_task_and_back_keeps_edited_demonstrations(tab: Any) -> None:
    edit(tab, "demo-text-1", EDITED)
    before = tab.input_value("#task input")
    choose(tab, "task", "Entities")
    tab.wait_for_function("text => document.querySelector('#demo-text-1 textarea').value !== text", arg=EDITED)
    choose(tab, "task", before)
    tab.wait_for_function("text => document.querySelector('#demo-text-1 textarea').value === text", arg=EDITED)
    tab.wait_for_timeout(300)  # for an answer that comes behind it
    assert value(tab, "demo-text-1") == EDITED


@needs_chromium
def test_typing_goes_on_while_rows_change(tab: Any) -> None:
    typed = "Imvura yaguye cyane i Huye."  # no test before it leaves this one
    edit(tab, "demo-text-1", typed)
    tab.fill("#demo-answer-1 textarea", "sprts")
    for _ in range(3):
        tab.press("#demo-answer-1 textarea", "ArrowLeft")
    tab.evaluate("document.querySelector('#demo-add').click()")  # the focus stays where it is
    tab.wait_for_selector("#demo-text-5")
    tab.keyboard.type("o")
    assert value(tab, "demo-answer-1") == "sports"
    tab.click("#demo-up-1")
    tab.click("#demo-down-1")
    assert value(tab, "demo-text-2") == typed and value(tab, "demo-answer-2") == "sports"
    tab.click("#demo-add")
    tab.wait_for_selector("#demo-text-6")
    assert value(tab, "demo-text-2") == typed and value(tab, "demo-answer-2") == "sports"
    assert tab.evaluate("document.body.classList.contains('xlt-stale')")
    tab.click("#demo-reset")
    tab.wait_for_selector("#demo-text-5", state="detached")


@needs_chromium
def test_a_reload_does_not_end_a_comparison(tab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reloaded, run = Event(), zero_gpu.run_comparison

    def held(plan: Plan) -> Iterator[Comparison]:
        for snapshot in run(plan):
            yield snapshot
            if snapshot.runs[0].predictions:
                reloaded.wait(PATIENCE / 1000)

    monkeypatch.setattr(zero_gpu, "run_comparison", held)
    many_items(tab, 7)
    compare(tab)
    tab.wait_for_selector("#columns .xlt-column >> text=of 7 items")
    tab.reload()
    tab.wait_for_selector("#stop:not([disabled])")
    tab.wait_for_selector("#columns .xlt-column >> text=of 7 items")
    reloaded.set()
    assert finished(tab) == ["done"] * 3


def test_a_draft_of_another_version_is_left_alone() -> None:
    draft = Draft(Plan("topic", "kin", inputs=(Row("a"),)), {"topic kin world": (Row("a", "b"),)})
    assert read(plain(draft)) == draft and draft.rows == (Row("a", "b"),)
    assert read({"plan": {"task": 3}}) is None and read("") is None and read([1]) is None
