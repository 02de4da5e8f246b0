"""What others have reported: each row with its source, and shown beside ours without being part of a test."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from xlt_core import catalog
from xlt_core.documents import report
from xlt_core.findings import figures
from xlt_core.findings.findings import find
from xlt_core.findings.published import beside, beside_plan, published, published_table
from xlt_core.records import Comparison, Example, Plan, Prediction, Row, Run
from xlt_core.scoring.metrics import TITLES
from xlt_core.settings import ASSETS
from xlt_core.ui.compare import chart

WHOLE = {"accuracy", "number_match"}  # scores that are a number of items


def comparison(task: str = "maths", dataset: str = "afrimgsm", language: str = "kin") -> Comparison:
    examples = tuple(Example(f"t{i}", {"text": f"q {i}"}, str(i)) for i in range(8))
    runs = []
    for name, right in (("a", 6), ("b", 2)):
        said = [Prediction(e.id, e.answer if i < right else "99", valid=True) for i, e in enumerate(examples)]
        runs.append(Run(name, "prompt", "done", examples=examples, predictions=tuple(said)))
    plan = Plan(task, language, dataset=dataset)
    return Comparison(plan, tuple(replace(run, scores=catalog_scores(task, run)) for run in runs))


def catalog_scores(task: str, run: Run):
    from xlt_core.comparison.endings import scored

    return scored(run, catalog.task(task)).scores


@pytest.mark.parametrize("dataset", sorted({one.dataset for one in published()}))
def test_a_figure_is_of_what_there_is_and_has_its_source(dataset: str) -> None:
    for one in (one for one in published() if one.dataset == dataset):
        assert one.task in catalog.tasks() and one.metric in TITLES and 0 <= one.value <= 1, one
        assert one.language in catalog.dataset(dataset).languages(one.task) or one.language == "eng", one
        assert len(one.commit) == 40 and one.table and one.source and one.split == "test", one
        # Shares of items are checked against the number of items: a figure that is none of theirs was miscopied.
        if one.metric in WHOLE and one.items:
            hits = one.value * int(one.items)
            assert abs(hits - round(hits)) <= 5e-5 * int(one.items) + 1e-9 or dataset in ("mgsm", "afrimgsm"), one


def test_no_figure_stands_twice_and_known_faults_are_left_out() -> None:
    with (ASSETS / "published.csv").open(encoding="utf-8", newline="") as file:
        rows = [(r["task"], r["dataset"], r["language"], r["model"], r["setting"]) for r in csv.DictReader(file)]
    assert len(set(rows)) == len(rows) > 400
    assert not any("405B" in model for *_, model, _ in rows), "its intents are Gemini's"
    assert not any(dataset == "flores" for _, dataset, *_ in rows), "its two directions are the same for Gemma 2"
    assert not beside("topic", "sib200", "swa") or all(
        "gpt" not in one.model for one in beside("topic", "sib200", "swa")
    )


def test_only_the_same_task_dataset_and_language_stand_beside() -> None:
    assert {one.language for one in beside("maths", "afrimgsm", "kin")} == {"kin"} and not beside(
        "maths", "mgsm", "kin"
    )
    plan = Plan("maths", "kin", dataset="afrimgsm")
    assert beside_plan(plan) and not beside_plan(replace(plan, inputs=(Row("3 + 4?"),)))
    assert not beside_plan(replace(plan, dataset="world"))


def test_the_report_and_the_chart_have_them_and_no_test_does() -> None:
    made = comparison()
    found = find([made])
    assert {one.test.a for one in found.contrasts} | {one.test.b for one in found.contrasts} == {"a", "b"}
    drawn = figures.over_shots(found, found.conditions[0])
    (trace,) = [trace for trace in drawn.data if trace.name == "reported"]
    assert set(trace.x) == {"reported"} and 0.604 in trace.y
    page = report.html([made])
    assert "What others have reported" in page and "asimzz/AfroBench" in page
    html = chart.chart_html(made, "number_match")
    assert html.count("xlt-dot-reported") == len(beside("maths", "afrimgsm", "kin")) and "Reported by others" in html
    other = chart.chart_html(comparison(dataset="world"), "number_match")
    assert "xlt-dot-reported" not in other and "Reported by others" not in other


def test_a_figure_in_another_score_is_listed_and_not_marked() -> None:
    listed = published_table(beside("topic", "sib200", "kin"))
    assert {row[5] for row in listed.rows} == {"accuracy", "weighted F1"} and len(listed.rows) == 5
