"""The readers of parallel sentences, word problems and intents, on files in their documented layouts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.records import InputError

INTO, FROM = "translation", "translation_from_english"


def test_mafand_is_read_both_ways(tmp_path: Path) -> None:
    data = catalog.dataset("mafand", [clones.mafand(tmp_path)])
    assert data.languages(INTO) == ("lug",) and data.splits(FROM, "lug") == ("validation",)
    into, back = (data.load(task, "lug", "validation") for task in (INTO, FROM))
    assert (into[0].text, into[0].answer) == ("Nakato yagenze e Jinja.", "Nakato went to Jinja.")
    assert [(e.text, e.answer) for e in back] == [(e.answer, e.text) for e in into]
    assert not any(e.pivot for e in (*into, *back))
    assert catalog.dataset("mafand").splits(INTO, "kin") == ("validation", "test")


@pytest.mark.parametrize("place", ["", "flores200_dataset/"])
def test_flores_200_is_a_sentence_a_line(tmp_path: Path, place: str) -> None:
    for code, word in (("kin_Latn", "Muraho"), ("eng_Latn", "Hello")):
        for folder in ("dev", "devtest"):
            clones.write(tmp_path / f"{place}{folder}/{code}.{folder}", f"{word} {folder} 1\n{word} {folder} 2\n")
    data = catalog.dataset("flores", [tmp_path])
    assert data.languages(INTO) == ("kin",) and data.splits(INTO, "kin") == ("train", "test")
    assert next((e.id, e.text, e.answer) for e in data.load(INTO, "kin", "test")) == (
        "test-1", "Muraho devtest 1", "Hello devtest 1")  # fmt: skip
    assert data.load(FROM, "kin", "train")[1].text == "Hello dev 2"
    clones.write(tmp_path / f"{place}dev/kin_Latn.dev", "Muraho\n")
    with pytest.raises(InputError, match="1 sentences, the English 2"):
        data.load(INTO, "kin", "train")


def test_flores_plus_is_a_table_on_the_hub(tmp_path: Path) -> None:
    import pandas

    for code, word in (("kin_Latn", "Muraho"), ("eng_Latn", "Hello")):
        (tmp_path / "devtest").mkdir(exist_ok=True)
        rows = {"id": [2, 1], "text": [f"{word} 2", f"{word} 1"], "iso_639_3": ["x", "x"]}
        pandas.DataFrame(rows).to_parquet(tmp_path / f"devtest/{code}.parquet")
    found = catalog.dataset("flores", [tmp_path]).load(INTO, "kin", "test")
    assert [(e.text, e.answer) for e in found] == [("Muraho 1", "Hello 1"), ("Muraho 2", "Hello 2")]


def test_ntrex_has_the_same_lines_in_every_language(tmp_path: Path) -> None:
    for name, word in (("src.eng", "Hello"), ("ref.kin", "Muraho"), ("ref.sna-Latn", "Mhoro")):
        clones.write(tmp_path / f"NTREX-128/newstest2019-{name}.txt", f"{word} 1\n\n{word} 3\n")
    data = catalog.dataset("ntrex", [tmp_path])
    assert set(data.languages(INTO)) == {"kin", "sna"} and data.splits(INTO, "kin") == ("test",)
    assert [(e.id, e.text, e.answer) for e in data.load(INTO, "sna", "test")] == [
        ("test-1", "Mhoro 1", "Hello 1"), ("test-3", "Mhoro 3", "Hello 3")]  # fmt: skip
    assert {"kin", "hau", "swa", "yor", "orm", "arb"} <= set(catalog.dataset("ntrex").languages(INTO))


def test_afrimgsm_has_reasoning_for_demonstrations_and_the_english_beside(tmp_path: Path) -> None:
    head = "question\tanswer\tanswer_number\tequation_solution\n"
    shown = ("Ikibazo: Amapera 3 na 4?", "Igisubizo intambwe ku ntambwe: 3 + 4 = 7. The answer is 7.", "7", "3+4=7")
    clones.write(tmp_path / "data/kin/dev.tsv", head + "\t".join(shown) + "\n")
    clones.write(tmp_path / "data/kin/test.tsv", head + "Ni angahe?\t\t1,200\t\n")
    clones.write(tmp_path / "data/eng/test.tsv", head + "How many?\t\t1200\t\n")
    data = catalog.dataset("afrimgsm", [tmp_path])
    (shown,), (item,) = data.load("maths", "kin", "train"), data.load("maths", "kin", "test")
    assert (shown.text, shown.texts["reasoning"], shown.answer) == ("Amapera 3 na 4?", "3 + 4 = 7.", "7")
    assert (item.text, item.answer, item.pivot.text, item.pivot.answer) == ("Ni angahe?", "1200", "How many?", "1200")
    assert set(item.texts) == {"text"} and shown.pivot is None


def test_mgsm_has_no_first_line(tmp_path: Path) -> None:
    clones.write(tmp_path / "mgsm_sw.tsv", 'Bata 3 na "kuku" 4: wote ni wangapi?\t7\nNyingine?\t-1,000\n')
    clones.write(tmp_path / "mgsm_en.tsv", 'Ducks 3 and "hens" 4: how many?\t7\nAnother?\t-1,000\n')
    found = catalog.dataset("mgsm", [tmp_path]).load("maths", "swa", "test")
    assert [(e.text, e.answer) for e in found] == [
        ('Bata 3 na "kuku" 4: wote ni wangapi?', "7"),
        ("Nyingine?", "-1000"),
    ]
    assert found[0].pivot.text.startswith("Ducks") and found[1].pivot.answer == "-1000"


def test_injongo_reads_the_forty_intents(tmp_path: Path) -> None:
    rows = [{"text": "Nkeneye itike y'indege", "intent": "book_flight"}, {"text": "", "intent": "time"},
            {"text": "Muraho", "intent": "greeting"}]  # fmt: skip
    clones.write(tmp_path / "data/cleaned-dataset/kin/test.jsonl", "\n".join(map(json.dumps, rows)))
    clones.write(tmp_path / "hau/dev.jsonl", json.dumps(rows[0]))
    data = catalog.dataset("injongo", [tmp_path])
    (item,) = data.load("intent", "kin", "test")
    assert item.answer == "book_flight" and len(item.choices) == 40
    assert set(data.languages("intent")) == {"kin", "hau"} and data.splits("intent", "hau") == ("validation",)
