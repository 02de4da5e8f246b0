"""An older request's reply is dropped once a newer request has begun."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest

from xlt_core.records import InputError
from xlt_core.ui.shared.last_request import Requests, last_only
from xlt_core.ui.shared.updates import Updates, Values


def test_a_later_reply_waits_until_the_one_before_is_sent() -> None:
    with gr.Blocks():
        state, name = gr.State(Requests()), gr.Textbox()
    requests = copy.deepcopy(state.value)  # as Gradio does for each browser
    change = last_only(state, lambda values: iter([{name: values[name]}]), {name: gr.skip()})
    first, second = change({state: requests, name: "a"}), change({state: requests, name: "b"})
    assert next(first) == {name: "a"}  # Gradio has it, and sends it
    with ThreadPoolExecutor() as threads:
        later = threads.submit(next, second)
        with pytest.raises(TimeoutError):
            later.result(timeout=0.1)
        assert list(first) == []  # it was sent
        assert later.result() == {name: "b"}


def test_replies_of_an_older_request_are_dropped_and_its_error_too() -> None:
    with gr.Blocks():
        state, name = gr.State(None), gr.Textbox()

    def handler(values: Values) -> Iterator[Updates]:
        yield {name: f"asking {values[name]}"}
        if values[name] == "dead":
            raise InputError("Nothing answers there.")
        yield {name: values[name]}

    requests, nothing = Requests(), {name: gr.skip()}
    replies = {
        server: last_only(state, handler, nothing)({state: requests, name: server}) for server in ("a", "dead", "b")
    }
    for server in ("a", "dead", "b"):
        assert next(replies[server]) == {name: f"asking {server}"}
    assert list(replies["a"]) == [nothing] and list(replies["dead"]) == [nothing]  # none at all would empty the page
    assert list(replies["b"]) == [{name: "b"}]
    with pytest.raises(InputError):
        list(last_only(state, handler, nothing)({state: requests, name: "dead"}))
