"""The readers of inference, choices and questions, on small files in the documented form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.records import InputError

PAIRS = "premise\thypothesis\tlabel\n{}\n"


def afrixnli(root: Path) -> Path:
    for name, own in (
        ("eng", "He left\tHe came\t2\nHe left\tHe is sad\t1"),
        ("kin", "Yagiye\tYaje\t2\nYagiye\tArababaye\t0"),
    ):
        for split in ("dev", "test"):
            clones.write(root / f"data/{name}/{split}.tsv", PAIRS.format(own))
    return root


def test_afrixnli_has_the_human_english_by_row_and_demonstrations_from_its_dev_file(tmp_path: Path) -> None:
    data = catalog.dataset("afrixnli", [afrixnli(tmp_path)])
    first, second = data.load("nli", "kin", "test")
    assert first.texts == {"premise": "Yagiye", "hypothesis": "Yaje"} and first.answer == "contradiction"
    assert first.pivot.texts == {"premise": "He left", "hypothesis": "He came"} and first.choices[0] == "entailment"
    assert second.answer == "entailment" and second.pivot is None, "the English row has another label"
    assert data.splits("nli", "kin") == ("train", "test") and "dev file" in data.note("nli", "kin", "train")
    assert data.load("nli", "eng", "train")[0].pivot is None and not data.note("nli", "kin", "test")


def test_xnli_reads_parquet(tmp_path: Path) -> None:
    import pandas

    for name, word in (("en", "He left"), ("sw", "Aliondoka")):
        (tmp_path / name).mkdir()
        rows = pandas.DataFrame({"premise": [word, ""], "hypothesis": ["x", "y"], "label": [0, 1]})
        for split in ("validation", "test"):
            rows.to_parquet(tmp_path / f"{name}/{split}-00000-of-00001.parquet")
    data = catalog.dataset("xnli", [tmp_path])
    (found,) = data.load("nli", "swa", "test")
    assert found.answer == "entailment" and found.pivot.texts["premise"] == "He left"
    assert data.splits("nli", "swa") == ("train", "test")
    (tmp_path / "sw/test-00000-of-00001.parquet").write_bytes(b"no parquet")
    with pytest.raises(InputError, match="cannot be read as a table of premise"):
        data.load("nli", "swa", "test")


def test_afrimmlu_letters_its_options_and_names_a_row_without_a_list(tmp_path: Path) -> None:
    head = "subject\tquestion\tchoices\tanswer\n"
    for name, word in (("eng", "Which?"), ("kin", "Ikihe?")):
        rows = [f"maths\t{word}\t\"['1', '2', \"\"it's\"\", '4']\"\tC", f"maths\t{word}\t['a', 'b']\tD"]
        clones.write(tmp_path / f"data/{name}/test.tsv", head + "\n".join(rows) + "\n")
    (found,) = catalog.dataset("afrimmlu", [tmp_path]).load("choice", "kin", "test")
    assert found.texts["options"] == "1\n2\nit's\n4" and found.answer == "C" and found.choices == tuple("ABCD")
    assert found.pivot.texts["question"] == "Which?" and found.texts["passage"] == ""
    clones.write(tmp_path / "data/hau/test.tsv", head + "maths\tWanne?\tone, two\tA\n")
    with pytest.raises(InputError, match=r"Row 1 of .*data/hau/test.tsv has no list of choices"):
        catalog.dataset("afrimmlu", [tmp_path]).load("choice", "hau", "test")


def belebele(passage: str, answer: str = "2") -> dict[str, object]:
    options = {f"mc_answer{number}": f"{passage} {number}" for number in range(1, 5)}
    return {"link": "https://en.wikibooks.org/wiki/Bees", "question_number": 1, "flores_passage": passage,
            "question": f"{passage}?", **options, "correct_answer_num": answer, "dialect": "x"}  # fmt: skip


def test_belebele_joins_passages_by_link_and_number(tmp_path: Path) -> None:
    for name, row in (
        ("kin_Latn", belebele("Inzuki")),
        ("eng_Latn", belebele("Bees")),
        ("hau_Latn", belebele("Zuma", "9")),
    ):
        clones.write(tmp_path / f"data/{name}.jsonl", json.dumps(row) + "\n")
    data = catalog.dataset("belebele", [tmp_path])
    (found,) = data.load("choice", "kin", "test")
    assert found.texts == {
        "passage": "Inzuki",
        "question": "Inzuki?",
        "options": "Inzuki 1\nInzuki 2\nInzuki 3\nInzuki 4",
    }
    assert found.answer == "B" and found.pivot.texts["passage"] == "Bees" and data.splits("choice", "kin") == ("test",)
    assert data.load("choice", "hau", "test") == []
    assert {"kin", "swa", "orm", "zho_Hant"} <= set(catalog.dataset("belebele").languages("choice"))
    clones.write(tmp_path / "data/lug_Latn.jsonl", '{"link": "x"}\n')
    with pytest.raises(InputError, match=r"Row 1 of .*lug_Latn.jsonl lacks question_number"):
        data.load("choice", "lug", "test")


def afriqa(number: int, answers: list[str], passage: str | None = "It lies in Huye.") -> str:
    row = {"answer_pivot": {"answer_start": [0], "text": answers}, "context": passage, "id": str(number), "title": "x",
           "question_lang": "Ina yake?", "question_translated": "Where is it?", "answer_lang": "i Huye"}  # fmt: skip
    return json.dumps(row)


def test_afriqa_asks_in_one_language_of_a_passage_in_another_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    rows = [
        afriqa(0, ["Huye"]),
        afriqa(1, ["yes"]),
        afriqa(2, []),
        afriqa(3, ["Huye"], None),
        afriqa(4, ["Huye", "in huye"]),
    ]
    for name in ("hau.en", "wol.fr"):
        folder = tmp_path / "data/gold_passages" / name[:3]
        clones.write(folder / f"gold_span_passages.afriqa.{name}.dev.json", "\n".join(rows) + "\n")
    data = catalog.dataset("afriqa", [tmp_path])
    found = data.load("qa", "hau", "validation")
    assert [(e.id, e.answer) for e in found] == [("validation-0", "Huye"), ("validation-1", "yes"),
                                                  ("validation-4", "Huye $$ in huye")]  # fmt: skip
    assert found[0].languages == {"passage": "eng", "answer": "eng"} == data.written_in("qa", "hau")
    assert found[0].pivot.texts == {"passage": "It lies in Huye.", "question": "Where is it?"}
    assert data.note("qa", "hau", "validation") == (
        "of 5 validation items 1 without a passage, 1 without an answer, left out; validation answers that do not "
        "stand in their passage: 1 of 3 (yes or no: 1)"
    )
    french = data.load("qa", "wol", "validation")[0]
    assert french.languages["passage"] == "fra" and french.pivot is None, "its translation is French"
