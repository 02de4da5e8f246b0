"""The command line under odd calls and odd files: an exit status and one sentence, never a traceback."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from helpers.odd_values import NUMBERS, TEXTS, VALUES
from helpers.small_parts import parts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlt_core.__main__ import main
from xlt_core.documents.document import plan_document
from xlt_core.records import Plan

PLAN = plan_document(Plan("topic", "kin", samples=2))
FILES = ("odd.json", "odd.jsonl", "odd.csv")
USUAL = {
    "compare": {"--task": "topic", "--language": "kin", "--samples": "2"},
    "compare --plan odd.json": {},
    "sweep": {"--tasks": "topic", "--languages": "kin", "--shots": "0", "--samples": "2", "--out": "sweep"},
    "score": {"--task": "topic", "--language": "kin", "--predictions": "odd.jsonl"},
    "score --join odd.json": {"--predictions": "odd.csv"},
    "adapt --corpus none.txt": {"--language": "kin", "--out": "adapted"},
    "average": {"--out": "mean"},
    **{name: {} for name in ("languages", "tasks", "strategies", "models", "datasets")},
}
OPTIONS = ("--task", "--language", "--tasks", "--languages", "--dataset", "--labels", "--split", "--samples", "--shots",
           "--seed", "--seeds", "--strategies", "--set", "--model", "--adapter", "--translator", "--text",
           "--demonstrations", "--plan", "--predictions", "--missing", "--join", "--steps", "--method",
           "--json")  # fmt: skip
SETTINGS = st.tuples(st.sampled_from(["prompt", "laft", "translate"]),
                     st.sampled_from(["order", "normalise", "instruction", "adapter", "pivot"]), TEXTS)  # fmt: skip
WORDS = st.one_of(TEXTS, NUMBERS.map(str), st.sampled_from(FILES), SETTINGS.map(lambda s: f"{s[0]}.{s[1]}={s[2]}"))
CALLS = st.tuples(st.sampled_from([*USUAL]), st.dictionaries(st.sampled_from(OPTIONS), WORDS, max_size=2),
                  st.lists(WORDS, max_size=1))  # fmt: skip
PLANS = st.dictionaries(st.sampled_from([*PLAN]), VALUES, max_size=2).map(lambda changes: PLAN | changes)
ROWS = st.dictionaries(st.sampled_from(["id", "output", "text", "answer"]), VALUES, max_size=3)
DOCUMENTS = st.builds(lambda plan, runs: {"plan": plan, "runs": runs}, PLANS, st.lists(VALUES, max_size=2))
CONTENTS = st.one_of(VALUES, PLANS, st.lists(ROWS, max_size=3), DOCUMENTS)


def write(content: Any) -> None:
    """The content as the odd files of this folder."""
    rows = content if isinstance(content, list) else [content]
    texts = (json.dumps(content), "\n".join(map(json.dumps, rows)), f"id,output,text,answer\n{rows}")
    for name, text in zip(FILES, texts, strict=True):
        Path(name).write_text(text, encoding="utf-8", errors="surrogatepass")


@pytest.mark.parametrize("examples", [100, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_an_odd_call_ends_with_a_status_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, caplog: pytest.LogCaptureFixture, examples: int
) -> None:
    @settings(max_examples=examples, derandomize=True, deadline=None, suppress_health_check=[*HealthCheck])
    @given(call=CALLS, content=CONTENTS)
    def check(call: tuple[str, dict[str, str], list[str]], content: Any) -> None:
        command, changes, more = call
        write(content)
        options = [word for pair in (USUAL[command] | changes).items() for word in pair]
        status = ended([*command.split(), *options, *more])
        out, err = capsys.readouterr()
        seen[status] = seen.get(status, 0) + 1
        assert status in (0, 1, 2) and "Traceback" not in out + err
        assert status != 2 or err.splitlines()[-1].startswith("xlt_core: "), err
        assert not [record for record in caplog.records if record.exc_info], caplog.text

    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.ERROR)
    seen: dict[int, int] = {}
    check()
    assert {0, 2} <= set(seen), seen


def ended(arguments: list[str]) -> int:
    """The exit status of a call; of one for help, 0."""
    try:
        return main(arguments, parts())
    except SystemExit as end:
        return int(end.code or 0)
