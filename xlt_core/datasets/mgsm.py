"""MGSM (Shi et al. 2022, arXiv 2210.03057): 250 problems of GSM8K, translated by people into ten languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader
from xlt_core.reading.word_problems import english_problems, problems
from xlt_core.records import Example

HUB = "juletxara/mgsm"
NAMES = {"ben": "bn", "deu": "de", "eng": "en", "fra": "fr", "jpn": "ja", "rus": "ru", "spa": "es", "swa": "sw",
         "tel": "te", "tha": "th", "zho": "zh"}  # fmt: skip


class Mgsm(Reader):
    """One table a language without a first line, `question<TAB>number`, the same problems in every language, so that
    the English ones are human pivots; only a test split."""

    title = "MGSM"
    licence = "CC BY-SA 4.0"
    citation = "Shi et al. 2022: Language models are multilingual chain-of-thought reasoners."
    url = "https://huggingface.co/datasets/juletxara/mgsm"
    tasks = ("maths",)
    published = ("test",)

    def codes(self) -> Mapping[str, str]:
        return NAMES

    def address(self, name: str, split: str) -> Address:
        path = f"mgsm_{name}.tsv"
        return Address((path, f"url-nlp/mgsm/{path}", f"mgsm/{path}"), ((HUB, path, "main"),), ())

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        return problems(path, split, english_problems(self, language, "en", split))
