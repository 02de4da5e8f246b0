"""On what data: a dataset, and the memory of what was computed before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

from xlt_core.records import Example, Prediction

SPLITS = ("train", "validation", "test")


class Dataset:
    """A source of examples. The same rows in the same order every time."""

    title: ClassVar[str]
    licence: ClassVar[str]
    citation: ClassVar[str]
    url: ClassVar[str]

    def languages(self, task: str) -> tuple[str, ...]:
        """Codes of the languages with examples for the task; () where it has none."""
        raise NotImplementedError

    def serves(self, task: str, language: str) -> bool:
        """Whether it has examples for the task in the language, by its code."""
        return language in self.languages(task)

    def load(self, task: str, language: str, split: str) -> list[Example]:
        """The split (train, validation or test), whole. Raises InputError where there is none."""
        raise NotImplementedError

    def splits(self, task: str, language: str) -> tuple[str, ...]:
        """The splits that there are; without train no demonstrations are drawn."""
        return SPLITS

    def note(self, task: str, language: str, split: str) -> str:
        """What a reader of numbers from the split should know of it, in a clause; "" where there is nothing."""
        return ""

    def written_in(self, task: str, language: str) -> Mapping[str, str]:
        """Codes of the languages of fields (or "answer") that are in another one: of passages in English."""
        return {}

    def translated_splits(self, task: str, language: str) -> tuple[str, ...]:
        """The splits whose rows its publishers have in machine-made English as well: its translate-test sets."""
        return ()

    def translated(self, task: str, language: str, split: str) -> Mapping[str, Example]:
        """The rows of such a split in that English, by their ids. Raises InputError where they cannot be read."""
        return {}

    def at(self, roots: tuple[Path, ...]) -> Dataset:
        """The dataset as read from clones of its repositories, where it has such. Raises InputError where the
        folders hold none."""
        return self

    def at_hand(self) -> bool:
        """Whether the rows can be read without asking a server."""
        return True


class Memory(Protocol):
    """What was computed before. column: the signature of a column at work; items: the keys of its items.

    Only final predictions without an error are given to it.
    """

    def known(self, column: str, items: Sequence[str]) -> Mapping[str, Prediction]:
        """Predictions by the item's key; the items that are not known are left out."""

    def keep(self, column: str, item: str, prediction: Prediction) -> None:
        """Keeps a prediction, at once."""
