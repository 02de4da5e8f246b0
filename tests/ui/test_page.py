"""What the whole page asks of a browser and of its server."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.request import Request, urlopen

import pytest

from xlt_core.ui.page import build


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return build().config["dependencies"]


def test_a_change_of_status_concerns_one_widget(events: list[dict[str, Any]]) -> None:
    assert len(events) > 100
    assert {len(event["show_progress_on"] or event["outputs"]) for event in events if event["backend_fn"]} == {1}


def test_a_tab_is_filled_when_it_is_opened(events: list[dict[str, Any]]) -> None:
    on_load = [
        event["api_name"] for event in events if "load" in dict(event["targets"]).values() and event["backend_fn"]
    ]
    assert sorted(on_load) == ["load", "load_host", "resume"], "of the tab Compare"


def test_the_page_is_sent_compressed(address: str) -> None:
    asked = Request(address, headers={"Accept-Encoding": "gzip"})
    with urlopen(asked) as answer:
        content = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    assert "gradio_config" in gzip.decompress(content).decode()
    assert len(content) < 150_000
    with urlopen(address) as answer:
        assert answer.headers["Content-Encoding"] is None and b"gradio_config" in answer.read()
