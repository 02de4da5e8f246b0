"""Data from outside, through the whole: the command line, the share link, the page's menu."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from helpers import clones
from helpers.small_parts import parts

from xlt_core import catalog
from xlt_core.__main__ import main
from xlt_core.comparison.selection import select
from xlt_core.documents import document
from xlt_core.records import Column, InputError, Plan

TOPIC = ("compare", "--task", "topic", "--language", "kin", "--samples", "6", "--shots", "3")


def real(*roots):
    """The fakes, on the catalog's datasets."""
    return replace(parts(), dataset=lambda name: catalog.dataset(name, roots))


def run(capsys, out, *arguments):
    status = main([*arguments, "--out", str(out)], real())
    captured = capsys.readouterr()
    return status, json.loads(out.read_text("utf-8")) if status < 2 else {}, captured.err


@pytest.mark.parametrize("pivot", ["machine", "human"])
def test_a_clone_is_compared_with_either_pivot(capsys, tmp_path, pivot):
    root = str(clones.sib200(tmp_path / "sib"))
    status, made, err = run(capsys, tmp_path / "x.json", *TOPIC, "--dataset", "sib200", "--data-root", root, "--split",
                            "validation", "--set", f"translate.pivot={pivot}")  # fmt: skip
    assert status == 0, err
    translate = next(run for run in made["runs"] if run["name"] == "translate")
    called = any(reply["purpose"] == "translate input" for p in translate["predictions"] for reply in p["replies"])
    assert called == (pivot == "machine") and {p["gold"] for p in translate["predictions"]} == set(clones.TOPICS)
    shown = made["plan"]["demonstrations"]
    assert len(shown) == 3 and all(" train " in row["text"] and row["english"] for row in shown)
    assert root not in json.dumps(made["plan"])
    assert main(["compare", "--plan", str(tmp_path / "x.json"), "--data-root", root], parts()) == 0


def test_a_language_that_the_translator_lacks_fails_only_its_columns(capsys, tmp_path):
    root = str(clones.sib200(tmp_path / "sib"))
    status, made, err = run(capsys, tmp_path / "x.json", *TOPIC[:4], "hau", *TOPIC[5:], "--dataset", "sib200",
                            "--data-root", root, "--strategies", "prompt,translate")  # fmt: skip
    assert status == 1 and "translator dictionary does not know Hausa (hau)" in err
    assert [run["state"] for run in made["runs"]] == ["done", "failed"]


def test_without_a_train_file_there_are_no_demonstrations_and_it_says_so(capsys, tmp_path):
    root = str(clones.sib200(tmp_path / "sib", splits=("dev",)))
    status, made, err = run(capsys, tmp_path / "x.json", *TOPIC, "--dataset", "sib200", "--data-root", root, "--split",
                            "validation")  # fmt: skip
    assert status == 0 and made["plan"]["demonstrations"] == [] and "no train split here" in err
    assert all("zero-shot" in run["note"] for run in made["runs"])


def test_the_few_shot_file_is_named_in_the_note(tmp_path):
    made = real(clones.masakhanews(tmp_path))
    selected = select(Plan("topic", "hau", (Column("prompt", "prompt"),), "masakhanews", "validation", shots=4), made)
    assert len(selected.demonstrations) == 4 and "few-shot" in "".join(selected.remarks)


def test_gold_answers_that_cannot_be_written_are_counted(tmp_path):
    rows = ["Huye B-LOC", "Huye B-LOC", "", "Aline B-PER", "$$ I-PER", ". O", ""]
    clones.write(tmp_path / "MasakhaNER2.0/data/kin/test.txt", "\n".join(rows))
    clones.write(tmp_path / "MasakhaNER2.0/data/kin/train.txt", "\n".join(rows) + "\nKato B-PER\n")
    made = real(tmp_path)
    selected = select(Plan("ner", "kin", (Column("prompt", "prompt"),), "masakhaner", shots=1), made)
    assert [row.text for row in selected.plan.demonstrations] == ["Kato"]
    assert "1 of 2 gold answers cannot be written" in selected.remarks[0]


def test_a_file_of_ones_own_with_its_labels(capsys, tmp_path):
    path = tmp_path / "mine.csv"
    clones.write(path, "text,answer\nKeza yatsinze umukino,sports\nKato yafunguye ibitaro,health\n")
    call = (*TOPIC, "--dataset", str(path), "--strategies", "prompt")
    status, made, err = run(capsys, tmp_path / "x.json", *call, "--labels", "sports, health,travel")
    assert status == 0 and made["plan"]["labels"] == ["sports", "health", "travel"] and "zero-shot" in err
    assert set(made["runs"][0]["predictions"][0]["replies"][0]["choices"]) == {"sports", "health", "travel"}
    status, _, err = run(capsys, tmp_path / "y.json", *call, "--labels", "sports,travel")
    assert status == 2 and "The item line-3 has the answer 'health', which is none of the labels" in err


@pytest.mark.parametrize(("arguments", "words"), [
    (("--dataset", "xlsum", "--data-root", "/nowhere"), "/nowhere is no clone of XL-Sum"),
    (("--dataset", "none.csv"), "none.csv cannot be read"), (("--dataset", "sib2000"), "did you mean sib200"),
    (("--dataset", "file"), "Name the file itself"),
])  # fmt: skip
def test_data_that_are_not_there_give_status_2(capsys, arguments, words):
    status = main([*TOPIC, *arguments, "--strategies", "prompt"], real())
    err = capsys.readouterr().err
    assert status == 2 and words in err and err.count("\n") == 1


def test_no_local_path_goes_into_a_link(tmp_path):
    plan = Plan("topic", "kin", dataset=str(tmp_path / "mine.csv"), labels=("a", "b"))
    assert document.decode(document.encode(plan)).dataset == "mine.csv" and "--labels=a,b" in document.command(
        Plan("topic", "kin", demonstrations=None, labels=("a", "b"), columns=(Column("prompt", "prompt"),))
    )
    assert document.command(Plan("topic", "kin", labels=("a,b",))).endswith("--plan comparison.json")
    with pytest.raises(InputError, match="not offered"):
        from xlt_core.ui.shared.limits import check_offered

        check_offered(plan)


def test_the_page_offers_what_is_at_hand(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(tmp_path / "none"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "none"))
    assert catalog.offered_datasets() == ("world",)
    monkeypatch.setattr(catalog, "DATA_ROOTS", (clones.sib200(tmp_path / "sib"), tmp_path))
    monkeypatch.setattr(catalog, "DATASETS", ("xlsum",))
    assert catalog.offered_datasets() == ("sib200", "world", "xlsum")
    assert set(catalog.dataset("sib200").languages("topic")) == {"kin", "hau", "lug", "swa", "eng"}
