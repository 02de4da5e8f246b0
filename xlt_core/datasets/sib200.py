"""SIB-200 (Adelani et al. 2024, arXiv 2309.07445): the topic of sentences that every language shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from xlt_core.language_table import flores_codes
from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, table
from xlt_core.records import Example

LABELS = ("science/technology", "travel", "politics", "sports", "health", "entertainment", "geography")
FILES = {"train": "train", "validation": "dev", "test": "test"}
COLUMNS = ("index_id", "category", "text")


class Sib200(Reader):
    """The same 1,004 sentences in every language, so that the English ones, joined by index_id, are human pivots."""

    title = "SIB-200"
    licence = "CC BY-SA 4.0"
    citation = "Adelani et al. 2024: SIB-200, a simple, inclusive, and big evaluation dataset for topic classification."
    url = "https://github.com/dadelani/sib-200"
    tasks = ("topic",)

    def codes(self) -> Mapping[str, str]:
        return flores_codes()

    def address(self, name: str, split: str) -> Address:
        path = f"{name}/{FILES[split]}.tsv"
        return Address(
            (f"data/annotated/{path}",),
            (("Davlan/sib200", f"data/{path}", "main"),),
            (f"https://raw.githubusercontent.com/dadelani/sib-200/main/data/annotated/{path}",),
        )

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        english = {} if language == "eng" else self._english(split)
        for row in _rows(path):
            name, label, text = row
            pivot = Example(name, {"text": english[name]}, label, LABELS) if name in english else None
            yield Example(name, {"text": text}, label, LABELS, pivot)

    def _english(self, split: str) -> dict[str, str]:
        """The English sentences by index_id; none where a clone lacks them."""
        if self.clones and not self.here("eng_Latn", split):
            return {}
        return {name: text for name, _, text in _rows(self.file("eng_Latn", split))}


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    return iter(_sentences(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=8)
def _sentences(path: Path, changed: int) -> tuple[tuple[str, str, str], ...]:
    rows = (tuple(row[column].strip() for column in COLUMNS) for row in table(path, "\t", COLUMNS))
    return tuple((name, label, text) for name, label, text in rows if text)
