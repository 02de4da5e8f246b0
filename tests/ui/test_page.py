"""What the whole page asks of a browser."""

from __future__ import annotations

import gzip
from urllib.request import Request, urlopen

from xlt_core.ui.page import build


def test_a_change_of_status_concerns_one_widget() -> None:
    events = build().config["dependencies"]
    assert len(events) > 100
    assert {len(event["show_progress_on"] or event["outputs"]) for event in events if event["backend_fn"]} == {1}


def test_the_page_is_sent_compressed(address: str) -> None:
    asked = Request(address, headers={"Accept-Encoding": "gzip"})
    with urlopen(asked) as answer:
        content = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    assert "gradio_config" in gzip.decompress(content).decode()
    assert len(content) < 150_000
    with urlopen(address) as answer:
        assert answer.headers["Content-Encoding"] is None and b"gradio_config" in answer.read()
