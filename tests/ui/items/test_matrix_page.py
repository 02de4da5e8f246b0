"""The matrix in a real browser: cells are chosen by mouse and arrow keys, rows sorted and filtered, pages turned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from helpers.browser import PATIENCE, needs_chromium
from helpers.comparisons import comparison

from xlt_core import catalog
from xlt_core.comparison.endings import ended
from xlt_core.documents import shared_result
from xlt_core.records import Comparison, Prediction

PICKS = "all => all.map(one => JSON.parse(one.dataset.cell))"
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`))"""


def made() -> Comparison:
    """Two columns on 40 items; the last item of prompt cannot be read."""
    found = comparison({"prompt": 0.4, "translate": 0.9}, items=40)
    first = found.runs[0]
    unread = replace(first.predictions[-1], answer=None, valid=False)
    runs = (replace(first, predictions=(*first.predictions[:-1], unread)), found.runs[1])
    return replace(found, runs=tuple(ended(run, "done", catalog.task("topic")) for run in runs))


MADE = made()


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    """The page with the result opened, which all tests share."""
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE // 4)
    tab.goto(address + shared_result.link(MADE))
    tab.wait_for_function("document.querySelector('#heading')?.innerText.includes('Opened result')")
    tab.wait_for_selector("#items-table .xlt-pick")
    yield tab
    tab.close()


@pytest.fixture
def tab(page: Any) -> Any:
    """On its first items as they were drawn, on a large screen."""
    page.set_viewport_size({"width": 390, "height": 900})  # only a narrow one shows the menu
    page.get_by_label("Sort by").select_option("as drawn")
    page.wait_for_function("document.querySelector('.xlt-sort-menu option[selected]').value === ''")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    return page


def answer(item: int, column: str) -> Prediction:
    run = next(run for run in MADE.runs if run.name == column)
    return run.predictions[item]


def shows(tab: Any, item: int, column: str) -> None:
    """Waits until the panel shows the cell, which is marked in the table."""
    key = json.dumps([MADE.runs[0].examples[item].id, column])
    tab.wait_for_function("key => document.querySelector('#items-cell .xlt-cell')?.dataset.shown === key", arg=key)
    pressed = tab.eval_on_selector_all("#items-table .xlt-pick[aria-pressed=true]", PICKS)
    assert pressed == [json.loads(key)]


@needs_chromium
def test_a_cell_is_chosen_by_mouse_and_moved_by_arrow_keys_across_pages(tab: Any) -> None:
    assert "40 items, page 1 of 3" in tab.inner_text("#items-page")
    assert tab.locator("#items-table .xlt-pick[tabindex='0']").count() == 1, "one stop for Tab"
    tab.locator("#items-table .xlt-pick").nth(1).click()
    shows(tab, 0, "translate")
    panel = tab.inner_text("#items-cell")
    assert MADE.runs[0].examples[0].text in panel and "item 1 of 40" in panel
    moves = [("ArrowDown", 1, "translate"), ("ArrowLeft", 1, "prompt"), ("End", 14, "prompt")]
    moves += [("ArrowDown", 15, "prompt"), ("ArrowUp", 14, "prompt"), ("Home", 0, "prompt")]
    for key, item, column in moves:
        tab.keyboard.press(key)
        shows(tab, item, column)
    assert tab.evaluate("document.activeElement.matches('.xlt-pick[aria-pressed=true]')")


@needs_chromium
def test_rows_are_filtered_and_sorted(tab: Any) -> None:
    wrong = [n for n in range(40) if any(answer(n, name).answer != MADE.runs[0].examples[n].answer
                                         for name in ("prompt", "translate"))]  # fmt: skip
    tab.get_by_label("Wrong", exact=True).check()
    tab.wait_for_selector(f"#items-page >> text={len(wrong)} items of this kind")
    tab.get_by_label("Not readable").check()
    tab.wait_for_selector("#items-page >> text=1 items of this kind")
    assert tab.locator("#items-table .xlt-cell-bad", has_text="not readable").count() == 1
    tab.get_by_label("Not readable").uncheck()
    tab.get_by_label("Wrong", exact=True).uncheck()
    tab.wait_for_selector("#items-page >> text=40 items, page 1")
    tab.click("#items-next")
    tab.click("#items-next")
    tab.wait_for_selector("#items-page >> text=40 items, page 3 of 3")
    tab.click("#items-previous")
    tab.get_by_label("Wrong", exact=True).check()
    tab.get_by_label("Wrong", exact=True).uncheck()
    tab.wait_for_selector("#items-page >> text=40 items, page 1")
    tab.locator("#items-table th button", has_text="prompt").click()
    tab.wait_for_selector("#items-table th[aria-sort=ascending] >> text=prompt")
    words = tab.locator("#items-table tbody tr td:nth-child(3) .xlt-word").all_inner_texts()
    assert words[0] == "not readable" and set(words[1:]) == {"wrong"}, "what is wrong comes first"
    tab.locator("#items-table th button", has_text="prompt").click()
    tab.wait_for_selector("#items-table th[aria-sort=descending] >> text=prompt")
    assert tab.locator("#items-table tbody tr td:nth-child(3) .xlt-word").first.inner_text() == "right"


@needs_chromium
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_fits_a_phone_and_axe_finds_nothing(tab: Any, width: int, scheme: Any) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(color_scheme=scheme)
    tab.wait_for_function("dark => document.body.classList.contains('dark') === dark", arg=scheme == "dark")
    tab.locator("#items-table .xlt-pick").nth(4).click()
    shows(tab, 2, "prompt")
    if width == 390:
        tab.wait_for_function("Math.abs(document.querySelector('.xlt-cell').getBoundingClientRect().top) < 450")
        tab.click(".xlt-return")
        assert tab.evaluate("document.activeElement.matches('.xlt-pick[aria-pressed=true]')")
        tab.focus(".xlt-sort-menu select")
        tab.get_by_label("Sort by").select_option("prompt: right first")
        tab.wait_for_selector("#items-table tbody tr:first-child td:nth-child(3) >> text=right")
        tab.wait_for_function("document.activeElement.value === '-column:prompt'")
    assert tab.get_by_label("Sort by").is_visible() == (width == 390)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.add_script_tag(content=files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = tab.evaluate(AXE)
    assert not found, "\n".join(found)
