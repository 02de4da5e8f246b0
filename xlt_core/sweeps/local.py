"""Where a sweep's cells are computed, one after the other in this process; and what an engine tells of them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from xlt_core.catalog import Parts
from xlt_core.comparison.compare import compare, signatures
from xlt_core.comparison.selection import select
from xlt_core.comparison.signature import item_key
from xlt_core.contracts import Memory
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.store.recall import recalling
from xlt_core.store.store import Store

Work = Sequence[tuple[int, Plan]]


@dataclass(frozen=True)
class Signed:
    """A resolved plan with the signatures of its columns and the keys of its items, where it would be computed."""

    plan: Plan
    signatures: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True)
class News:
    """A cell at work, or its end. position: which; comparison: where it has ended; reason: why there is none."""

    position: int
    comparison: Comparison | None = None
    done: int = 0
    total: int = 0
    signatures: tuple[str, ...] = ()
    ended: bool = False
    reason: str = ""


class Engine(Protocol):
    """Where cells are computed."""

    def sign(self, plan: Plan, parts: Parts) -> Signed:
        """The plan as it would be computed there. Raises InputError for one that is off."""

    def run(self, work: Work, parts: Parts, store: Store) -> Generator[News, None, None]:
        """Computes what the store does not know, keeps it there, and tells of it. Closing stops the work."""


class Local:
    """This process."""

    def sign(self, plan: Plan, parts: Parts) -> Signed:
        return sign(plan, parts)

    def run(self, work: Work, parts: Parts, store: Store) -> Generator[News, None, None]:
        parts = recalling(parts, store)
        for position, plan in work:
            yield from at_work(position, plan, parts, store)


def sign(plan: Plan, parts: Parts) -> Signed:
    """The plan as it would be computed in this process."""
    selection = select(plan, parts)
    return Signed(selection.plan, signatures(selection, parts), tuple(map(item_key, selection.examples)))


def at_work(position: int, plan: Plan, parts: Parts, memory: Memory) -> Iterator[News]:
    """One cell in this process; the last news is that it has ended."""
    try:
        for comparison in compare(plan, parts, memory):
            yield news_of(position, comparison)
    except InputError as error:
        yield News(position, ended=True, reason=str(error))
        return
    yield news_of(position, comparison, ended=True)


def news_of(position: int, comparison: Comparison, ended: bool = False) -> News:
    """What there is to tell of a comparison; whole only where it has ended."""
    runs = comparison.runs
    done = sum(prediction.final for run in runs for prediction in run.predictions)
    total = sum(len(run.examples) for run in runs)
    return News(position, comparison if ended else None, done, total, tuple(run.signature for run in runs), ended)
