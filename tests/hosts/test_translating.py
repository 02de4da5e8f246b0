"""Every kind of host translates for itself: a base model, one with a chat template, and one behind a server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from helpers.completions_server import CompletionsServer, reach

from xlt_core.catalog import PARTS
from xlt_core.comparison.compare import compare
from xlt_core.contracts import Host
from xlt_core.hosts.local import LocalHost
from xlt_core.records import Column, Limits, Plan, Reply, Run


def translated(host: Host) -> Run:
    plan = Plan("topic", "kin", (Column("translate", "translate"),), translator="llm", shots=0, samples=2,
                limits=Limits(tokens=8))  # fmt: skip
    *_, last = compare(plan, replace(PARTS, host=lambda name: host))
    assert last.runs[0].state == "done", last.runs[0].note
    return last.runs[0]


def inputs(run: Run) -> list[Reply]:
    return [reply for p in run.predictions for reply in p.replies if reply.purpose == "translate input"]


def test_a_server_translates_as_the_same_model_in_process(server: CompletionsServer, local: LocalHost) -> None:
    ours, theirs = inputs(translated(local)), inputs(translated(reach(server)))
    assert [(reply.sent, reply.text) for reply in ours] == [(reply.sent, reply.text) for reply in theirs]
    assert all(reply.sent.startswith("Translate from Kinyarwanda to English.\n\nKinyarwanda: ") for reply in ours)
    assert all(reply.sent.count("\nEnglish: ") == 4 and reply.sent.endswith("\nEnglish:") for reply in ours)
    assert any(reply.text for reply in ours)


def test_a_model_with_a_chat_template_gets_turns(chat_folder: Path) -> None:
    sent = inputs(translated(LocalHost(chat_folder, device="cpu")))[0].sent
    assert sent.startswith("<s><|user|>\nTranslate from Kinyarwanda to English.\n\nKinyarwanda: ")
    assert "\n<|assistant|>\n" in sent
