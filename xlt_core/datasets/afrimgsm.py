"""AfriMGSM (Adelani et al. 2024, arXiv 2406.03368): 250 school problems in 16 African languages, English and French."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import called
from xlt_core.reading.translate_test import WithTranslateTest
from xlt_core.reading.word_problems import FILES, english_problems, problems
from xlt_core.records import Example

LANGUAGES = "amh eng ewe fra hau ibo kin lin lug orm sna sot swa twi vai wol xho yor zul".split()


class AfriMgsm(WithTranslateTest):
    """One table a split, `question answer answer_number equation_solution`, the same problems in every language, so
    that the English ones are human pivots. Its dev has 8 rows, with their reasoning, and serves as train."""

    title = "AfriMGSM"
    licence = "Apache-2.0"
    citation = (
        "Adelani et al. 2024: IrokoBench, a new benchmark for African languages in the age of large language models."
    )
    url = "https://huggingface.co/datasets/masakhane/afrimgsm"
    hub = "masakhane/afrimgsm"
    tasks = ("maths",)
    published = ("train", "test")

    def codes(self) -> Mapping[str, str]:
        return {"vai": "vai"} | called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"data/{name}/{FILES.get(split, split)}.tsv"
        return Address((path,), ((self.hub, path, "main"),), ())

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        return problems(path, split, english_problems(self, language, "eng", split))

    def rows(self, path: Path, split: str) -> list[Example]:
        return list(problems(path, split, {}))
