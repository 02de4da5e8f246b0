"""The endpoint /compare of a served page under odd calls: a document or one sentence, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from helpers.browser import served
from helpers.odd_values import NUMBERS, TEXTS, VALUES
from helpers.small_hosts import Adapting
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlt_core.catalog import PARTS
from xlt_core.comparison.compare import compare
from xlt_core.store.store import Store
from xlt_core.ui.shared.errors import UNEXPECTED

USUAL = {"language": "kin", "task": "topic", "text": "Amakuru", "demonstrations": None, "strategies": ["prompt"],
         "shots": 0, "model": "pocket", "translator": "pocket", "seed": 0}  # fmt: skip
ROWS = st.lists(st.dictionaries(st.sampled_from(["text", "answer", "id"]), st.one_of(TEXTS, VALUES)), max_size=3)
ODD = st.one_of(VALUES, NUMBERS, TEXTS, ROWS, st.lists(TEXTS, max_size=3))
CALLS = st.dictionaries(st.sampled_from([*USUAL]), ODD, min_size=1, max_size=3)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page, from where no hub can be reached, with a small host in place of the model's."""
    small = replace(PARTS, host=lambda name: Adapting(write=lambda prompt: "none"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlt_core.models.hub.offline", lambda: True)
        patch.setattr("xlt_core.ui.shared.zero_gpu.run_comparison", lambda plan: compare(plan, small))
        with served(Store(tmp_path_factory.mktemp("fuzz") / "store.sqlite")) as url:
            yield url


def answer(client: httpx.Client, call: Mapping[str, Any]) -> tuple[str, Any]:
    """The last event of a call, and its data. All are of one visitor: for a new one all of the page is set up."""
    body = json.dumps({"data": [*(USUAL | call).values()], "session_hash": "visitor"})
    begun = client.post("gradio_api/call/compare", content=body, headers={"content-type": "application/json"})
    event = client.get(f"gradio_api/call/compare/{begun.raise_for_status().json()['event_id']}").text
    name, _, data = event.strip().rpartition("event: ")[2].partition("\ndata: ")
    return name, json.loads(data)


@pytest.mark.parametrize("examples", [100, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_an_odd_call_gives_a_document_or_a_sentence(
    address: str, capfd: pytest.CaptureFixture[str], examples: int
) -> None:
    @settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck])
    @given(call=CALLS)
    def check(call: dict[str, Any]) -> None:
        event, data = answer(client, call)
        seen[event] = seen.get(event, 0) + 1
        if event == "complete":
            assert [run["name"] for run in data[0]["runs"]]
        else:
            sentence = data["error"]
            assert event == "error" and sentence and sentence != UNEXPECTED and len(sentence) < 1_200
            assert "Traceback" not in sentence and "\n" not in sentence

    seen: dict[str, int] = {}
    with httpx.Client(base_url=address, timeout=120) as client:
        check()
    assert "Traceback" not in capfd.readouterr().err
    assert set(seen) == {"complete", "error"}, seen


def test_the_usual_call_gives_its_document(address: str) -> None:
    with httpx.Client(base_url=address, timeout=120) as client:
        event, (found,) = answer(client, {})
    assert event == "complete" and found["runs"][0]["state"] == "done"
