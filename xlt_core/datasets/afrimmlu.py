"""AfriMMLU (Adelani et al. 2024, arXiv 2406.03368): MMLU's questions of five subjects, translated by people."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import ascii_uppercase

from xlt_core.reading.download import Address
from xlt_core.reading.reader import called, table
from xlt_core.reading.relations_and_options import question, with_english
from xlt_core.reading.translate_test import WithTranslateTest
from xlt_core.records import Example, InputError

LANGUAGES = "amh eng ewe fra hau ibo kin lin lug orm sna sot swa twi wol xho yor zul".split()
FILES = {"train": "dev", "validation": "val", "test": "test"}
COLUMNS = ("subject", "question", "choices", "answer")


class AfriMmlu(WithTranslateTest):
    """The same questions in every language, in one order, so that the English ones are human pivots."""

    title = "AfriMMLU"
    licence = "Apache-2.0"
    citation = "Adelani et al. 2024: IrokoBench, a new benchmark for African languages in the age of LLMs."
    url = "https://huggingface.co/datasets/masakhane/afrimmlu"
    hub = "masakhane/afrimmlu"
    tasks = ("choice",)

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"data/{name}/{FILES[split]}.tsv"
        return Address((path,), ((self.hub, path, "main"),))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        there = language != "eng" and (not self.clones or self.here("eng", split))
        return with_english(_questions(path, split), _questions(self.file("eng", split), split) if there else ())

    def rows(self, path: Path, split: str) -> list[Example]:
        return list(_questions(path, split))

    def note(self, task: str, language: str, split: str) -> str:
        return "demonstrations are from AfriMMLU's dev file, a few of each subject" if split == "train" else ""


def _questions(path: Path, split: str) -> Iterator[Example]:
    for number, row in enumerate(table(path, "\t", COLUMNS), 1):
        answer = row["answer"].strip().upper()
        right = ascii_uppercase.index(answer) if answer in ascii_uppercase[:4] and answer else -1
        found = question(f"{split}-{number}", {"question": row["question"].strip()}, _options(path, number, row), right)
        if found:
            yield found


def _options(path: Path, number: int, row: Mapping[str, str]) -> list[str]:
    """The options, which the files have as Python writes a list."""
    try:
        options = ast.literal_eval(row["choices"])
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        options = None
    if not isinstance(options, list):
        raise InputError(f"Row {number} of {path} has no list of choices; fetch the file again.")
    return list(map(str, options))
