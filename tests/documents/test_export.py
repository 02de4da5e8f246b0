"""Comparisons as files for elsewhere, and back."""

import csv
import io
import json
from dataclasses import replace

import pytest
from helpers.comparisons import comparison, grid

from xlt_core.documents import export
from xlt_core.documents.document import document
from xlt_core.records import InputError, Prediction

MADE = grid({"prompt": 0.5, "translate": 0.9}, ["kin"], tasks=("topic", "ner"), shots=(0,), seeds=(0,), items=5)


def test_items_have_their_setting_answer_and_cost():
    rows = list(export.items(MADE))
    assert len(rows) == 2 * 2 * 5
    first = rows[0]
    assert (first["task"], first["language"], first["shots"], first["seed"], first["column"]) == (
        "topic",
        "kin",
        0,
        0,
        "prompt",
    )
    example = MADE[0].runs[0].examples[0]
    assert (first["id"], first["gold"], first["text"]) == (example.id, example.answer, example.text)
    assert first["score"] == float(first["gold"] == first["answer"]) and first["valid"] is True
    assert (first["tokens_in"], first["tokens_out"], first["seconds"], first["output"]) == (10, 1, 0.1, "text")
    assert rows[10]["gold"] == "PER: Aline $$ LOC: Huye"


def test_an_item_that_failed_has_no_score():
    run = MADE[0].runs[0]
    lost = replace(run, predictions=(Prediction(run.examples[0].id, error="no answer"), *run.predictions[1:]))
    row = next(export.items([replace(MADE[0], runs=(lost,))]))
    assert (row["score"], row["valid"], row["error"]) == (None, None, "no answer")


def test_csv_and_parquet_hold_the_same(tmp_path):
    import pyarrow.parquet

    for name in ("a.csv", "a.parquet"):
        export.write(tmp_path / name, MADE)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8"))))
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert len(rows) == len(table) == 20 and table == list(export.items(MADE))
    assert [row["answer"] for row in rows] == [row["answer"] for row in table]
    assert export.items_csv([]) == "id\n"


def test_json_of_one_or_several_comparisons_reads_back(tmp_path):
    export.write(tmp_path / "all.json", MADE)
    assert export.read_documents(json.loads((tmp_path / "all.json").read_text("utf-8"))) == tuple(MADE)
    assert json.loads(export.documents(MADE[:1])) == json.loads(json.dumps(document(MADE[0])))
    assert export.read_documents(document(MADE[0])) == (MADE[0],)
    with pytest.raises(InputError, match="no list of runs"):
        export.read_documents({"comparisons": [{}]})


def test_scores_come_in_markdown_and_latex(tmp_path):
    grid_of = grid({"prompt": 0.3, "translate": 0.95}, ["kin", "hau"], shots=(0, 2), seeds=(0,), items=30)
    for name in ("scores.md", "scores.tex"):
        export.write(tmp_path / name, grid_of)
    text = (tmp_path / "scores.md").read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")][1].startswith(
        "## Scores with 95% intervals, 0 shots"
    )
    assert "| Topic | Hausa | 0." in text and "| **0.9" in text and "signed-rank" in text
    assert (tmp_path / "scores.tex").read_text("utf-8").count(r"\toprule") == 4


def test_a_form_that_there_is_none_of_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"must end in .json, .gz, .csv, .parquet, .md, .tex"):
        export.write(tmp_path / "a.xlsx", MADE)
    with pytest.raises(InputError, match="cannot be written"):
        export.write(tmp_path / "none" / "a.csv", [comparison({"prompt": 0.5}, items=2)])
