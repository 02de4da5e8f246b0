"""Whole comparisons on a remote host: what a server cannot do, or stops doing, is said and never scored as wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.completions_server import CompletionsServer, reach

from xlt_core import catalog
from xlt_core.catalog import PARTS
from xlt_core.comparison.compare import compare
from xlt_core.records import Column, InputError, Plan, Run

PROMPT = (Column("prompt", "prompt"),)


def plan(address: str, samples: int = 4, columns: tuple[Column, ...] = PROMPT) -> Plan:
    return Plan("topic", "kin", columns, model=address, shots=1, samples=samples)


def runs(server: CompletionsServer, samples: int = 4, timeout: float = 60.0) -> Run:
    """The last state of `prompt` on the server, whose host is made before the server's fault sets in."""
    fault, server.fault = server.fault, lambda body: ""
    host = reach(server, timeout, tries=2)
    parts = replace(PARTS, host=lambda name: host)
    steps = compare(plan(server.address, samples), parts)
    next(steps)
    server.fault = fault
    *_, last = steps
    return last.runs[0]


def test_the_columns_run_on_a_server_that_the_settings_name(
    server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "secret"
    monkeypatch.setattr(catalog, "HOST_URL", server.address)
    monkeypatch.setattr(catalog, "HOST_KEY", "secret")
    assert catalog.models()[:2] == ("pocket", server.address)
    columns = (*PROMPT, Column("laft", "laft"))
    *_, last = compare(plan(server.address, columns=columns))
    assert [(run.state, run.scoring, run.errors) for run in last.runs] == [("done", "likelihood", 0)] * 2
    assert last.plan.model_revision == "pocket" and {body.get("model") for _, body in server.requests} >= {"kin"}


def test_the_key_goes_to_no_other_server(server: CompletionsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.key = "secret"
    monkeypatch.setattr(catalog, "HOST_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setattr(catalog, "HOST_KEY", "secret")
    with pytest.raises(InputError, match="401"):
        catalog.host(server.address)
    monkeypatch.setattr(catalog, "HOST_URL", "")
    assert catalog.host(server.address).name == "pocket"


def test_without_likelihoods_labels_are_read_from_the_text(server: CompletionsServer) -> None:
    server.fault = lambda body: "no logprobs" if body.get("echo") else ""
    host = reach(server)
    *_, last = compare(plan(server.address), replace(PARTS, host=lambda name: host))
    run = last.runs[0]
    assert (run.state, run.scoring, run.errors) == ("done", "generated", 0) and "gives no likelihoods" in run.note


def test_what_was_computed_before_a_server_died_is_kept(server: CompletionsServer) -> None:
    left = iter(range(3))
    server.fault = lambda body: "" if not body.get("echo") or next(left, None) is not None else "break"
    run = runs(server, samples=24)
    answered = [p for p in run.predictions if not p.error]
    assert run.state == "done" and len(answered) == 3 and run.errors == 21
    assert all("broke the connection" in p.error and p.answer is None for p in run.predictions if p.error)
    assert run.scores and run.valid == 1.0


@pytest.mark.parametrize(("fault", "said"), [("500", "answered 500"), ("hang", "did not answer"), ("break", "broke")])
def test_a_column_whose_server_answers_nothing_has_failed(fault: str, said: str, server: CompletionsServer) -> None:
    server.fault = lambda body: fault if body.get("echo") else ""
    run = runs(server, timeout=1.0)
    assert run.state == "failed" and said in run.note and "ServerError" not in run.note and not run.scores


def test_a_server_that_loses_its_log_probabilities_makes_errors_and_no_answers(server: CompletionsServer) -> None:
    left = iter(range(2))
    server.fault = lambda body: "" if not body.get("echo") or next(left, None) is not None else "no logprobs"
    run = runs(server, samples=8)
    assert run.errors == 6 and {p.error for p in run.predictions if p.error} == {
        "The server gave no log-probabilities."}  # fmt: skip
