"""A finished result opens from its link and from its file in a fresh browser, where none of its models is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import PATIENCE, needs_chromium
from helpers.comparisons import comparison

from xlt_core import catalog
from xlt_core.comparison.endings import ended
from xlt_core.documents import export, report, shared_result

NOT_HERE = "someone/elsewhere-7b"
MADE = comparison({"prompt": 0.25, "translate": 1.0}, items=8)
MADE = replace(
    MADE,
    plan=replace(MADE.plan, model=NOT_HERE, translator="elsewhere/mt"),
    runs=tuple(ended(run, "done", catalog.task("topic")) for run in MADE.runs),
)
OPENED = "words => document.querySelector('#heading')?.innerText.includes(words)"


@pytest.fixture
def fresh(browser: Any) -> Iterator[Any]:
    """A page of a browser that has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE // 4)
    yield opened
    context.close()


def shows_the_result(tab: Any) -> None:
    tab.wait_for_function(OPENED, arg="Opened result")
    assert NOT_HERE in tab.inner_text("#heading")
    columns = tab.locator("#columns .xlt-column")
    assert [column.get_attribute("data-state") for column in columns.all()] == ["done", "done"]
    scores = [f"{run.scores['macro_f1'].value:.2f}" for run in MADE.runs]
    assert all(score in column.inner_text() for score, column in zip(scores, columns.all(), strict=True))
    assert "nothing was run here" in tab.inner_text("#message")


@needs_chromium
def test_a_link_opens_the_result(fresh: Any, address: str) -> None:
    fresh.goto(address + shared_result.link(MADE))
    shows_the_result(fresh)
    again = fresh.get_attribute("#result-link", "href")
    assert shared_result.read_link(again.partition("=")[2]) == shared_result.read_link(
        shared_result.link(MADE).partition("=")[2]
    )


@needs_chromium
def test_a_link_that_was_cut_is_a_sentence(fresh: Any, address: str) -> None:
    fresh.goto(address + shared_result.link(MADE)[:900])
    fresh.wait_for_function("/damaged|cut/.test(document.querySelector('#message')?.innerText)")
    assert fresh.locator("#columns .xlt-column").count() == 3, "the sample is still there"


@needs_chromium
def test_a_file_and_a_report_open_the_result_and_others_are_a_sentence(
    fresh: Any, address: str, tmp_path: Path
) -> None:
    fresh.goto(address)
    fresh.wait_for_function("document.querySelector('#host')?.innerText.includes('pocket @')")
    file = fresh.locator("input[type=file][accept*='.html']").first
    for name, content, said in (
        ("odd.json", b'{"cells": []}', "odd.json cannot be opened: This is no comparison"),
        ("cut.json", export.documents([MADE]).encode()[:5000], "cut.json cannot be opened: it ends in the middle"),
        ("new.json", b'{"version": 7, "runs": []}', "newer version of the app"),
        ("two.json", export.documents([MADE, MADE]).encode(), "two.json holds 2 comparisons; open it on the page Runs"),
    ):
        file.set_input_files({"name": name, "mimeType": "application/json", "buffer": content})
        fresh.wait_for_function("words => document.querySelector('#message').innerText.includes(words)", arg=said)
    for path in (tmp_path / "result.json.gz", tmp_path / "report.html"):
        export.write(path, [MADE]) if path.suffix == ".gz" else report.write(path, [MADE])
        file.set_input_files(path)
        fresh.wait_for_function("name => document.querySelector('#message').innerText.includes(name)", arg=path.name)
        shows_the_result(fresh)
