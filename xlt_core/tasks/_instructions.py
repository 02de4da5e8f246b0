"""The tasks' instructions as data: assets/instructions.csv, and any instructions-*.csv beside it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache

from xlt_core.records import InputError, Language
from xlt_core.settings import ASSETS

LABELS = "[labels]"  # replaced as plain text: str.format would trip over braces in a user's labels


@cache
def _table() -> dict[tuple[str, str], str]:
    """The instructions by task id and language code."""
    rows: dict[tuple[str, str], str] = {}
    for path in sorted(ASSETS.glob("instructions*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows |= {(row["task"], row["language"]): row["text"].strip() for row in csv.DictReader(file)}
    return rows


def instruction(task: str, choices: Sequence[str], language: Language) -> str:
    """The task's instruction in the language, or in English where the language has none; [labels] filled in.

    Raises InputError where there is no English one either.
    """
    text = _table().get((task, language.code)) or _table().get((task, "eng"))
    if not text:
        raise InputError(f"There is no instruction for {task}: add an English row to assets/instructions.csv.")
    return text.replace(LABELS, ", ".join(choices))
