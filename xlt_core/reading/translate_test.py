"""Readers whose dataset has its test rows in machine-made English too, in a repository of their own beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from xlt_core.reading.download import Address, download
from xlt_core.reading.reader import Reader
from xlt_core.records import Example

SUFFIX = "-translate-test"


class WithTranslateTest(Reader):
    """IrokoBench's sets, translated by NLLB-200: `data/LANGUAGE/test.tsv` in the repository `HUB-translate-test`, in
    the form and order of the set itself; none in English and Vai. A clone of it is a root of that name, or lies beside
    a root."""

    hub: ClassVar[str]
    untranslated: ClassVar[tuple[str, ...]] = ("eng", "vai")

    @cached_property
    def clones(self) -> tuple[Path, ...]:
        """Those of the set itself: the other's files have the same paths, and are English."""
        return tuple(root for root in super().clones if not root.resolve().name.endswith(SUFFIX))

    def translated_splits(self, task: str, language: str) -> tuple[str, ...]:
        there = task in self.tasks and language in self.codes() and language not in self.untranslated
        return ("test",) if there and (not self.clones or self._cloned(language)) else ()

    def translated(self, task: str, language: str, split: str) -> Mapping[str, Example]:
        if split not in self.translated_splits(task, language):
            return {}
        place = (self.hub + SUFFIX, self._path(language), "main")
        path = self._cloned(language) or download(Address((self._path(language),), (place,)))
        return {example.id: example for example in self.rows(path, split)}

    def rows(self, path: Path, split: str) -> list[Example]:
        """The examples of a file alone, in its order."""
        raise NotImplementedError

    def _path(self, language: str) -> str:
        return f"data/{self.codes()[language]}/test.tsv"

    def _cloned(self, language: str) -> Path | None:
        """The language's file in a clone; None where there is none."""
        name = self.hub.rpartition("/")[2] + SUFFIX
        beside = [root.resolve().parent / name for root in self.clones]
        own = [root for root in self.roots if root.resolve().name == name]
        return next((path for root in (*own, *beside) if (path := root / self._path(language)).is_file()), None)
