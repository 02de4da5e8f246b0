"""Any dataset of the Hugging Face Hub, or a local folder in its form: `hub:ID[:CONFIG][?FIELD=COLUMN,...]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from xlt_core.contracts import SPLITS, Dataset, Task
from xlt_core.formats.dataset_names import HUB, Columns, bare, columns_text, read_columns
from xlt_core.formats.fields import columns, named, row_of_cells
from xlt_core.formats.rows import read_row
from xlt_core.language_table import languages
from xlt_core.records import Example, InputError
from xlt_core.text.answers import EITHER

if TYPE_CHECKING:
    from datasets import Dataset as Table

NAMES = {"train": ("train",), "validation": ("validation", "valid", "dev", "val"), "test": ("test",)}
SHAPE = "hub:ID[:CONFIG][?FIELD=COLUMN,...], such as hub:nyu-mll/glue:rte?premise=sentence1,hypothesis=sentence2"


@dataclass(frozen=True)
class Hub(Dataset):
    """Its splits in its own rows. names: the dataset's column for a field where that is called otherwise.

    A label by its number is read by the dataset's own names of labels, a list of options or of right answers entry by
    entry, and an option by its number as its letter. tasks: by id.
    """

    title = "A dataset of the Hugging Face Hub"
    licence = "its owner's"
    citation = "As its page says."
    url = "https://huggingface.co/datasets"

    place: str = ""
    config: str = ""
    names: Columns = ()
    tasks: Mapping[str, Task] = field(default_factory=dict, compare=False, hash=False)

    @classmethod
    def opened(cls, name: str, tasks: Mapping[str, Task]) -> Hub:
        place, _, config = bare(name).removeprefix(HUB).partition(":")
        if not place.strip():
            raise InputError(f"{name[:120]!r} names no dataset; write it as {SHAPE}.")
        return cls(place.strip(), config.strip(), read_columns(columns_text(name)), tasks)

    def languages(self, task: str) -> tuple[str, ...]:
        return tuple(languages())

    def serves(self, task: str, language: str) -> bool:
        """It may be in any language of the world: whoever names it knows which."""
        return True

    def splits(self, task: str, language: str) -> tuple[str, ...]:
        there = _split_names(self.place, self.config)
        return tuple(split for split in SPLITS if set(NAMES[split]) & set(there))

    def load(self, task: str, language: str, split: str) -> list[Example]:
        own = next((name for name in NAMES.get(split, ()) if name in _split_names(self.place, self.config)), "")
        if not own:
            there = ", ".join(self.splits(task, language))
            raise InputError(f"{self.place} has no split {split!r}; choose one of {there}.")
        return list(_examples(self.tasks[task], _rows(self.place, self.config, own), dict(self.names), split))

    def at_hand(self) -> bool:
        return bool(self.place) and Path(self.place).is_dir()


@lru_cache(maxsize=8)
def _split_names(place: str, config: str) -> tuple[str, ...]:
    if not place:
        raise InputError(f"Name the dataset itself, such as --dataset {SHAPE}.")
    from datasets import get_dataset_split_names

    try:
        return tuple(get_dataset_split_names(place, config or None))
    except Exception as error:  # whatever the library raises: no such dataset, no connection, a config that is needed
        raise InputError(f"The dataset {place} cannot be read: {_line(error)}") from None


@lru_cache(maxsize=4)
def _rows(place: str, config: str, split: str) -> Table:
    from datasets import load_dataset

    try:
        return load_dataset(place, config or None, split=split)
    except Exception as error:
        raise InputError(f"The dataset {place} cannot be read: {_line(error)}") from None


def _line(error: Exception) -> str:
    text = (str(error).strip() or type(error).__name__).split("\n")[0].rstrip(".")
    return f"{text[:200]}; check its name and configuration, and the connection."


def _examples(task: Task, table: Table, names: Mapping[str, str], split: str) -> Iterator[Example]:
    wanted, names = columns(task.fields), named(task.fields, names)
    chosen = {name: names.get(name, name) for name in wanted}
    odd = next((name for name in names if name not in wanted), "")
    needed = [name for name in (*task.fields, "answer") if name not in task.optional]
    lacking = next((name for name in needed if chosen[name] not in table.column_names), "")
    if odd or lacking:
        what = f"names {odd!r}, which is no field of {task.title}" if odd else f"has no column for {lacking}"
        raise InputError(f"The dataset {what}; its columns are {', '.join(table.column_names)}, and the fields "
                         f"{', '.join(needed)}: add ?FIELD=COLUMN to its name.")  # fmt: skip
    labels = tuple(getattr(table.features[chosen["answer"]], "names", None) or ())
    cells = [{name: _cell(row.get(column), name, labels, task) for name, column in chosen.items()} for row in table]
    choices = labels or (tuple(sorted({row["answer"] for row in cells})) if task.answer_kind == "label" else ())
    for number, given in enumerate(cells, 1):
        if all(given[name].strip() for name in needed):
            row = row_of_cells(task.fields, {**given, "id": given["id"] or f"{split}-{number}"})
            place = f"Row {number} of {split}"
            bare = read_row(task, replace(row, english="", english_texts={}), choices, place, True)
            pivot = read_row(task, row, choices, place).pivot
            yield replace(bare, id=f"{split}-{number}", pivot=pivot)


def _cell(value: Any, name: str, labels: Sequence[str], task: Task) -> str:
    """A value as a person would write it."""
    if isinstance(value, Mapping):  # SQuAD's answers
        value = value.get("text", "")
    if isinstance(value, list | tuple):
        return ("\n" if name in task.listed else f" {EITHER} ").join(str(one).strip() for one in value)
    if name.endswith("answer") and isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < len(labels):
            return labels[value]
        return ascii_uppercase[value] if task.listed and 0 <= value < len(ascii_uppercase) else str(value)
    return "" if value is None else str(value).strip()
