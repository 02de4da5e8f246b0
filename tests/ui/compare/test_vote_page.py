"""A blind vote over twenty summaries by two columns, in a real browser: closed in the middle, gone on, and exported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import choose, compare, finished, many_items, needs_chromium, only, served, visit

from xlt_core.store.store import Store


@pytest.fixture
def voting(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """The page with summaries by prompt and translate."""
    with served(Store(tmp_path / "store.sqlite")) as url:
        tab = browser.new_page()
        tab.set_default_timeout(60_000)
        visit(tab, url)
        choose(tab, "task", "Summary")
        tab.wait_for_function("document.querySelector('#demo-answer-1 textarea')?.value.split(' ').length > 2")
        only(tab, "prompt", "translate")
        many_items(tab, 30)
        compare(tab)
        assert finished(tab, 2) == ["done"] * 2
        tab.click("#vote > button:not(.open)")
        yield tab
        tab.close()


def item(tab: Any) -> str:
    return tab.get_attribute("#vote-card .xlt-vote", "data-item")


def press(tab: Any, button: str) -> None:
    before = item(tab)
    tab.click(f"#vote-{button}")
    tab.wait_for_function(
        """old => { const card = document.querySelector('#vote-card .xlt-vote');
        return !card || card.dataset.item !== old || document.querySelector('#vote-result')?.innerText; }""",
        arg=before,
    )


@needs_chromium
def test_twenty_summaries_are_voted_on_blindly_and_exported_with_the_sign_test(voting: Any) -> None:
    tab = voting
    tab.click("#vote-begin")
    tab.wait_for_selector("#vote-card .xlt-vote")
    card = tab.inner_text("#vote-card")
    assert "0 of" in card and "prompt" not in card.lower() and "translate" not in card.lower()
    runs = [run["predictions"] for run in document(tab)["runs"]]
    gold = {one["id"]: one["gold"] for one in runs[0]}
    for number in range(20):
        if number == 7:  # closed in the middle, and gone on with
            tab.click("#vote-close")
            tab.wait_for_selector("#vote-result >> text=7 votes")
            tab.click("#vote-begin")
            tab.wait_for_selector("#vote-card >> text=7 of")
        sides = tab.locator("#vote-card .xlt-ballot .xlt-text").all_inner_texts()
        right = [side == gold[item(tab)] for side in sides]
        if number == 0:
            tab.fill("#vote-reason textarea, #vote-reason input", "it is what happened")
        press(tab, {(True, False): "left", (False, True): "right"}.get((right[0], right[1]), "both-bad"))
    tab.click("#vote-close")
    tab.wait_for_selector("#vote-result >> text=20 votes: prompt better in")
    said = tab.inner_text("#vote-result")
    assert "Exact sign test: p = " in said and "left out of the test" in said and "ROUGE-L" in said
    with tab.expect_download() as download:
        tab.click("#vote-json")
    data = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(data["votes"]) == 20 and data["votes"][0]["reason"] == "it is what happened"
    voted = {vote["item"] for vote in data["votes"]}
    prompt, translate = ({one["id"] for one in run if one["answer"] == one["gold"]} & voted for run in runs)
    test = data["sign_test"]  # which items are voted on differs from voter to voter
    assert (test["a"], test["b"]) == (len(prompt - translate), len(translate - prompt)) != (0, 0)
    assert {vote["left"] for vote in data["votes"]} == {"prompt", "translate"}
    with tab.expect_download() as download:
        tab.click("#vote-csv")
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 21


def document(tab: Any) -> Any:
    with tab.expect_download() as download:
        tab.click("#download-json")
    return json.loads(download.value.path().read_text(encoding="utf-8"))
