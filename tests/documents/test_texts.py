"""Results that are passed on without the texts of their data."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
from helpers.comparisons import comparison, grid
from helpers.small_parts import SMALL, parts, plan

from xlt_core.comparison import compare
from xlt_core.documents import export, texts
from xlt_core.findings.findings import find
from xlt_core.records import InputError


def last(given):
    *_, final = compare.compare(given, parts())
    return final


@pytest.mark.parametrize("task", ["topic", "ner"])
def test_no_text_of_the_data_is_left(task):
    made = last(plan(task=task, shots=2))
    words = {word for split in ("train", "test") for example in SMALL.load(task, "kin", split)
             for word in (*example.text.split(), *example.pivot.text.split())}  # fmt: skip
    written = export.documents([texts.without_texts(made, parts())])
    assert any(word in export.documents([made]) for word in words) and not [w for w in words if w in written]


def test_scores_and_costs_stay():
    made = last(plan(shots=2))
    (bare,) = export.read_documents(json.loads(export.documents([texts.without_texts(made, parts())])))
    assert [run.scores for run in bare.runs] == [run.scores for run in made.runs] and bare.tests == made.tests
    assert [p.answer for run in bare.runs for p in run.predictions] == [
        p.answer for run in made.runs for p in run.predictions
    ]
    assert [len(run.replies) for run in bare.runs] == [len(run.replies) for run in made.runs]
    assert [run.preparation for run in bare.runs] == [
        tuple(replace(reply, sent="", text="", seconds=round(reply.seconds, 4)) for reply in run.preparation)
        for run in made.runs
    ]
    whole, without = find([made]), find([bare])
    assert [(cell.column, cell.score) for cell in whole.cells] == [(cell.column, cell.score) for cell in without.cells]


def test_texts_come_back_by_id_where_the_data_is_at_hand():
    made = last(plan(shots=2))
    bare = texts.without_texts(made, parts())
    assert [run.examples for run in texts.with_texts(bare, parts()).runs] == [run.examples for run in made.runs]
    elsewhere = replace(parts(), dataset=missing)
    assert texts.with_texts(bare, elsewhere) == bare
    changed = replace(bare, runs=tuple(
        replace(run, examples=tuple(replace(example, answer="politics") for example in run.examples))
        for run in bare.runs))  # fmt: skip
    assert texts.with_texts(changed, parts()) == changed  # the data has other answers to these ids by now


def test_a_dataset_is_looked_for_once_for_all_results(monkeypatch):
    asked, data = [], parts().dataset(plan().dataset)
    monkeypatch.setattr(type(data), "at_hand", lambda self: asked.append(self) or True)
    made = last(plan(shots=2))
    found = texts.all_with_texts([texts.without_texts(made, parts())] * 3, parts())
    assert len(asked) == 1 and [one.runs[0].examples for one in found] == [made.runs[0].examples] * 3


def missing(name):
    raise InputError("There is no such dataset.")


def test_answers_that_are_texts_are_refused():
    with pytest.raises(InputError, match="would hold nothing"):
        texts.without_texts(comparison({"prompt": 0.5}, task="summary"))


def test_a_packed_file_reads_back_and_a_damaged_one_is_one_sentence(tmp_path):
    made = grid({"prompt": 0.5, "translate": 0.9}, ["kin"], shots=(0,), seeds=(0,), items=5)
    path = tmp_path / "results.json.gz"
    export.write(path, made)
    assert export.load(path) == export.read_documents(json.loads(gzip.decompress(path.read_bytes())))
    whole = path.read_bytes()
    for cut in (0, 2, 20, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError, match=r"it is no JSON|it was cut|it is damaged"):
            export.load(path)
