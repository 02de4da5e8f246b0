"""FLORES-200 and FLORES+ (NLLB Team 2022, arXiv 2207.04672): the same 2,009 sentences in more than 200 languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xlt_core.language_table import flores_codes
from xlt_core.reading.download import Address
from xlt_core.reading.parallel import TASKS, pairs
from xlt_core.reading.reader import Reader, lines_of_text
from xlt_core.records import Example, InputError

HUB = "openlanguagedata/flores_plus"
FOLDERS = {"train": "dev", "test": "devtest"}
ENGLISH = "eng_Latn"


class Flores(Reader):
    """A folder of FLORES-200 (`dev/kin_Latn.dev`, a sentence a line) or, after a request on its page on the Hub, of
    FLORES+ (`dev/kin_Latn.parquet`). Its dev serves as train, for demonstrations, and its devtest as test."""

    title = "FLORES-200 / FLORES+"
    licence = "CC BY-SA 4.0"
    citation = "NLLB Team 2022: No language left behind, scaling human-centered machine translation."
    url = "https://huggingface.co/datasets/openlanguagedata/flores_plus"
    tasks = TASKS
    published = ("train", "test")

    def codes(self) -> Mapping[str, str]:
        return {code: name for code, name in flores_codes().items() if name != ENGLISH}

    def address(self, name: str, split: str) -> Address:
        folder = FOLDERS.get(split, split)
        text, table = f"{folder}/{name}.{folder}", f"{folder}/{name}.parquet"
        return Address((text, f"flores200_dataset/{text}", table), ((HUB, table, "main"),), ())

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        sentences, english = _sentences(path), _sentences(self.file(ENGLISH, split))
        if len(sentences) != len(english):
            raise InputError(f"{path} has {len(sentences)} sentences, the English {len(english)}; fetch both again.")
        return pairs(task, split, zip(sentences, english, strict=True))

    def note(self, task: str, language: str, split: str) -> str:
        return "train is FLORES's dev and test its devtest"


def _sentences(path: Path) -> Sequence[str]:
    if path.suffix != ".parquet":
        return lines_of_text(path)
    import pandas

    table = pandas.read_parquet(path)
    if "text" not in table:
        raise InputError(f"{path} has no column text; is it a file of FLORES+?")
    ordered = table.sort_values("id") if "id" in table else table
    return [str(text) for text in ordered["text"]]
