"""Parallel sentences: of a dataset that has the English of its texts, or of a file of one's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlt_core import catalog
from xlt_core.catalog import Parts
from xlt_core.contracts import SPLITS, Dataset
from xlt_core.formats.rows import FORMATS, lines_of, separator_of, text_of
from xlt_core.language_table import by_code, languages
from xlt_core.records import Example, InputError, Language

WITH_ENGLISH = ("sib200",)  # whose items of the task topic have an English version
INTO = "translation"  # the task whose answers are the English of its texts
ENGLISH = "eng"
HEADS = ("english", "eng", "en")
Pairs = Mapping[str, tuple[str, str]]  # (in the language, in English) by the item's id


@dataclass
class Sentences:
    """The parallel sentences of a dataset's split, or of a file. What was read is kept."""

    source: str
    split: str
    parts: Parts
    samples: int
    _read: dict[str, Pairs] = field(default_factory=dict)

    def of(self, language: Language) -> Pairs:
        """At most `samples` pairs, spread evenly. Raises InputError where there are fewer than two."""
        pairs = self._all(language.code)
        if len(pairs) < 2:
            raise InputError(f"{self.source} has fewer than two sentences in {language.name} with their English; name "
                             "other sentences with --parallel.")  # fmt: skip
        ids = list(pairs)
        kept = [ids[n * len(ids) // self.samples] for n in range(self.samples)] if len(ids) > self.samples else ids
        return {name: pairs[name] for name in kept}

    def in_language(self, code: str, ids: Sequence[str]) -> tuple[str, ...]:
        """The sentences of these ids in a language; () where one is missing. Raises InputError."""
        pairs = self._all(code)
        return tuple(pairs[name][0] for name in ids) if all(name in pairs for name in ids) else ()

    def languages(self) -> tuple[Language, ...]:
        """Those that may have the sentences; of a file, all of ours."""
        if _is_file(self.source):
            return tuple(languages().values())
        dataset = self.parts.dataset(self.source)
        codes = dict.fromkeys((ENGLISH, *dataset.languages(_task(dataset, self.source))))
        return tuple(filter(None, map(by_code, codes)))

    def _all(self, code: str) -> Pairs:
        if code not in self._read:
            self._read[code] = read_pairs(Path(self.source), code) if _is_file(self.source) else self._of_dataset(code)
        return self._read[code]

    def _of_dataset(self, code: str) -> Pairs:
        dataset = self.parts.dataset(self.source)
        task = _task(dataset, self.source)
        if code == ENGLISH and not dataset.serves(task, code):  # the English side of another language's pairs
            pairs = self._of_dataset(next(iter(self._read), "") or dataset.languages(task)[0])
            return {name: (english, english) for name, (_, english) in pairs.items()}
        pairs = {one.id: (one.text, _english(one, task, code)) for one in dataset.load(task, code, self.split)}
        return {name: pair for name, pair in pairs.items() if all(pair)}


def offered() -> list[str]:
    """Datasets with parallel sentences that are offered here."""
    return [
        name for name in catalog.offered_datasets() if name in WITH_ENGLISH or catalog.dataset(name).languages(INTO)
    ]


def split_of(source: str, language: Language) -> str:
    """The split that is there: test, else validation, else train."""
    if _is_file(source):
        return SPLITS[-1]
    dataset = catalog.dataset(source)
    there = dataset.splits(_task(dataset, source), language.code)
    return next((split for split in reversed(SPLITS) if split in there), SPLITS[-1])


def read_pairs(path: Path, code: str) -> Pairs:
    """Sentences with their English by line number, of a table with two columns or more.

    Its first line may name them: `english` (or eng, en), and `text` or the language's code; without such names all
    lines are sentences, those of the language first. A .jsonl file has these names as keys. Raises InputError.
    """
    path = path.expanduser()
    if path.suffix.lower() == ".jsonl":
        return _named({f"line-{number}": row for number, row in lines_of(path) if isinstance(row, dict)}, code, path)
    text = text_of(path)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text, path)) if any(row)]
    heads = [head.strip().casefold() for head in rows[0]] if rows else []
    if set(heads) & set(HEADS):
        named = {f"line-{number}": dict(zip(heads, row, strict=False)) for number, row in enumerate(rows[1:], 2)}
        return _named(named, code, path)
    short = next((number for number, row in enumerate(rows, 1) if len(row) != 2), 0)
    if short or not rows:
        raise InputError(f"Line {short or 1} of {path.name} has no two columns; write a sentence and its English on "
                         "each line, or name the columns in line 1: text and english.")  # fmt: skip
    return {f"line-{number}": (one.strip(), other.strip()) for number, (one, other) in enumerate(rows, 1)
            if one.strip() and other.strip()}  # fmt: skip


def _named(rows: Mapping[str, Mapping[str, str]], code: str, path: Path) -> Pairs:
    heads = list(next(iter(rows.values()), {}))
    english = next((head for head in HEADS if head in heads), "")
    own = english if code == ENGLISH else next((head for head in (code, "text") if head in heads), "")
    if not (english and own):
        raise InputError(f"{path.name} has no column {'english' if not english else code}; name its columns text (or "
                         f"{code}) and english.")  # fmt: skip
    pairs = {name: tuple(str(row.get(head) or "").strip() for head in (own, english)) for name, row in rows.items()}
    return {name: pair for name, pair in pairs.items() if all(pair)}


def _is_file(source: str) -> bool:
    return Path(source).suffix.lower() in FORMATS


def _task(dataset: Dataset, source: str) -> str:
    """The task whose items have an English version: translation, else topic."""
    for task in (INTO, "topic"):
        if dataset.languages(task):
            return task
    raise InputError(f"{source} has no parallel sentences; name sib200, flores, ntrex, mafand, udhr, world, or a file.")


def _english(example: Example, task: str, code: str) -> str:
    if task == INTO:
        return str(example.answer or "")
    return example.text if code == ENGLISH else example.pivot.text if example.pivot else ""
