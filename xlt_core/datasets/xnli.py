"""XNLI (Conneau et al. 2018, arXiv 1809.05053): pairs of sentences, translated by people into fourteen languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader
from xlt_core.reading.relations_and_options import pairs, with_english
from xlt_core.records import Example, InputError

HUB = "facebook/xnli"
NAMES = {"arb": "ar", "bul": "bg", "deu": "de", "ell": "el", "eng": "en", "fra": "fr", "hin": "hi", "rus": "ru",
         "spa": "es", "swa": "sw", "tha": "th", "tur": "tr", "urd": "ur", "vie": "vi", "zho": "zh"}  # fmt: skip
FILES = {"train": "validation", "test": "test"}  # its own train split was translated by machine


class Xnli(Reader):
    """The same pairs in every language, in one order, so that the English ones are human pivots."""

    title = "XNLI"
    licence = "CC BY-NC 4.0"
    citation = "Conneau et al. 2018: XNLI, evaluating cross-lingual sentence representations."
    url = "https://huggingface.co/datasets/facebook/xnli"
    tasks = ("nli",)
    published = ("train", "test")

    def codes(self) -> Mapping[str, str]:
        return NAMES

    def address(self, name: str, split: str) -> Address:
        path = f"{name}/{FILES.get(split, split)}-00000-of-00001.parquet"
        return Address((path,), ((HUB, path, "main"),))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        there = language != "eng" and (not self.clones or self.here("en", split))
        return with_english(_pairs(path, split), _pairs(self.file("en", split), split) if there else ())

    def note(self, task: str, language: str, split: str) -> str:
        return "demonstrations are from XNLI's validation file, which people translated" if split == "train" else ""


def _pairs(path: Path, split: str) -> Iterator[Example]:
    import pandas

    try:
        rows: list[dict[str, Any]] = pandas.read_parquet(path).to_dict("records")
        return iter(list(pairs(rows, split)))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a table of premise, hypothesis and label: {error}.") from None
