"""docs/python.md: its example runs, and its table names what there is."""

from __future__ import annotations

import re

import xlt_core as xlt
from xlt_core.settings import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def test_the_example_runs(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    made: dict[str, object] = {}
    exec(example, made)
    assert "macro F1" in capsys.readouterr().out and len(made["scores"]) == 3 and len(made["items"]) == 24
    assert made["again"].plan == made["result"].plan and made["figure"].data
    assert [step["purpose"] for step in made["steps"]] == ["translate input", "answer"]


def test_the_table_names_every_call():
    named = set(re.findall(r"`(\w+)\(", "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))))
    assert {name for name in xlt.__all__ if name.islower()} <= named


def test_the_methods_of_a_result_are_there():
    result = xlt.compare(
        task="topic", language="kin", texts=["Abaturage bishimye."], strategies="prompt", progress=False
    )
    (said,) = re.findall(r"A result has (.*?)where", PAGE, re.DOTALL)
    assert all(callable(getattr(result, name)) for name in re.findall(r"`(\w+)\(", said))
