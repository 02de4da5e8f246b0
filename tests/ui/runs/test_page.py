"""The page Runs in a real browser: runs are listed, opened, named, compared, deleted; files are opened and joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import compare, demonstrations, finished, many_items, needs_chromium, on_tab, option, served
from helpers.comparisons import comparison

from xlt_core.documents import export
from xlt_core.records import Column
from xlt_core.store.store import Store
from xlt_core.sweeps.sweep import Grid, sweep
from xlt_core.ui.shared.run_manager import RunManager

PROMPT = (Column("prompt", "prompt"),)
FEW = Grid(("topic",), ("kin",), shots=(0,), columns=PROMPT, samples=5)
MORE = Grid(("topic",), ("kin",), shots=(0, 1), columns=PROMPT, samples=8)
HEADING = "words => document.querySelector('#runs-heading').innerText.includes(words)"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two finished runs."""
    path = tmp_path_factory.mktemp("runs") / "store.sqlite"
    store = Store(path)
    for grid in (FEW, MORE):
        list(sweep(grid, store))
    store.close()
    return path


@pytest.fixture
def tab(browser: Any, kept: Path, tmp_path: Path) -> Iterator[Any]:
    """The page over a copy of it."""
    mine = tmp_path / "store.sqlite"
    mine.write_bytes(kept.read_bytes())
    with served(Store(mine)) as url:
        opened = on_tab(browser, url, "Runs")
        opened.wait_for_selector("#runs-list label")
        yield opened
        opened.close()


@needs_chromium
@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_a_comparison_that_did_not_finish_opens_again(browser: Any, tmp_path: Path, state: str) -> None:
    store, made = Store(tmp_path / "store.sqlite"), comparison({"prompt": 0.5, "laft": 0.5}, items=8)
    ended = replace(made, runs=(made.runs[0], replace(made.runs[1], state=state)))
    RunManager(lambda: store, public=False).save(ended, "")
    with served(store) as url:
        opened = on_tab(browser, url, "Runs")
        opened.wait_for_selector("#runs-list label")
        assert state in lines(opened)[0]
        tick(opened, "8 items")
        opened.set_default_timeout(30_000)
        opened.wait_for_selector(f".xlt-grid td[data-state='{state}']")
        opened.wait_for_function(HEADING, arg="8 items")
        assert "Something went wrong" not in opened.inner_text("body")
        opened.close()


def tick(tab: Any, words: str) -> None:
    tab.locator(f"#runs-list label:has-text('{words}') input").check()


def lines(tab: Any) -> list[str]:
    return tab.locator("#runs-list label").all_inner_texts()


@needs_chromium
def test_two_runs_are_compared_on_the_items_of_both_and_one_is_named_and_deleted(tab: Any) -> None:
    assert [line.split(" · ")[2] for line in lines(tab)] == ["8 items", "5 items"]
    assert all("done" in line for line in lines(tab)) and "2 of 2 cells" in lines(tab)[0]
    tick(tab, "5 items")
    tick(tab, "8 items")
    tab.wait_for_selector("#runs-comparison >> text=They differ in: samples")
    rows = tab.locator("#runs-comparison tbody tr").all_inner_texts()
    assert len(rows) == 2 and all(row.split("\t")[4] == "5" for row in rows), "of eight items five are in both"
    assert "In none of the 1 pairs" in tab.inner_text("#runs-comparison")
    tab.wait_for_function("!document.querySelector('#runs-heading').innerText.trim()")
    tab.locator("#runs-list label:has-text('5 items') input").uncheck()
    tab.wait_for_function(HEADING, arg="0, 1 shots · 8 items")
    tab.wait_for_selector("#runs-lines .js-plotly-plot")
    tab.fill("#runs-name textarea, #runs-name input", "with <b>one</b> shot")
    tab.click("#runs-rename")
    tab.wait_for_selector("#runs-list >> text=with <b>one</b> shot")
    tab.click("#runs-delete")
    tab.click("#runs-no")
    tab.wait_for_selector("#runs-yes", state="hidden")
    assert len(lines(tab)) == 2
    tab.click("#runs-delete")
    tab.click("#runs-yes")
    tab.wait_for_function("document.querySelectorAll('#runs-list label').length === 1")
    assert "5 items" in lines(tab)[0]
    tab.wait_for_function("!document.querySelector('#runs-heading').innerText.trim()")
    tick(tab, "5 items")
    tab.wait_for_function(HEADING, arg="5 items")
    tab.click("#runs-cell-view > button")
    tab.click("#runs-cell input")
    option(tab).first.click()
    tab.wait_for_function("document.querySelectorAll('#runs-items-table .xlt-table > table > tbody > tr').length === 5")


@needs_chromium
def test_a_file_of_results_opens_and_outputs_of_another_system_join_it(tab: Any, kept: Path, tmp_path: Path) -> None:
    store = Store(kept)
    comparisons = [one for run in store.runs() for one in store.comparisons(run.id)][:2]
    store.close()
    tab.click("#runs-files > button")
    file = tab.locator("#runs-file input[type=file]")
    file.set_input_files({"name": "odd.json", "mimeType": "application/json", "buffer": b"nothing"})
    tab.wait_for_selector("#runs-message >> text=odd.json cannot be opened: it is no JSON")
    tab.locator("#runs-file button[aria-label*='emove'], #runs-file button[aria-label*='lear']").first.click()
    file.set_input_files(_named(tmp_path / "shared.json", export.documents(comparisons)))
    tab.wait_for_function(HEADING, arg="shared")
    assert not tab.locator("#runs-list input:checked").count()
    right = [f"{e.id},This is about **{e.answer}**." for e in comparisons[0].runs[0].examples]
    tab.click("#runs-outputs > button")
    outputs = _named(tmp_path / "oracle.csv", "\n".join(["id,output", *right]))
    tab.locator("#runs-outputs-file input[type=file]").set_input_files(outputs)
    tab.wait_for_selector("#runs-message >> text=oracle is now a column of 2 cells")
    tab.wait_for_selector("#runs-summary >> text=oracle")
    assert "1.00 (0.68 to 1.00)" in tab.inner_text("#runs-summary") and "oracle" in tab.inner_text("#runs-summary")


def _named(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@needs_chromium
def test_what_was_compared_on_test_items_is_kept_by_its_browser(tab: Any) -> None:
    tab.get_by_role("tab", name="Compare", exact=True).click()
    tab.wait_for_function("document.querySelector('#host')?.innerText.includes('pocket @')")
    demonstrations(tab)
    many_items(tab, 12)
    compare(tab)
    assert finished(tab) == ["done"] * 3
    tab.get_by_role("tab", name="Runs", exact=True).click()
    tab.wait_for_selector("#runs-list >> text=12 items")
    tick(tab, "12 items")
    tab.wait_for_function(HEADING, arg="12 items")
    tab.wait_for_selector("#runs-best .js-plotly-plot")
