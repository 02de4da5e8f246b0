"""A model behind a server, on the page: whatever goes wrong there is said, and what was computed is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from helpers.browser import compare, finished, many_items, needs_chromium, only
from helpers.completions_server import CompletionsServer, Model

from xlt_core.hosts import remote
from xlt_core.hosts._server import Server
from xlt_core.records import InputError
from xlt_core.settings import POCKET

ITEMS = 10


@pytest.fixture
def tab(shared_tab: Any) -> Any:
    """A page on which every test types the address of its own server."""
    return shared_tab


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(POCKET / "model")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    """How the page speaks to the servers that it was told of: quick to try again."""
    made: list[Server] = []

    def speak(url: str, key: str) -> Server:
        made.append(Server(url, key, timeout=60.0, tries=2, pause=0.01))
        return made[-1]

    monkeypatch.setattr(remote, "Server", speak)
    return made


@pytest.fixture
def server(model: Model, lines: list[Server]) -> Iterator[CompletionsServer]:
    server = CompletionsServer(model)
    yield server
    server.stop()


def after(answers: int, fault: str) -> Callable[[dict[str, Any]], str]:
    """A fault of every likelihood but the first ones."""
    left = iter(range(answers))
    return lambda body: "" if not body.get("echo") or next(left, None) is not None else fault


def connect(tab: Any, address: str) -> str:
    """Types the server's address, and returns what the page then says of it."""
    type_address(tab, address)
    tab.wait_for_function("address => document.querySelector('#host').innerText.includes(address)", arg=address)
    only(tab, "prompt")
    many_items(tab, ITEMS)
    return tab.inner_text("#host")


def type_address(tab: Any, address: str) -> None:
    tab.evaluate("document.querySelector('#model-and-data > button:not(.open)')?.click()")
    tab.fill("#model input", address)
    tab.press("#model input", "Enter")


@needs_chromium
@pytest.mark.parametrize(("fault", "said"), [("break", "broke the connection"), ("no logprobs", "no log-prob")])
def test_what_was_computed_before_a_server_failed_is_kept(
    fault: str, said: str, tab: Any, server: CompletionsServer
) -> None:
    assert "labels by likelihood" in connect(tab, server.address)
    server.fault = after(3, fault)
    compare(tab)
    assert finished(tab, 1) == ["done"]
    column = tab.inner_text("#columns")
    assert f"{ITEMS} of {ITEMS} items" in column and "macro F1" in column
    assert f"{ITEMS - 3}, left out of the scores" in column and "100%" in column  # of what came, all was readable
    reasons = tab.locator("#items-table td", has_text="no result:").filter(has_text=said)
    reasons.nth(ITEMS - 4).wait_for()  # the table of an earlier moment may still be there
    assert reasons.count() == ITEMS - 3
    assert tab.locator("#items-table td.xlt-cell-bad, #items-table td.xlt-cell-good").count() == 3


@needs_chromium
@pytest.mark.parametrize(("fault", "said"), [("hang", "did not answer"), ("500", "answered 500")])
def test_a_server_that_answers_nothing_fails_its_column_with_the_reason(
    fault: str, said: str, tab: Any, server: CompletionsServer, lines: list[Server]
) -> None:
    connect(tab, server.address)
    server.fault = after(0, fault)
    lines[-1].timeout = 1.0
    compare(tab)
    assert finished(tab, 1) == ["failed"]
    column = tab.inner_text("#columns")
    assert said in column and "F1" not in column and "Traceback" not in column


@needs_chromium
def test_a_server_without_likelihoods_is_asked_for_text_and_the_column_says_so(
    tab: Any, server: CompletionsServer
) -> None:
    server.fault = lambda body: "no logprobs" if body.get("echo") else ""
    assert "labels by likelihood" not in connect(tab, server.address)
    compare(tab)
    assert finished(tab, 1) == ["done"]
    assert "read from the text" in tab.inner_text("#columns") and "no likelihoods" in tab.inner_text("#columns")


@needs_chromium
def test_a_server_that_is_not_there_is_a_sentence(tab: Any, server: CompletionsServer) -> None:
    server.stop()
    type_address(tab, server.address)
    tab.wait_for_function("document.querySelector('#message').innerText.includes('127.0.0.1')")
    tab.wait_for_selector("#compare[disabled]")
    assert "Traceback" not in tab.content()


@needs_chromium
def test_the_reply_for_an_older_server_does_not_overwrite_that_for_a_newer_one(
    tab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, left = Event(), Event()

    def refuse(url: str, key: str = "") -> Any:
        if "silent" in url:
            assert gate.wait(60)
            left.set()
        raise InputError(f"Nothing answers at {url}; start the server.")

    monkeypatch.setattr(remote, "connect", refuse)
    for address in ("http://silent.invalid/v1", "http://newer.invalid/v1"):
        type_address(tab, address)
        if "silent" in address:
            tab.wait_for_selector("#message >> text=ready")
    newer = "document.body.innerText.includes('Nothing answers at http://newer.invalid/v1')"
    tab.wait_for_function(newer)
    gate.set()
    tab.get_by_label("Items of the dataset", exact=True).check()
    tab.wait_for_selector("#samples input[type=number]")
    tab.wait_for_function(newer)
    assert left.wait(60)
    assert "silent.invalid" not in tab.inner_text("body")
