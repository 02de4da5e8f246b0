from __future__ import annotations

import base64
import csv
import io
import json
import shlex
import subprocess
import sys
import zlib
from dataclasses import replace

import pytest
from helpers.small_parts import parts, plan

from xlt_core.catalog import task
from xlt_core.comparison.compare import compare
from xlt_core.comparison.selection import select
from xlt_core.documents import document as documents
from xlt_core.formats.rows import load_rows
from xlt_core.records import Column, Comparison, InputError, Limits, Plan, Prediction, Reply, Row, Run, Span
from xlt_core.settings import ROOT

KEYS = {"name", "strategy", "state", "note", "scoring", "scores", "valid", "errors", "tokens_in", "tokens_out",
        "seconds", "predictions", "preparation"}  # fmt: skip
WORLD = Plan("topic", "kin", samples=5)


@pytest.fixture(scope="module", params=["topic", "ner", "summary"])
def comparison(request):
    return list(compare(plan(task=request.param, samples=4), parts()))[-1]


def test_a_document_has_the_keys_that_scripts_read(comparison):
    made = documents.document(comparison)
    assert {"plan", "runs", "tests"} <= set(made)
    assert [set(run) - KEYS for run in made["runs"]] == [set(), {"pivot"}, set()]
    assert all(set(run) >= KEYS for run in made["runs"])
    assert {"id", "answer", "gold", "valid", "error", "notes", "replies"} <= set(made["runs"][0]["predictions"][0])
    keys = {"a", "b", "metric", "difference", "low", "high", "p", "test", "p_holm"}
    assert len({(test["a"], test["b"]) for test in made["tests"]}) == len(made["tests"]), "one row a pair"
    for test in made["tests"]:
        assert test["test"] == "paired randomization" and set(test) - {"mcnemar"} == keys
        assert ("mcnemar" in test) == (comparison.plan.task == "topic")
        assert test.get("mcnemar", {"test": "McNemar exact"})["test"] == "McNemar exact"
    score = next(iter(made["runs"][0]["scores"].values()))
    assert set(score) == {"value", "low", "high"}


def test_a_document_reads_back_the_same(comparison):
    text = json.dumps(documents.document(comparison), allow_nan=False)
    assert documents.read_document(json.loads(text)) == comparison


def test_a_document_says_how_good_the_pivot_is_and_opens_without_it(comparison):
    made = documents.document(comparison)
    translated = made["runs"][1]["pivot"]
    assert (translated["items"], translated["references"]) == (4, 4) and "nw:2" in translated["signature"]
    assert set(translated["chrf_pp"]) == {"value", "low", "high"} and "Nothing can be said" in translated["says"]
    signs = {"length_ratio", "repetition", "untranslated", "other_script"}
    assert signs <= set(translated) and "back_chrf_pp" not in translated and "correlation" not in translated
    assert all(set(p["pivot"]) == signs | {"chrf_pp"} for p in made["runs"][1]["predictions"])
    for run in made["runs"]:  # as it was written before
        run.pop("pivot", None)
        run["predictions"] = [{k: v for k, v in p.items() if k != "pivot"} for p in run["predictions"]]
    assert documents.read_document(made) == comparison


def test_a_back_translation_is_scored_against_the_source():
    back = plan(columns=(Column("translate", "translate", {"back": True}),), samples=4)
    made = documents.document(list(compare(back, parts()))[-1])["runs"][0]
    assert made["pivot"]["back_chrf_pp"] == 1 and all(p["pivot"]["back_chrf_pp"] == 1 for p in made["predictions"])


