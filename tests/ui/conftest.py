"""One served page for all tests of the page, and a browser that visits it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from helpers.browser import choose, visit

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    from xlt_core.ui import theme
    from xlt_core.ui.page import build

    page = build()
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **theme.launch_options())
    yield url
    page.close()


@pytest.fixture
def blank(browser: Any, address: str, capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """A page yet to be opened; nothing but its own server is asked for anything."""
    asked: list[str] = []
    opened = browser.new_page()
    with _listening(opened, asked):
        yield opened
    opened.close()
    _check(capfd, asked, address)


@pytest.fixture
def tab(blank: Any, address: str) -> Any:
    """A page that is open and has got its demonstrations."""
    visit(blank, address)
    return blank


@pytest.fixture(scope="module")
def pages(browser: Any) -> Iterator[list[Any]]:
    """The pages that the tests of a file share, of which the last one is in use."""
    opened: list[Any] = []
    yield opened
    for one in opened:
        one.close()


@pytest.fixture
def shared_tab(browser: Any, address: str, pages: list[Any], capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """A page as an earlier test of the file left it, for tests that choose all that they rely on: to open a page takes
    longer than most of them. A new one behind a test that failed."""
    asked: list[str] = []
    if not pages or pages[-1].is_closed():
        pages.append(browser.new_page())
        visit(pages[-1], address)
    with _listening(pages[-1], asked):
        yield pages[-1]
    _check(capfd, asked, address)


@pytest.fixture
def topics(shared_tab: Any) -> Any:
    """A shared page on topics in Kinyarwanda, with the paper's three strategies and the bundled model."""
    if not shared_tab.input_value("#language input").startswith(("Kinyarwanda", "rw")):  # rw: it was typed
        choose(shared_tab, "language", "Kinyarwanda")
    shared_tab.wait_for_selector("#demo-text-1 textarea[lang=rw]")
    shared_tab.wait_for_function("document.querySelectorAll('#choices .xlt-strategy input:checked').length === 3")
    return shared_tab


def pytest_exception_interact(node: Any) -> None:
    """Closes the page of a test that failed for good."""
    given = getattr(node, "funcargs", {})
    if page := given.get("shared_tab") or given.get("blank"):
        type(page).close(page)


@contextmanager
def _listening(page: Any, asked: list[str]) -> Iterator[None]:
    """asked: gets the addresses that the page asks for."""
    listen = lambda request: asked.append(request.url)  # noqa: E731
    page.on("request", listen)
    yield
    page.remove_listener("request", listen)


def _check(capfd: pytest.CaptureFixture[str], asked: list[str], address: str) -> None:
    """No error was left to Gradio, which prints it; and nothing but the page's own server was asked for anything."""
    assert "Traceback" not in capfd.readouterr().err
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
