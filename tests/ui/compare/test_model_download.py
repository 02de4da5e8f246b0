"""The button that fetches a real model, in a real browser; what it fetches here is a tiny one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from helpers.browser import compare, finished, needs_chromium, one_input, visit
from helpers.gguf_files import make_gguf

from xlt_core import settings
from xlt_core.jobs import Jobs
from xlt_core.models import packages
from xlt_core.models.hub import Download
from xlt_core.models.suggested import Suggestion
from xlt_core.records import InputError
from xlt_core.ui import theme
from xlt_core.ui.compare import model_download
from xlt_core.ui.page import build


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Event:
    """Opens after half of the download. The first download fails, the later ones do not."""
    opened, asked, tiny = Event(), [], make_gguf(tmp_path / "tiny.gguf")

    def fetch(entry: Suggestion) -> Iterator[Download]:
        asked.append(entry)
        if len(asked) == 1:
            raise InputError("smollm2 could not be fetched: the Hub does not answer.")
        for done in (0, 40_000_000):
            yield Download(entry.key, done, 93_000_000)
        while not opened.wait(0.5):  # no faster than a page shows it
            yield Download(entry.key, 40_000_000, 93_000_000)
        target = settings.MODEL_FOLDER / entry.key / entry.file
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(tiny, target)

    monkeypatch.setattr(settings, "MODEL_FOLDER", tmp_path / "models")
    monkeypatch.setattr(packages, "_installed", lambda package: ())
    monkeypatch.setattr(packages, "fetch", fetch)
    monkeypatch.setattr(model_download, "JOBS", Jobs())
    return opened


@needs_chromium
def test_a_real_model_is_fetched_stopped_fetched_again_and_chosen(browser: Any, gate: Event) -> None:
    page = build()
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **theme.launch_options())
    tab = browser.new_page()
    try:
        visit(tab, url)
        assert tab.inner_text("#get-model") == "Get a real model, 93 MB"
        tab.click("#get-model")
        tab.wait_for_selector("#get-model-progress >> text=the Hub does not answer")
        tab.click("#get-model")
        tab.wait_for_selector("#get-model-progress progress[value='43']")
        tab.click("#get-model-stop")
        tab.wait_for_selector("#get-model-progress >> text=Stopped")
        tab.click("#get-model")
        tab.wait_for_selector("#get-model-progress progress[value='43']")
        gate.set()
        tab.wait_for_selector("#get-model-progress >> text=smollm2 is here")
        tab.wait_for_selector("#get-model", state="hidden")
        tab.wait_for_function("document.querySelector('#host').innerText.includes('SmolLM2')")
        one_input(tab, "Umukinnyi yatsinze umukino")
        for name in ("translate", "laft"):
            tab.set_checked(f"#strategy-{name} input", False)
        compare(tab)
        assert finished(tab, 1) == ["done"]
    finally:
        tab.close()
        page.close()
