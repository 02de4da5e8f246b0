"""Two models as columns of one comparison on the page: tested against each other, and made again by the command."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from helpers.browser import compare, finished, many_items, needs_chromium, only
from helpers.tiny_models import make_model

from xlt_core.__main__ import main

ITEMS = 10


def type_model(tab: Any, name: str) -> None:
    tab.fill("#model input", name)
    tab.press("#model input", "Enter")
    tab.wait_for_function("name => document.querySelector('#host').innerText.includes(name)", arg=Path(name).name)
    tab.wait_for_function("!document.querySelector('#compare').disabled")


@needs_chromium
def test_two_models_are_compared_with_a_paired_test_and_the_command_makes_it_again(tab: Any, tmp_path: Path) -> None:
    tab.set_default_timeout(60_000)
    make_model(folder := tmp_path / "tiny")
    tab.click("#model-and-data > button")
    type_model(tab, str(folder))
    tab.click("#knobs > button")
    tab.locator("#knobs .xlt-knobs > summary", has_text="prompt").first.click()
    tab.get_by_role("button", name="Add a second prompt column with these").click()
    tab.wait_for_selector("#extras >> text=prompt: tiny")
    type_model(tab, "pocket")
    only(tab, "prompt")
    many_items(tab, ITEMS)
    compare(tab)
    assert finished(tab, 2) == ["done"] * 2
    assert f"pocket, {folder}" in tab.inner_text("#heading")
    with tab.expect_download() as download:
        tab.click("#download-json")
    made = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [column.get("model", "") for column in made["plan"]["columns"]] == ["", str(folder)]
    (test,) = made["tests"]
    assert (test["a"], test["b"], test["test"]) == ("prompt", "prompt: tiny", "paired randomization")
    assert "mcnemar" in test and "prompt: tiny" in tab.inner_text("#conclusion")
    command = shlex.split(tab.get_attribute(".xlt-command ~ *, #share [data-copy]", "data-copy"))
    assert "--column" in command and f"prompt: tiny=prompt,model={folder}" in command
    again = tmp_path / "again.json"
    assert command[:3] == ["python", "-m", "xlt_core"] and main([*command[3:], "--out", str(again)]) == 0
    found = json.loads(again.read_text(encoding="utf-8"))
    answers = [[p["answer"] for p in run["predictions"]] for one in (made, found) for run in one["runs"]]
    assert answers[:2] == answers[2:] and found["tests"] == made["tests"]
