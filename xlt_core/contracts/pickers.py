"""Which demonstrations are shown: a picker, and what it picks from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from xlt_core.contracts.models import Translator
from xlt_core.records import Example, Language, Reply


@dataclass(frozen=True)
class Pool:
    """What demonstrations are picked from: rows with answers, in `spoken`, for items in `language`."""

    rows: tuple[Example, ...]
    shots: int
    seed: int
    spoken: Language
    language: Language
    english: Language
    translator: Translator | None = None


@dataclass(frozen=True)
class Picked:
    """One item's demonstrations. replies: the calls that picking took; error: why there are none."""

    rows: tuple[Example, ...] = ()
    replies: tuple[Reply, ...] = ()
    error: str = ""


Pick = Callable[[Sequence[Example]], Iterator[tuple[int, Picked]]]  # (index, picked) for blanked items, in any order


class Picker:
    """How demonstrations are chosen. per_item: for each item anew, by `prepare`; else once for all, by `order`."""

    title: ClassVar[str]
    summary: ClassVar[str]
    per_item: ClassVar[bool] = True
    uses_translator: ClassVar[bool] = False

    def order(self, rows: Sequence[Example], seed: int) -> Sequence[Example]:
        """The rows in the order in which they are taken."""
        raise NotImplementedError

    def prepare(self, pool: Pool) -> Pick:
        """What picks for items, the nearest row last. Raises InputError where the pool does not do."""
        raise NotImplementedError
