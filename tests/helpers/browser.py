"""What a visitor does on the page, for tests in a real browser: headless Chromium, and the bundled models."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from xlt_core.store.store import Store

# The shell without a window starts and draws in a fraction of the browser's time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--no-first-run"]  # fmt: skip
SCREEN = {"width": 1280, "height": 900}
PATIENCE = 90_000  # milliseconds: the machine may be busy
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
DONE = """names => { const all = [...document.querySelectorAll('.xlt-column')];
  return all.length === names && all.every(column => ['done', 'failed'].includes(column.dataset.state)); }"""

# Gradio draws the HTML of one answer widget by widget.
CONCLUDED = "!document.querySelector('#conclusion').innerText.includes('before the columns have finished')"


class Browser:
    """A browser whose closed pages are used again, empty: one that has drawn the app's page before draws it in two
    thirds of the processor's time."""

    def __init__(self, started: Any) -> None:
        self.new_context, self._started = started.new_context, started
        self._free: list[Any] = []

    def new_page(self, viewport: dict[str, int] = SCREEN, color_scheme: str = "light") -> Any:
        """A page with no history on the sites that it visits. Playwright's Page.close closes it for good."""
        page = self._free.pop() if self._free else self._started.new_page()
        page.close = lambda: self._empty(page)
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, reduced_motion="no-preference")
        page.set_default_timeout(PATIENCE)
        return page

    def _empty(self, page: Any) -> None:
        if page.is_closed() or page in self._free:
            return
        visited = [site["origin"] for site in page.context.storage_state()["origins"]]
        page.goto("about:blank")
        page.context.clear_cookies()
        session = page.context.new_cdp_session(page)
        for origin in visited:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
        session.detach()
        self._free.append(page)


@contextmanager
def served(store: Store, public: bool = False) -> Iterator[str]:
    """The address of a page whose runs are kept in the store; it knows of no run before."""
    from xlt_core.jobs import Jobs
    from xlt_core.ui.shared.result_set import ResultsCache

    manager, stores, url = _serve(public)
    stores.append(store)
    for name, empty in (("jobs", Jobs()), ("results", ResultsCache())):
        object.__setattr__(manager, name, empty)
    try:
        yield url
    finally:
        store.close()


@cache
def _serve(public: bool) -> tuple[Any, list[Store], str]:
    """A page that is served until the process ends: its runs' manager, the stores of which the last one is in use, and
    its address. One for all tests: to build and to warm a page takes as long as many of them."""
    from xlt_core.ui import theme
    from xlt_core.ui.page import build
    from xlt_core.ui.shared.run_manager import RunManager

    stores: list[Store] = []
    manager = RunManager(lambda: stores[-1], public)
    page = build(manager)
    return manager, stores, page.launch(prevent_thread_lock=True, quiet=True, **theme.launch_options())[1]


def on_tab(browser: Any, url: str, name: str) -> Any:
    """A new page of a browser, or of a context of its own, on one of its tabs."""
    opened = browser.new_page()
    opened.set_default_timeout(PATIENCE)
    opened.goto(url)
    opened.get_by_role("tab", name=name, exact=True).click()
    if name == "Evaluate":  # Start comes alive with the visitor's runs
        opened.wait_for_selector("#evaluate-start:not([disabled])")
    return opened


# Whatever the page's language; once more where the answer to the page's opening comes behind the click and undoes it.
MANY_ITEMS = """() => { const many = document.querySelectorAll('#mode input')[1];
    if (!many.checked) many.click();
    return document.querySelector('#samples input[type=number]'); }"""


def visit(tab: Any, url: str) -> None:
    tab.goto(url)
    tab.wait_for_function("document.querySelector('#host')?.innerText.includes('pocket @')")
    demonstrations(tab)
    if "?" not in url:  # the page opens on one sentence
        tab.wait_for_function(MANY_ITEMS, polling=200)


def demonstrations(tab: Any) -> None:
    """Opens the table of demonstrations, and waits until it is filled."""
    tab.evaluate("document.querySelector('#demonstrations > button:not(.open)')?.click()")
    tab.wait_for_function("document.querySelector('#demo-text-1 textarea')?.value.length > 10")


def choose(tab: Any, menu: str, words: str) -> None:
    tab.click(f"#{menu} input")
    option(tab, words).first.click()


def option(tab: Any, words: str = "", exact: bool = False) -> Any:
    """The entries of the menu that is open; the native menu of the page's languages is always closed."""
    return tab.locator("li[role=option]").filter(
        has_text=re.compile(rf"^\W*{re.escape(words)}\W*$") if exact else words
    )


def one_input(tab: Any, text: str = "", gold: str = "") -> None:
    tab.get_by_label("One input", exact=True).check()
    tab.wait_for_selector("#text textarea")
    if text:
        tab.fill("#gold textarea", "")  # else the picked item's goes with its text, in a moment
        tab.fill("#text textarea", text)
        tab.fill("#gold textarea", gold)


def many_items(tab: Any, count: int) -> None:
    tab.get_by_label("Items of the dataset", exact=True).check()
    tab.wait_for_selector("#samples input[type=number]")
    tab.fill("#samples input[type=number]", str(count))
    tab.press("#samples input[type=number]", "Tab")


def only(tab: Any, *strategies: str) -> None:
    """Unticks all other strategies."""
    ticked = "all => all.filter(one => one.checked).map(one => one.closest('.xlt-strategy').id)"
    for name in tab.eval_on_selector_all("#choices .xlt-strategy input", ticked):
        if name.removeprefix("strategy-") not in strategies:
            tab.uncheck(f"#{name} input")


def compare(tab: Any, press: Any = None) -> None:
    """Starts a comparison, and waits until what was shown before is gone: the sample's columns are done, too."""
    tab.evaluate("document.querySelectorAll('.xlt-column').forEach(column => { column.id = 'before'; })")
    (press or (lambda: tab.click("#compare")))()
    tab.wait_for_function("!document.querySelector('#before')")


def finished(tab: Any, count: int = 3) -> list[str]:
    tab.wait_for_function(DONE, arg=count)
    tab.wait_for_function("!document.querySelector('#compare').disabled")
    tab.wait_for_function(CONCLUDED)
    return tab.eval_on_selector_all(".xlt-column", "all => all.map(column => column.dataset.state)")
