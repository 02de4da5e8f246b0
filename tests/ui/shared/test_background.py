"""What the page does while something takes its time: it says so, and hears Stop."""

from __future__ import annotations

from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from xlt_core.models import hub
from xlt_core.records import InputError
from xlt_core.ui.compare import form_handlers
from xlt_core.ui.shared.background import run_in_thread
from xlt_core.ui.shared.stop_signals import request_stop, stop_signal


def ended(steps: Any) -> tuple[list[Any], Any]:
    """What a generator yields, and what it returns."""
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            return seen, end.value


def test_the_work_goes_on_beside_and_its_end_is_handed_over() -> None:
    go = Event()
    steps = run_in_thread(lambda: go.wait(30), interval=0.01)
    assert next(steps) < next(steps)
    go.set()
    assert ended(steps)[1] is True
    assert ended(run_in_thread(lambda: 5)) == ([], 5)
    with pytest.raises(InputError, match="off"):
        ended(run_in_thread(refuse))


def refuse() -> None:
    raise InputError("off")


def test_a_download_is_shown_with_how_far_it_is_and_stop_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_handlers, "LOADING_AFTER", 0.0)
    model, go = object(), Event()
    page = SimpleNamespace(message="message", choices=SimpleNamespace(sources=SimpleNamespace(model=model)))
    with stop_signal() as (work_id, signal):
        steps = form_handlers.show_loading(page, {model: "org/name"}, lambda: go.wait(30), signal)
        assert "Getting org/name ready" in next(steps)["message"]
        monkeypatch.setitem(hub._downloads, "org/name", hub.Download("org/name", 1_200_000_000, 13_500_000_000))
        assert "Downloading org/name: 1.2 of 13.5 GB" in next(steps)["message"]
        request_stop(work_id)
        with pytest.raises(InputError, match="Stopped before anything was asked of org/name"):
            next(steps)
    go.set()
    request_stop(work_id)  # too late, and no matter
