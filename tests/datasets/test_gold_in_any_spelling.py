"""Gold entities that a perfect system writes in another normal form, or with other apostrophes, score 1.000."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

import pytest

from xlt_core.datasets.masakhaner import LANGUAGES, MasakhaNer
from xlt_core.reading.entities import KINDS
from xlt_core.records import Answer, Example
from xlt_core.scoring.metrics import item_score, measure
from xlt_core.settings import ROOT
from xlt_core.tasks.ner import Ner

CLONE = ROOT.parent / "shared" / "data" / "masakhane-ner"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "NFC": lambda text: normalize("NFC", text),
    "NFD": lambda text: normalize("NFD", text),
    "curly": lambda text: text.replace("'", "\u2019"),
    "straight": lambda text: text.replace("\u2019", "'").replace("\u2018", "'"),
}
SENTENCES = {
    "yor": "Adébáyọ̀ B-PER\nỌlátúnjí I-PER\npàdé O\nỌ̀ṣun B-LOC\nní O\nÌbàdàn B-LOC\nỌjọ́ B-DATE\nÀìkú I-DATE\n. O",
    "bbj": "Pə́nlə́' B-LOC\nɔ́ O\nTsə́mo B-PER\nnə́ O\ncy' B-LOC\n. O",
    "ewe": "Ŋdɔ̂ B-DATE\nƉofɛ B-PER\nɖo O\nTôgô B-LOC\nkple O\nAgbodrafo B-LOC\n- I-LOC\nTôgô I-LOC",
    "ibo": "Ọ̀nịtsha B-LOC\nnà O\nNnamdị B-PER\nṄwachukwu I-PER\nn' O\nỤ́nọ B-LOC",
    "hau": "rundunar O\n‘yan B-ORG\nsanda I-ORG\nda O\n'Yar B-PER\nAdua I-PER",
    "mos": "Bõbo-Zʋlaas B-LOC\nwã O\nTẽnga B-PER\ntɛ O\nBõbo B-LOC",
}


def f1(examples: Sequence[Example], spelling: Callable[[str], str]) -> float:
    golds = [example.answer for example in examples]
    answers = [read(spelling(Ner().write(gold)), example.text) for gold, example in zip(golds, examples, strict=True)]
    return measure(("f1",), golds, answers)["f1"].value


@lru_cache(maxsize=20_000)
def read(output: str, text: str) -> Answer | None:
    return Ner().read(output, Example("", {"text": text}, None, KINDS))


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_small_gold(tmp_path: Path, form: str, spelling: str) -> None:
    for language, text in SENTENCES.items():
        path = tmp_path / f"MasakhaNER2.0/data/{language}/test.txt"
        path.parent.mkdir(parents=True)
        path.write_text(normalize(form, text) + "\n", encoding="utf-8")
        examples = MasakhaNer((tmp_path,)).load("ner", language, "test")
        assert f1(examples, SPELLINGS[spelling]) == 1.0, language


def real(language: str) -> list[Example]:
    data = MasakhaNer((CLONE,))
    splits = data.splits("ner", language) if data.clones else ()
    if not splits:
        pytest.skip(f"There is no MasakhaNER 2.0 in {language} beside the repository.")
    return [example for split in splits for example in data.load("ner", language, split)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_masakhaner_gold(language: str) -> None:
    examples = real(language)
    assert {name: round(f1(examples, spelling), 3) for name, spelling in SPELLINGS.items()} == dict.fromkeys(
        SPELLINGS, 1.0
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_order_that_masakhaner_gold_is_named_in_changes_nothing(language: str) -> None:
    wrong = []
    for example in real(language):
        pieces = Ner().write(example.answer).split(" $$ ")
        once = len(set(pieces)) == len({piece.partition(": ")[2] for piece in pieces}) == len(pieces)
        for order in (pieces[::-1], sorted(pieces, key=len)) if once else ():
            if item_score("f1", example.answer, read(" $$ ".join(order), example.text)) < 1:
                wrong.append((example.id, order))
    assert not wrong
