"""Any dataset in the form of the Hub: its columns by the task's fields, its labels by their names, its own splits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.records import InputError


def write(folder: Path, split: str, *rows: dict[str, object]) -> None:
    clones.write(folder / f"{split}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))


def test_columns_are_named_where_they_are_called_otherwise(tmp_path: Path) -> None:
    rows = [
        {"sentence1": "Yagiye", "sentence2": "Yaje", "gold": "no"},
        {"sentence1": "Yagiye", "sentence2": "Eh", "gold": "yes"},
    ]
    write(tmp_path, "train", *rows)
    write(tmp_path, "test", *rows[:1], {"sentence1": "", "sentence2": "x", "gold": "no"})
    data = catalog.dataset(f"hub:{tmp_path}?premise=sentence1,hypothesis=sentence2,answer=gold")
    assert data.splits("nli", "kin") == ("train", "test") and data.serves("nli", "tlh") and data.at_hand()
    train, test = data.load("nli", "kin", "train"), data.load("nli", "kin", "test")
    assert [e.answer for e in train] == ["no", "yes"] and train[0].choices == ("no", "yes")
    assert len(test) == 1 and test[0].texts == {"premise": "Yagiye", "hypothesis": "Yaje"} and test[0].id == "test-1"
    with pytest.raises(InputError, match="has no split 'validation'; choose one of train, test"):
        data.load("nli", "kin", "validation")


def test_lists_of_options_and_squads_answers_are_read(tmp_path: Path) -> None:
    row = {"question": "Where?", "options": ["Kigali", "Huye"], "answer": 1, "context": "In Huye.",
           "answers": {"text": ["Huye", "in Huye"], "answer_start": [3, 0]}}  # fmt: skip
    write(tmp_path, "test", row)
    (choice,) = catalog.dataset(f"hub:{tmp_path}").load("choice", "eng", "test")
    assert choice.answer == "B" and choice.choices == ("A", "B") and choice.texts["options"] == "Kigali\nHuye"
    (asked,) = catalog.dataset(f"hub:{tmp_path}?passage=context,answer=answers").load("qa", "eng", "test")
    assert asked.answer == "Huye $$ in Huye" and asked.texts["passage"] == "In Huye."


@pytest.mark.parametrize(("name", "words"), [
    ("hub:", "names no dataset; write it as hub:ID"), 
    ("hub:x?text", "columns cannot be read at 'text'; write FIELD=COLUMN"),
    ("hub:{}?hypothesis=b", "has no column for premise; its columns are a, b"),
    ("hub:{}?text=a", "names 'text', which is no field of Inference"),
    ("hub:{}/nowhere", "cannot be read: .*check its name and configuration"),
])  # fmt: skip
def test_what_is_off_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    write(tmp_path, "test", {"a": "x", "b": "y"})
    with pytest.raises(InputError, match=words):
        catalog.dataset(name.format(tmp_path)).load("nli", "kin", "test")