def test_a_document_opens_where_no_model_can_be_loaded(comparison, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(documents.document(comparison)), encoding="utf-8")
    code = """
import json, sys
from xlt_core.documents import document, export, report
from xlt_core.ui.compare import columns
from xlt_core.ui.items import rows
read = document.read_document(json.loads(open(sys.argv[1], encoding="utf-8").read()))
assert "xlt-columns" in columns.columns_html(read, None, {}) and rows.rows_of(read, "macro_f1")
assert document.items_csv(read) and list(export.items([read])) and document.command(read.plan)
assert "Which is best where" in report.html([read])
assert not {"torch", "transformers", "peft"} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "x.json"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_plan_reads_back_the_same():
    full = select(plan(columns=(Column("a", "translate", {"pivot": "human"}), Column("b", "prompt"))), parts()).plan
    assert documents.read_plan(json.loads(json.dumps(documents.plan_document(full)))) == full
    assert documents.decode(documents.encode(full)) == full


@pytest.mark.parametrize(("change", "sentence"), [
    ({"shots": "four"}, "plan.shots must be a whole number"), ({"shots": True}, "plan.shots must be a whole number"),
    ({"surprise": 1}, "plan cannot have 'surprise'"), ({"columns": [{"name": "a"}]}, "lacks 'strategy'"),
    ({"columns": 3}, "plan.columns must be a list"), ({"demonstrations": [1]}, "must be an object"),
    ({"demonstrations": "x"}, "plan.demonstrations must be"), ({"limits": None}, "plan.limits must be an object"),
    ({"columns": [{"name": "a", "strategy": "prompt", "knobs": {"x": []}}]}, "knobs.x"),
])  # fmt: skip
def test_a_plan_that_is_off_is_one_sentence(change, sentence):
    with pytest.raises(InputError, match=sentence):
        documents.read_plan({**documents.plan_document(WORLD), **change})


@pytest.mark.parametrize("data", [None, [], "x", {"plan": {}}, {"runs": [], "plan": None}, {"runs": [3], "plan": {}}])
def test_a_document_that_is_off_is_one_sentence(data):
    with pytest.raises(InputError):
        documents.read_document(data)


@pytest.mark.parametrize("text", ["", "???", "abc", "eJwrAAB4", "ü", documents.encode(WORLD)[:-9], "A" * 99])
def test_a_damaged_link_is_one_sentence(text):
    with pytest.raises(InputError, match="link is damaged"):
        documents.decode(text)


def test_a_link_that_holds_no_plan_is_one_sentence():
    link = base64.urlsafe_b64encode(zlib.compress(b'{"task": "topic"}')).decode()
    with pytest.raises(InputError, match="This link cannot be used: plan lacks 'language'"):
        documents.decode(link)


def test_a_link_has_no_local_path_and_only_plain_characters(tmp_path):
    link = documents.encode(replace(WORLD, model=str(tmp_path / "mine"), translator="~/secret/nllb"))
    laft = Column("laft", "laft", {"adapter": str(tmp_path / "lora")})
    assert documents.decode(documents.encode(replace(WORLD, columns=(laft,)))).columns[0].knobs == {"adapter": "lora"}
    assert documents.decode(link).model == "mine" and documents.decode(link).translator == "nllb"
    assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_command_says_the_whole_plan():
    column = Column("laft", "laft", {"adapter": "it's", "normalise": "bytes"})
    words = shlex.split(documents.command(replace(WORLD, columns=(column,), inputs=(Row("-a 'b'"),))))
    assert words[:4] == ["python", "-m", "xlt_core", "compare"]
    assert "laft.adapter=it's" in words and "laft.normalise=bytes" in words and "--text=-a 'b'" in words


@pytest.mark.parametrize("change", [
    {"columns": (Column("a,b", "prompt"),)}, {"inputs": (Row("a", "health"),)}, {"limits": Limits(tokens=3)},
    {"demonstrations": (Row("Aline yaje", "health"),)},
])  # fmt: skip
def test_what_no_option_can_say_is_replayed_from_the_download(change):
    assert documents.command(replace(WORLD, **change)).endswith("--plan comparison.json")


def test_items_come_as_a_sheet(comparison):
    lines = list(csv.DictReader(io.StringIO(documents.items_csv(comparison))))
    assert len(lines) == 4 and {"id", "text", "gold", "prompt", "prompt score", "laft valid"} <= set(lines[0])
    assert lines[0]["text"] == comparison.runs[0].examples[0].text


def test_an_infinite_likelihood_is_left_out_and_an_answer_written():
    reply = Reply("score", "s", "", choices={"a": -1.0, "b": float("-inf")})
    run = Run("p", "prompt", predictions=(Prediction("x", (Span("A", "PER", 0, 1, "fuzzy"),), (reply,)),))
    made = documents.document(Comparison(WORLD, (run,)))
    assert made["runs"][0]["predictions"][0]["replies"][0]["choices"] == {"a": -1.0}
    assert documents.write_answer(task("ner"), run.predictions[0].answer) == "PER: A"
    assert documents.write_answer(task("ner"), None) == ""


FILES = {
    "a.jsonl": '{"text": "one", "answer": "health"}\n\n{"text": "two", "answer": "sports", "english": "2"}\n',
    "a.csv": '\ufefftext,answer,english\none,health,\n"two",sports,2\n',
    "a.tsv": "answer\ttext\tenglish\nhealth\tone\t\nsports\ttwo\t2\n",
}


@pytest.mark.parametrize("name", FILES)
def test_rows_come_from_files(tmp_path, name):
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    assert load_rows(tmp_path / name) == (Row("one", "health"), Row("two", "sports", english="2"))


@pytest.mark.parametrize(("name", "text", "sentence"), [
    ("a.txt", "x", "must end in"), ("a.jsonl", '{"text": "a", "answer": "b"}\n{', "Line 2 of a.jsonl is no JSON"),
    ("a.jsonl", "[1]", "Line 1 of .* no JSON object"), ("a.csv", "text,answer\na,\n", "Line 2 .* has no answer"),
    ("a.csv", "texts,answer\na,b\n", "Line 2 of a.csv has no column text"),
    ("a.csv", "text,answer\n", "a.csv has no rows"),
    ("a.tsv", "text\tanswer\nx\n", "Line 2 .* has no answer"), ("a.csv", "text,text,answer\n", "column text twice"),
    ("a.jsonl", '{"text": "a", "answer": 3}', "answer must be text"),
])  # fmt: skip
def test_a_wrong_row_is_named_by_its_line(tmp_path, name, text, sentence):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        load_rows(tmp_path / name)


def test_files_that_cannot_be_read_are_one_sentence(tmp_path):
    (tmp_path / "latin.csv").write_bytes("text,answer\né,b".encode("latin-1"))
    with pytest.raises(InputError, match="not in UTF-8"):
        load_rows(tmp_path / "latin.csv")
    with pytest.raises(InputError, match="cannot be read"):
        documents.load_plan(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(InputError, match="is no JSON"):
        documents.load_plan(tmp_path / "bad.json")
