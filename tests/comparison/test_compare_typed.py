"""Typed texts in a language that the dataset lacks: what the comparison still needs of it, and what it then says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlt_core.comparison.compare import compare
from xlt_core.comparison.selection import select
from xlt_core.records import Column, InputError, Plan, Row
from xlt_core.world import world

PROMPT = (Column("prompt", "prompt"),)
SWAHILI = Plan("topic", "swa", PROMPT, shots=0, inputs=(Row("Daktari alifungua hospitali."),))


def test_the_labels_are_those_of_another_language() -> None:
    selected = select(SWAHILI)
    *_, last = compare(selected.plan)
    run = last.runs[0]
    assert run.state == "done" and run.examples[0].choices == world.TOPICS
    assert run.predictions[0].answer in world.TOPICS
    assert selected.remarks == (
        "the dataset world has no topic in this language: the labels are those that it has in other languages",
    )


def test_labels_of_ones_own_need_nothing_of_the_dataset() -> None:
    plan = replace(SWAHILI, labels=("afya", "siasa"))
    *_, last = compare(plan)
    assert last.runs[0].predictions[0].answer in ("afya", "siasa") and last.plan.data_digest == ""
    assert "labels" not in last.runs[0].note
    *_, kinyarwanda = compare(replace(plan, language="kin"))  # the dataset's own answers are no matter here
    assert kinyarwanda.runs[0].examples[0].choices == ("afya", "siasa")


def test_demonstrations_of_ones_own_will_do() -> None:
    rows = (Row("Timu ilishinda mechi.", "sports"), Row("Bei ya mahindi ilipanda.", "business"))
    *_, last = compare(replace(SWAHILI, demonstrations=rows, shots=2))
    assert last.runs[0].state == "done" and "Timu ilishinda" in last.runs[0].replies[-1].sent


@pytest.mark.parametrize(("change", "words"), [
    ({"shots": 4}, "or write the demonstrations yourself, or take 0 shots"),
    ({"inputs": ()}, "no topic in Swahili"),
    ({"demonstrations": (Row("Timu", "nope"),)}, "nope"),
    ({"dataset": "masakhaner"}, "has no topic in Swahili .* choose another dataset or task"),
])  # fmt: skip
def test_what_still_cannot_be_is_said(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        select(replace(SWAHILI, **change))
