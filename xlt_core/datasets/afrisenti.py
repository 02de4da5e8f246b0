"""AfriSenti (Muhammad et al. 2023, arXiv 2302.08956): the sentiment of tweets in fourteen African languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlt_core.contracts import SPLITS
from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, called, table
from xlt_core.records import Example

LABELS = ("positive", "neutral", "negative")
FILES = {"train": "train", "validation": "dev", "test": "test"}
NAMES = "amh ary hau ibo kin pcm swa tir tso twi yor".split()
OWN = {"arq": "arq", "orm": "oro", "por": "por"}  # Algerian Arabic, Oromo, Mozambican Portuguese
UNTRAINED = ("orm", "tir")  # published without a train split
GITHUB = "https://raw.githubusercontent.com/afrisenti-semeval/afrisent-semeval-2023/main"


class AfriSenti(Reader):
    """Tweets as they are, with @user, addresses, emoji and words of several languages."""

    title = "AfriSenti"
    licence = "CC BY 4.0"
    citation = "Muhammad et al. 2023: AfriSenti, a Twitter sentiment analysis benchmark for African languages."
    url = "https://github.com/afrisenti-semeval/afrisent-semeval-2023"
    tasks = ("sentiment",)

    def codes(self) -> Mapping[str, str]:
        return called(NAMES) | OWN

    def address(self, name: str, split: str) -> Address:
        file = FILES[split]
        paths = (f"data/{name}/{file}.tsv", f"data/{name}/{name}_{file}.tsv")
        return Address(paths, (), tuple(f"{GITHUB}/{path}" for path in paths))

    def splits(self, task: str, language: str) -> tuple[str, ...]:
        there = super().splits(task, language)
        return there if self.clones or language not in UNTRAINED else SPLITS[1:]

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        for number, row in enumerate(table(path, "\t", ("tweet", "label"), quoted=False), 1):
            text, label = row["tweet"].strip(), row["label"].strip().casefold()
            if text and label in LABELS:
                yield Example(f"{split}-{number}", {"text": text}, label, LABELS)

    def note(self, task: str, language: str, split: str) -> str:
        return "the texts are tweets: @user, addresses and emoji are left in"
