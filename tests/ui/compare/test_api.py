"""The endpoint /compare as a script uses it, and what the page draws from the core."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from xlt_core import catalog
from xlt_core.comparison.selection import draw
from xlt_core.records import Plan


@pytest.fixture(scope="module")
def client(address: str) -> Any:
    from gradio_client import Client

    return Client(address, verbose=False)


def test_the_endpoint_returns_the_document(client: Any) -> None:
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/compare"]
    rows = [{"text": "Abarwayi bari mu bitaro", "answer": "health"}, {"text": "Umupira", "answer": "sports"}]
    found = client.predict(
        "rw", "topic", "Umuganga {}", demonstrations=rows, strategies=["prompt"], api_name="/compare"
    )
    assert found["plan"]["language"] == "kin" and found["plan"]["shots"] == 2
    assert [run["state"] for run in found["runs"]] == ["done"]
    assert (
        found["runs"][0]["predictions"][0]["answer"] in catalog.dataset("world").load("topic", "kin", "test")[0].choices
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [({"language": "klingon"}, "Klingon (tlh)"), ({"language": "klingn"}, "did you mean klingon"),
         ({"model": "/etc"}, "holds no model"), ({"text": " "}, "empty"),
     ({"demonstrations": [{"text": "a"}]}, "Demonstration 1"), ({"strategies": []}, "No strategy"),
     ({"task": "nope"}, "nope"), ({"shots": -1}, "shots must lie between 0 and 16"),
     ({"task": None}, "task must be text, not null"), ({"model": None}, "model must be text, not null"),
     ({"translator": {}}, "translator must be text, not an object"), ({"language": 5}, "language must be text"),
     ({"text": None}, "text must be text, not null"), ({"strategies": 5}, "strategies must be a list or null"),
     ({"strategies": [None]}, "strategies[0] must be text"), ({"demonstrations": 5}, "demonstrations must be a list"),
     ({"shots": 2.5}, "shots must be a whole number"), ({"seed": True}, "a whole number, not true or false"),
     ({"seed": 10**30}, "seed must lie between 0 and 4,294,967,295"), ({"model": "m" * 9999}, "has 9,999 characters"),
     ({"demonstrations": [{"text": "a", "answer": "b"}] * 17}, "At most 16 demonstrations")],
)  # fmt: skip
def test_the_endpoint_refuses_in_a_sentence(client: Any, change: dict[str, Any], words: str) -> None:
    from gradio_client.exceptions import AppError

    call = {"language": "kin", "task": "topic", "text": "Amakuru", "strategies": ["prompt"]} | change
    with pytest.raises(AppError) as raised:
        client.predict(**call, api_name="/compare")
    assert words in str(raised.value) and "Traceback" not in str(raised.value)


def test_drawn_demonstrations_are_those_of_the_core() -> None:
    from xlt_core.ui.compare import form_handlers

    plan = Plan("topic", "kin", shots=3)
    assert form_handlers.draw(plan) == draw(plan)
    assert form_handlers.draw(replace(plan, language="amh")) == ()
