"""What the readers of public datasets share: clones or downloads, languages by their aliases, tables and JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from xlt_core.contracts import SPLITS, Dataset
from xlt_core.language_table import languages, listed_codes
from xlt_core.reading.download import Address, download, kept
from xlt_core.records import Example, InputError

LONGEST_CELL = 10_000_000  # characters; a news article may exceed what the csv module takes by itself


@dataclass(frozen=True)
class Reader(Dataset):
    """A public dataset whose rows lie in one file per language and split.

    roots: folders of which some are clones of its repositories; where there are none, files are downloaded.
    """

    tasks: ClassVar[tuple[str, ...]]
    published: ClassVar[tuple[str, ...]] = SPLITS  # the splits that the authors published

    roots: tuple[Path, ...] = ()

    def codes(self) -> Mapping[str, str]:
        """How the dataset calls each of its languages, by our codes."""
        raise NotImplementedError

    def address(self, name: str, split: str) -> Address:
        """Where the split of a language lies. name: as the dataset calls it."""
        raise NotImplementedError

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        """The examples of a file, in its order."""
        raise NotImplementedError

    def languages(self, task: str) -> tuple[str, ...]:
        if task not in self.tasks:
            return ()
        return tuple(code for code in self.codes() if not self.clones or self.splits(task, code))

    def splits(self, task: str, language: str) -> tuple[str, ...]:
        if not self.clones:
            return self.published
        name = self.codes().get(language, "")
        return tuple(split for split in self.published if self.here(name, split))

    def load(self, task: str, language: str, split: str) -> list[Example]:
        served = self.languages(task)
        if language not in served:
            offer = f"choose one of {listed_codes(served)}" if served else "choose another dataset or task"
            raise InputError(f"{self.title} has no {task} in {language}{' here' * bool(self.clones)}; {offer}.")
        there = self.splits(task, language)
        if split not in there:
            here = " here" if split in self.published else ""
            raise InputError(f"{self.title} has no split {split!r} in {language}{here}; choose {' or '.join(there)}.")
        return list(self.read(self.file(self.codes()[language], split), task, language, split))

    def file(self, name: str, split: str) -> Path:
        """The file of a split: in a clone, else downloaded. Raises InputError where it cannot be had."""
        return self.here(name, split) or download(self.address(name, split))

    def at(self, roots: tuple[Path, ...]) -> Dataset:
        made = replace(self, roots=roots)
        if not made.clones:
            first = next(iter(self.codes().values()))
            raise InputError(
                f"{' and '.join(map(str, roots))} is no clone of {self.title}: it lacks such as "
                f"{self.address(first, 'test').clone[0]}; name the folder of {self.url}."
            )
        return made

    def at_hand(self) -> bool:
        if self.clones:
            return True
        return any(kept(self.address(name, split)) for name in self.codes().values() for split in self.published)

    @cached_property
    def clones(self) -> tuple[Path, ...]:
        """The roots that hold a file of this dataset."""
        paths = [path for name in self.codes().values() for split in SPLITS for path in self.address(name, split).clone]
        return tuple(root for root in self.roots if any((root / path).is_file() for path in paths))

    def here(self, name: str, split: str) -> Path | None:
        """The file of a split in a clone; None where there is none."""
        paths = (root / path for root in self.clones for path in self.address(name, split).clone)
        return next((path for path in paths if path.is_file()), None)


def called(names: Iterable[str]) -> dict[str, str]:
    """Those of a dataset's names of languages that we know, by our codes."""
    known = set(names)
    found = {}
    for language in languages().values():
        own = [name for name in (language.code, language.flores, *language.aliases) if name in known]
        found |= dict.fromkeys([language.code], own[0]) if own else {}
    return found


def table(path: Path, separator: str, columns: Iterable[str], quoted: bool = True) -> Iterator[dict[str, str]]:
    """The rows of a table whose first line names its columns. Raises InputError where one is missing.

    quoted: whether a quotation mark may enclose a cell; else it is a character like any other."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        marks = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
        reader = csv.DictReader(file, delimiter=separator, restval="", quoting=marks)
        try:
            lacking = [column for column in columns if column not in (reader.fieldnames or ())]
            if lacking:
                raise InputError(f"Line 1 of {path} lacks the column {lacking[0]}; is it the file of another dataset?")
            yield from reader
        except (csv.Error, UnicodeDecodeError) as error:
            raise InputError(f"Line {reader.line_num} of {path} cannot be read: {error}.") from None


def lines_of_text(path: Path) -> list[str]:
    """The lines of a plain text, the blank ones too, so that parallel files stay parallel."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not in UTF-8; fetch the file again.") from None
    return text.removesuffix("\n").split("\n")


def json_lines(path: Path, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of a JSON lines file. Raises InputError that names the line of what is none."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InputError(f"Line {number} of {path} is no JSON object; fetch the file again.")
        yield found
