"""Word problems as MGSM and AfriMGSM have them: with or without a first line, a reasoning and an English version."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xlt_core.reading.reader import Reader, table
from xlt_core.records import Example
from xlt_core.text.numbers import number_of

FILES = {"train": "dev", "test": "test"}
# What the authors' demonstrations have before the question and the reasoning, in English or translated.
FIELD = re.compile(r"^\s*(?:Question|Step-by-Step Answer|[^\s:]{2,40}(?:\s[^\s:]{1,20}){0,4})\s*:\s*", re.IGNORECASE)
SAYS = re.compile(r"\s*(?:The answer is|####)[^\n]*$", re.IGNORECASE)


def problems(path: Path, split: str, english: Mapping[int, Example]) -> Iterator[Example]:
    """The problems of a file, with their English by number."""
    for number, (question, reasoning, answer) in enumerate(_rows(path, split), 1):
        value = number_of(answer) or number_of(reasoning)
        if question and value:
            texts = {"text": question} | ({"reasoning": reasoning} if reasoning else {})
            yield Example(f"{split}-{number}", texts, value, (), english.get(number))


def english_problems(reader: Reader, language: str, name: str, split: str) -> dict[int, Example]:
    """The English version by number; none where a clone lacks it."""
    if language == "eng" or (reader.clones and not reader.here(name, split)):
        return {}
    return {int(e.id.rpartition("-")[2]): e for e in problems(reader.file(name, split), split, {})}


def _rows(path: Path, split: str) -> Iterable[tuple[str, str, str]]:
    """Question, reasoning and number of each row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        if "answer_number" not in first:
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row:
                    yield row[0].strip(), "", row[-1]
            return
    for cells in table(path, "\t", ("question", "answer_number")):
        shown = split == "train"
        question = FIELD.sub("", cells["question"]) if shown else cells["question"]
        reasoning = SAYS.sub("", FIELD.sub("", cells.get("answer") or "")) if shown else ""
        yield " ".join(question.split()), " ".join(reasoning.split()), cells["answer_number"]
