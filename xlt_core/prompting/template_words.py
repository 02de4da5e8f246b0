"""Fields and labels of prompts in other languages as data: assets/template_words.csv, and others beside it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from xlt_core.settings import ASSETS


@cache
def words_in(language: str) -> Mapping[str, str]:
    """The words by their English, where the language has them. Not checked by native speakers."""
    found: dict[str, str] = {}
    for path in sorted(ASSETS.glob("template_words*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row["english"]: row["word"] for row in csv.DictReader(file) if row["language"] == language}
    return found


@cache
def digest() -> str:
    """Of all tables."""
    content = b"".join(path.read_bytes() for path in sorted(ASSETS.glob("template_words*.csv")))
    return sha256(content).hexdigest()[:12]
