"""Test rows in the machine-made English of their publishers, as a pivot of their own: readers, a comparison, menus."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import clones
from helpers.small_parts import parts

from xlt_core import catalog
from xlt_core.__main__ import main
from xlt_core.records import Column
from xlt_core.ui.fields import strategies

HEADS = {
    "afrixnli": "premise\thypothesis\tlabel",
    "afrimmlu": "subject\tquestion\tchoices\tanswer",
    "afrimgsm": "question\tanswer\tanswer_number\tequation_solution",
}


def write(root: Path, name: str, language: str, rows: Sequence[str], split: str = "test") -> None:
    clones.write(root / name / f"data/{language}/{split}.tsv", "\n".join([HEADS[name.split("-")[0]], *rows]) + "\n")


@pytest.fixture
def pairs(tmp_path: Path) -> list[str]:
    """AfriXNLI with its translate-test set beside it, whose second row has another label."""
    for split in ("dev", "test"):
        write(tmp_path, "afrixnli", "eng", [f"He left {split}\tHe came\t2", "They won\tThey played\t0"], split)
        write(tmp_path, "afrixnli", "kin", [f"Yagiye {split}\tYaje\t2", "Batsinze\tBakinnye\t0"], split)
    write(tmp_path, "afrixnli-translate-test", "kin", ["He has gone\tHe has come\t2", "They beat\tThey danced\t1"])
    write(tmp_path, "afrixnli", "hau", ["Ya tafi\tYa zo\t2"])
    return [str(tmp_path / name) for name in ("afrixnli-translate-test", "afrixnli")]


def test_the_sets_are_read_in_their_published_form(tmp_path: Path) -> None:
    write(tmp_path, "afrimmlu", "kin", ["maths\tIkihe?\t\"['rimwe', 'kabiri']\"\tB"])
    write(tmp_path, "afrimmlu-translate-test", "kin", ["maths\tWhich one?\t\"['once', 'twice']\"\tB"])
    write(tmp_path, "afrimgsm", "kin", ["Amapera 3 na 4 ni angahe?\t\t7\t"])
    write(tmp_path, "afrimgsm-translate-test", "kin", ["How many are 3 pears and 4?\t\t7\t"])
    choice, maths = (catalog.dataset(name, [tmp_path / name]) for name in ("afrimmlu", "afrimgsm"))
    found = choice.translated("choice", "kin", "test")["test-1"]
    assert found.texts == {"passage": "", "question": "Which one?", "options": "once\ntwice"} and found.answer == "B"
    assert maths.translated("maths", "kin", "test")["test-1"].text == "How many are 3 pears and 4?"
    assert choice.translated_splits("choice", "eng") == () == choice.translated_splits("choice", "hau")
    assert (
        choice.translated("choice", "kin", "train") == {} == catalog.dataset("world").translated("nli", "kin", "test")
    )
    assert catalog.dataset("afrimgsm").translated_splits("maths", "yor") == ("test",), "it is downloaded"


def test_items_are_asked_in_the_published_english_and_those_without_it_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pairs: list[str]
) -> None:
    given = replace(parts(), dataset=lambda name: catalog.dataset(name, list(map(Path, pairs))))
    roots = [part for root in pairs for part in ("--data-root", root)]
    call = ["compare", "--task", "nli", "--language", "kin", "--dataset", "afrixnli", *roots, "--shots", "1",
            "--strategies", "prompt,translate", "--set", "translate.pivot=translate-test"]  # fmt: skip
    assert main([*call, "--out", str(tmp_path / "x.json")], given) == 0
    said, made = capsys.readouterr(), json.loads((tmp_path / "x.json").read_text())
    assert "no published translation" in said.err
    prompt, translate = made["runs"]
    assert "Yagiye test" in prompt["predictions"][0]["replies"][-1]["sent"], "its own clone is read, not the English"
    first, second = translate["predictions"]
    asked = first["replies"][-1]["sent"]
    assert "Premise: He has gone\nHypothesis: He has come" in asked and "human English is shown" in translate["note"]
    assert len(first["replies"]) == 1 and translate["errors"] == 1 and "no published translation" in second["error"]

    assert main([*call[:4], "hau", *call[5:]], given) == 1
    assert "AfriXNLI has no published machine translation of its rows here" in capsys.readouterr().err
    (tmp_path / "alone").mkdir()
    own = Path(pairs[1]).rename(tmp_path / "alone/afrixnli")
    assert catalog.dataset("afrixnli", [own]).translated_splits("nli", "kin") == ()


def test_the_menu_offers_what_the_data_have() -> None:
    for published, names in ((False, ["machine", "human"]), (True, ["machine", "human", "translate-test"])):
        assert [value for _, value in strategies.offers({}, published)["translate"]["pivot"]] == names
    for chosen in ("human", "translate-test"):  # a column that has chosen it says why it cannot
        column = Column("translate", "translate", {"pivot": chosen})
        assert strategies.chooses_published([column]) == (chosen == "translate-test")
