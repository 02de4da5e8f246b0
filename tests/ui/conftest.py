"""One served page for all tests of the page, and a browser that visits it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from helpers.browser import PATIENCE, visit

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    from xlt_core.ui import theme
    from xlt_core.ui.page import build

    page = build().queue(max_size=32)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **theme.launch_options())
    yield url
    page.close()


@pytest.fixture
def blank(browser: Any, address: str, capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """A page yet to be opened; nothing but its own server is asked for anything."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()
    assert "Traceback" not in capfd.readouterr().err  # where Gradio prints what no handler caught
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.fixture
def tab(blank: Any, address: str) -> Any:
    """A page that is open and has got its demonstrations."""
    visit(blank, address)
    return blank
