"""Published words for labels as data: assets/label_words.csv, a row for each task, language and label."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from xlt_core.records import Language
from xlt_core.settings import ASSETS

ASKS = "?"  # in place of a label: the word that asks, such as "right" in "..., right? Yes, ..."


@cache
def _table() -> Mapping[tuple[str, str], Mapping[str, str]]:
    rows: dict[tuple[str, str], dict[str, str]] = {}
    with (ASSETS / "label_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault((row["task"], row["language"]), {})[row["label"]] = row["word"]
    return rows


def label_words(task: str, language: Language) -> Mapping[str, str]:
    """The words by label; {} where none are published for the language."""
    found = _table().get((task, language.code), {})
    return {label: word for label, word in found.items() if label != ASKS}


def asking_word(task: str, language: Language) -> str:
    """The word that asks, in English where the language has none."""
    return _table().get((task, language.code), _table()[task, "eng"])[ASKS]
