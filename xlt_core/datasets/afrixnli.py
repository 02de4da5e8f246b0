"""AfriXNLI (Adelani et al. 2024, arXiv 2406.03368): XNLI's pairs, translated by people into African languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import called, table
from xlt_core.reading.relations_and_options import pairs, with_english
from xlt_core.reading.translate_test import WithTranslateTest
from xlt_core.records import Example

LANGUAGES = "amh eng ewe fra hau ibo kin lin lug orm sna sot swa twi wol xho yor zul".split()
FILES = {"train": "dev", "test": "test"}
COLUMNS = ("premise", "hypothesis", "label")


class AfriXnli(WithTranslateTest):
    """The same pairs in every language, in one order, so that the English ones are human pivots."""

    title = "AfriXNLI"
    licence = "Apache-2.0"
    citation = "Adelani et al. 2024: IrokoBench, a new benchmark for African languages in the age of LLMs."
    url = "https://huggingface.co/datasets/masakhane/afrixnli"
    hub = "masakhane/afrixnli"
    tasks = ("nli",)
    published = ("train", "test")

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"data/{name}/{FILES.get(split, split)}.tsv"
        return Address((path,), ((self.hub, path, "main"),))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        english = () if language == "eng" else self._english(split)
        return with_english(pairs(table(path, "\t", COLUMNS), split), english)

    def _english(self, split: str) -> Iterable[Example]:
        """None where a clone lacks them."""
        if self.clones and not self.here("eng", split):
            return ()
        return pairs(table(self.file("eng", split), "\t", COLUMNS), split)

    def rows(self, path: Path, split: str) -> list[Example]:
        return list(pairs(table(path, "\t", COLUMNS), split))

    def note(self, task: str, language: str, split: str) -> str:
        return "AfriXNLI has no train split: demonstrations are from its dev file" if split == "train" else ""
