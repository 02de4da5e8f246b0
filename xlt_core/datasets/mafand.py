"""MAFAND-MT (Adelani et al. 2022, arXiv 2205.02022): news sentences with human translations to and from English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlt_core.contracts import SPLITS
from xlt_core.reading.download import Address
from xlt_core.reading.parallel import TASKS, mafand_address, pairs
from xlt_core.reading.reader import Reader, called, json_lines
from xlt_core.records import Example

# Those with English; the languages with French are not read. Five have no train file.
LANGUAGES = "amh hau ibo kin lug luo nya pcm sna swa tsn twi xho yor zul".split()
UNTRAINED = ("amh", "kin", "nya", "sna", "xho")


class MafandMt(Reader):
    """One file a split, `{"translation": {"en": ..., "kin": ...}}` a line."""

    title = "MAFAND-MT"
    licence = "CC BY-NC 4.0"
    citation = "Adelani et al. 2022: A few thousand translations go a long way, leveraging pre-trained models for African news translation."  # noqa: E501
    url = "https://github.com/masakhane-io/lafand-mt"
    tasks = TASKS

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        return mafand_address(name, split)

    def splits(self, task: str, language: str) -> tuple[str, ...]:
        there = super().splits(task, language)
        return there if self.clones or language not in UNTRAINED else SPLITS[1:]

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        found = (row.get("translation") or {} for row in json_lines(path, path.read_bytes().split(b"\n")))
        name = self.codes()[language]
        return pairs(task, split, ((str(row.get(name, "")), str(row.get("en", ""))) for row in found))
