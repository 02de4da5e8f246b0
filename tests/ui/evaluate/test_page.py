"""The page Evaluate in a real browser: a sweep fills in, outlives its tab, is stopped, goes on, and is taken away."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

from helpers.browser import PATIENCE, needs_chromium, on_tab, served
from helpers.browser import choose as choose_option

from xlt_core.formats.values import plain
from xlt_core.records import Column, Comparison
from xlt_core.store.store import Store, StoredCell
from xlt_core.sweeps.sweep import Grid, cells

TINY = Grid(("topic",), ("kin",), shots=(0, 2), columns=(Column("prompt", "prompt"),), samples=4)
HEADING = "words => document.querySelector('#evaluate-heading').innerText.includes(words)"
DONE = """() => document.querySelector('#evaluate-heading').innerText.includes('Results') &&
  [...document.querySelectorAll('#evaluate-progress td')].every(field => (field.dataset.state || 'done') === 'done')"""
STATES = "all => all.map(field => field.dataset.state)"


def choose(tab: Any, samples: int, shots: tuple[str, ...], strategies: tuple[str, ...] = ("prompt",)) -> None:
    """Sets the grid: topic in Kinyarwanda."""
    tab.uncheck("#evaluate-tasks >> text=Entities")
    for _ in range(2):  # the first language stays
        tab.press("#evaluate-languages input", "Backspace")
    for name in {"prompt", "translate", "laft"} - set(strategies):
        tab.uncheck(f"#evaluate-strategy-{name} input")
    for number in {"0", "2", "4"} - set(shots):
        tab.get_by_role("checkbox", name=number, exact=True).uncheck()
    tab.fill("#evaluate-samples input", str(samples))
    tab.press("#evaluate-samples input", "Tab")
    answers = samples * len(shots) * len(strategies)
    tab.wait_for_function("n => document.querySelector('#evaluate-size b')?.innerText === n", arg=f"{answers:,}")


def states(tab: Any) -> list[str]:
    return tab.eval_on_selector_all("#evaluate-progress td[data-state]", STATES)


class Gated(Store):
    """A store that takes some answers, and lets whoever brings more wait until it is opened."""

    def __init__(self, path: Path, freely: int) -> None:
        super().__init__(path)
        self.left, self.gate = freely, Event()

    def keep(self, *given: Any) -> None:
        self.left -= 1
        assert self.left >= 0 or self.gate.wait(PATIENCE / 1000)
        super().keep(*given)


@needs_chromium
def test_a_sweep_outlives_its_tab_stops_goes_on_and_is_taken_away(browser: Any, tmp_path: Path) -> None:
    store = Gated(tmp_path / "store.sqlite", 28)  # of 40; 24 are to measure the cost
    with served(store) as url:
        tab = on_tab(browser, url, "Evaluate")
        tab.wait_for_function(HEADING, arg="A finished example")
        tab.wait_for_selector("#evaluate-lines .js-plotly-plot")
        choose(tab, 20, ("0", "2"))
        tab.click("#evaluate-start")
        tab.wait_for_selector("#evaluate-progress td[data-state=running]")
        tab.close()

        tab = on_tab(browser, url, "Evaluate")
        tab.wait_for_function(HEADING, arg="Running")
        assert "Topic in Kinyarwanda · 0, 2 shots · 20 items" in tab.inner_text("#evaluate-heading")
        tab.wait_for_selector("#evaluate-progress td[data-state=running]")
        tab.click("#evaluate-stop")
        tab.wait_for_selector("#evaluate-message >> text=Stopping")
        store.gate.set()
        tab.wait_for_function(HEADING, arg="Results")
        assert states(tab)[1] == "waiting"
        tab.click("#evaluate-resume")
        tab.wait_for_function(DONE)
        tab.wait_for_selector("#evaluate-lines .js-plotly-plot")
        assert "prompt" in tab.inner_text("#evaluate-summary") and not tab.is_visible("#evaluate-resume")
        with tab.expect_download() as download:
            tab.click("#evaluate-download")
        report = tmp_path / download.value.suggested_filename
        download.value.save_as(report)
        tab.close()
    assert store.left == 28 - 40, "no answer was computed twice"
    assert "Topic in Kinyarwanda" in opened_from_disk(browser, report)


def opened_from_disk(browser: Any, report: Path) -> str:
    """The text of a report, which asks for nothing but itself."""
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_selector("[data-figure] .main-svg")
    text = page.inner_text("body")
    page.close()
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [report.as_uri()]
    return text


@needs_chromium
def test_what_failed_stands_apart_with_its_reason_and_is_tried_again(browser: Any, tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite")
    begun = [StoredCell(i, cell.plan, cell.state, "") for i, cell in enumerate(cells(TINY))]
    run = store.begin("sweep", plain(TINY), begun)
    store.end(run, 1, Comparison(begun[1].plan, ()), "failed", "the cable is out")
    store.close()
    with served(Store(tmp_path / "store.sqlite")) as url:
        tab = on_tab(browser, url, "Evaluate")
        tab.wait_for_function(HEADING, arg="Results")
        choose_option(tab, "evaluate-run", "A finished example")
        tab.wait_for_function(HEADING, arg="A finished example")
        for name in ("Runs", "Evaluate"):
            tab.get_by_role("tab", name=name, exact=True).click()
        tab.wait_for_selector("#evaluate-heading")
        assert "A finished example" in tab.inner_text("#evaluate-heading"), "the chosen run stays"
        choose_option(tab, "evaluate-run", "Topic in Kinyarwanda")
        tab.wait_for_function(HEADING, arg="Results")
        assert states(tab) == ["waiting", "failed"]
        assert "the cable is out" in tab.inner_text(".xlt-problems")
        tab.get_by_role("button", name="Retry what failed").click()
        tab.wait_for_function(DONE)
        assert states(tab) == ["done"] * 2
        assert not tab.locator(".xlt-problems").count() and not tab.is_visible("#evaluate-resume")
        tab.close()


@needs_chromium
def test_on_a_public_page_the_cost_is_told_and_two_browsers_see_only_their_own(browser: Any, tmp_path: Path) -> None:
    with served(Store(tmp_path / "store.sqlite"), public=True) as url:
        mine, yours = browser.new_context(), browser.new_context()
        tab = on_tab(mine, url, "Evaluate")
        choose(tab, 4, ("0",))
        tab.click("#evaluate-estimate")
        tab.wait_for_function("document.querySelector('#evaluate-size').innerText.includes('About 4 calls')")
        tab.wait_for_selector("#evaluate-stop[disabled]")
        tab.click("#evaluate-start")
        tab.wait_for_function("() => document.querySelectorAll('#evaluate-progress td[data-state=done]').length === 1")
        tab.close()
        tab = on_tab(mine, url, "Runs")  # a browser keeps its key
        tab.wait_for_selector("#runs-list label:has-text('Topic in Kinyarwanda')")
        other = on_tab(yours, url, "Evaluate")
        other.wait_for_function(HEADING, arg="A finished example")
        other.get_by_role("tab", name="Runs", exact=True).click()
        other.wait_for_selector("#runs-empty >> text=Nothing is kept yet")
        assert not other.locator("#runs-list label:has-text('Topic')").count()
        other.get_by_role("tab", name="Evaluate", exact=True).click()
        other.fill("#evaluate-samples input", "5000")
        other.click("#evaluate-start")
        other.wait_for_function("document.querySelector('#evaluate-message').innerText.includes('from 1 to 100')")
        mine.close()
        yours.close()
