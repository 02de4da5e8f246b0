"""Sentences with their translations, as items of the two translation tasks; and where MAFAND-MT's files lie."""

from __future__ import annotations

from collections.abc import Iterable

from xlt_core.reading.download import Address
from xlt_core.records import Example

INTO, FROM = "translation", "translation_from_english"
TASKS = (INTO, FROM)
MAFAND = "https://raw.githubusercontent.com/masakhane-io/lafand-mt/main"
FILES = {"train": "train", "validation": "dev", "test": "test"}


def pairs(task: str, split: str, rows: Iterable[tuple[str, str]]) -> Iterable[Example]:
    """Items of (sentence, its English), numbered from 1; see numbered_pairs."""
    return numbered_pairs(task, split, ((number, *row) for number, row in enumerate(rows, 1)))


def numbered_pairs(task: str, split: str, rows: Iterable[tuple[int, str, str]]) -> Iterable[Example]:
    """Items of (number, sentence, its English); a pair of which one side is empty is left out. No item has a pivot: it
    would be the answer."""
    for number, text, english in rows:
        source, target = (text.strip(), english.strip()) if task == INTO else (english.strip(), text.strip())
        if source and target:
            yield Example(f"{split}-{number}", {"text": source}, target)


def mafand_address(name: str, split: str) -> Address:
    """Where a split of MAFAND-MT lies, of English and the language."""
    path = f"data/json_files/en-{name}/{FILES[split]}.json"
    return Address((path,), (), (f"{MAFAND}/{path}",))
