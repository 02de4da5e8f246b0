"""What the whole page asks of a browser."""

from __future__ import annotations

from xlt_core.ui.page import build


def test_a_change_of_status_concerns_one_widget() -> None:
    events = build().config["dependencies"]
    assert len(events) > 100
    assert {len(event["show_progress_on"] or event["outputs"]) for event in events if event["backend_fn"]} == {1}
