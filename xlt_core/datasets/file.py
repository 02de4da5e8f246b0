"""A file of the user's own: .jsonl, .csv or .tsv with a column for each field of the task, and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlt_core.contracts import SPLITS, Dataset, Task
from xlt_core.formats.dataset_names import Columns, columns_text, file_of, read_columns
from xlt_core.formats.fields import columns, named, row_of_cells, without_english
from xlt_core.formats.rows import lacking, lines_of, read_row, separator_note
from xlt_core.language_table import languages
from xlt_core.records import Example, InputError, Row
from xlt_core.text.forms import canonical

NAMES = {"train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
         "dev": "validation", "test": "test", "": "test"}  # fmt: skip
MOST_LABELS = 200
Names = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A row with the split that it is in and the place that names it, such as "Line 3 of mine.csv"."""

    place: str
    split: str
    row: Row


@dataclass(frozen=True)
class File(Dataset):
    """Rows in any language. Without a column split all are test rows. Labels and kinds are those of all splits.

    path: None where no file is named yet; changed: its time stamp, so that an edited file is another dataset.
    names: its columns for fields where they are called otherwise; with them, columns that are not known are passed
    over. tasks: by id; how a person's answer is read.
    """

    title = "A file of your own"
    licence = "its owner's"
    citation = ""
    url = ""

    path: Path | None = None
    changed: int = 0
    names: Columns = ()
    tasks: Mapping[str, Task] = field(default_factory=dict, compare=False)

    @classmethod
    def opened(cls, name: str, tasks: Mapping[str, Task]) -> File:
        path = Path(file_of(name)).expanduser()
        changed = path.stat().st_mtime_ns if path.exists() else 0
        return cls(path, changed, read_columns(columns_text(name)), tasks)

    def languages(self, task: str) -> tuple[str, ...]:
        return tuple(languages())

    def serves(self, task: str, language: str) -> bool:
        """A file may be in any language of the world, not only in those that are offered by name."""
        return True

    def splits(self, task: str, language: str) -> tuple[str, ...]:
        found = {line.split for line in self.lines(task)}
        return tuple(split for split in SPLITS if split in found)

    def load(self, task: str, language: str, split: str) -> list[Example]:
        lines, asked = self.lines(task), self.tasks[task]
        choices = _choices(asked, [line.row.answer for line in lines], self._name())
        there = self.splits(task, language)
        if split not in there:
            raise InputError(f"{self._name()} has no rows of the split {split!r}; choose {' or '.join(there)}.")
        return [_example(asked, line, choices) for line in lines if line.split == split]

    def note(self, task: str, language: str, split: str) -> str:
        return separator_note(self.path) if self.path else ""

    def at_hand(self) -> bool:
        return self.path is not None

    def lines(self, task: str) -> tuple[Line, ...]:
        """All rows, as those of a task. Raises InputError that names the line of a wrong one."""
        if self.path is None:
            raise InputError("Name the file itself, such as --dataset mine.csv (or .tsv, .jsonl).")
        known = self.tasks.get(task)
        fields = known.fields if known else ("text",)
        found = _parsed(self.path, self.changed, fields, known.optional if known else (), self.names)
        if not found:
            first = ",".join((*fields, "answer"))
            raise InputError(f"{self._name()} has no rows; write some under a first line such as {first}.")
        return found

    def _name(self) -> str:
        return self.path.name if self.path else ""


@lru_cache(maxsize=4)
def _parsed(path: Path, changed: int, fields: Names, optional: Names, names: Columns) -> tuple[Line, ...]:
    return tuple(_lines(path, fields, [name for name in fields if name not in optional], names))


def _lines(path: Path, fields: Names, needed: Sequence[str], names: Columns) -> Iterator[Line]:
    places: dict[str, str] = {}
    for number, cells in lines_of(path):
        place = f"Line {number} of {path.name}"
        head = place if path.suffix.lower() == ".jsonl" else f"Line 1 of {path.name}"
        cells = _renamed(cells, fields, names, head) if names and isinstance(cells, dict) else cells
        _check_columns(cells, fields, needed, head, place)
        given = {name: value for name, value in named(fields, cells).items() if value is not None}
        odd = next((name for name, value in given.items() if not isinstance(value, str | int)), "")
        if odd:
            raise InputError(f"{place} has no text as its {odd}; put it in quotation marks.")
        texts = {name: str(value) for name, value in given.items()}
        split = texts.pop("split", "").strip().casefold()
        if split not in NAMES:
            raise InputError(f"{place} has the split {split!r}; write train, validation or test.")
        row = row_of_cells(fields, {**texts, "id": texts.get("id", "").strip() or f"line-{number}"})
        for name in (*needed, "answer"):
            if not texts.get(name, "").strip():
                raise InputError(lacking(place, name))
        if row.id in places:
            raise InputError(f"{place} has the id {row.id!r}, as {places[row.id]} has; give each row its own.")
        places[row.id] = f"line {number}"
        yield Line(place, NAMES[split], row)


def _renamed(cells: Mapping[str, Any], fields: Names, names: Columns, head: str) -> dict[str, Any]:
    """The cells under the names of the fields, without those that are not known."""
    known, there = (*columns(fields), "split"), ", ".join(cells)
    for own, column in named(fields, dict(names)).items():
        if own not in known:
            raise InputError(f"The columns name {own!r}, which is no field here; the fields are {', '.join(known)}.")
        if column not in cells:
            raise InputError(f"{head} has no column {column!r} for {own}; its columns are {there}.")
    rest = {own: cell for own, cell in named(fields, cells).items() if own in known}
    return rest | {own: cells[column] for own, column in named(fields, dict(names)).items()}


def _check_columns(cells: Any, fields: Names, needed: Sequence[str], head: str, place: str) -> None:
    if not isinstance(cells, dict):
        raise InputError(f"{place} is no JSON object.")
    own, every = (*needed, "answer"), (*columns(fields), "split")
    free = [name for name in every if name not in own]
    known = f"the columns are {', '.join(own)} and, if you like, {', '.join(free)}"
    odd = [name for name in named(fields, cells) if name not in every]
    lacks = [name for name in own if name not in named(fields, cells)]
    if odd:
        raise InputError(f"{head} has the column {odd[0]!r}, which is not known; {known}.")
    if lacks:
        raise InputError(f"{head} lacks the column {lacks[0]}; {known}.")


def _choices(task: Task, answers: list[str], name: str) -> tuple[str, ...]:
    """All labels, or kinds of entities, of the answers in the order of the alphabet."""
    if task.answer_kind in ("text", "number"):
        return ()
    if task.answer_kind == "label":
        found = {canonical(" ".join(answer.split())) for answer in answers}
    else:
        pieces = [piece.partition(":") for answer in answers for piece in answer.split("$$")]
        found = {canonical(" ".join(kind.split())) for kind, colon, _ in pieces if colon and kind.strip()}
    if len(found) > MOST_LABELS:
        raise InputError(f"{name} has {len(found)} different answers, too many to choose from; is it for another task?")
    return tuple(sorted(found))


def _example(task: Task, line: Line, choices: tuple[str, ...]) -> Example:
    """The row as an example; an English version without an answer of its own serves as an input only."""
    row = line.row
    bare = read_row(task, without_english(row), choices, line.place, True)
    if row == without_english(row):
        return bare
    return replace(bare, pivot=read_row(task, row, choices, line.place).pivot)
