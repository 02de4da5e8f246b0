"""The engine that computes a sweep's cells in this process, one after the other; what any engine must provide."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from xlt_core.catalog import Parts
from xlt_core.comparison.compare import compare, held, signatures
from xlt_core.comparison.selection import select
from xlt_core.comparison.signature import item_key
from xlt_core.contracts import Memory
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.store.call_cache import with_call_cache
from xlt_core.store.store import Store

Work = Sequence[tuple[int, Plan]]


@dataclass(frozen=True)
class Signed:
    """A resolved plan with the signatures of its columns and the keys of its items, where it would be computed. held:
    the keys of examples that are answered beside the items, by signature."""

    plan: Plan
    signatures: tuple[str, ...]
    items: tuple[str, ...]
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class CellUpdate:
    """How far a cell is, or its end. position: its index; comparison: only at the end; reason: why there is none."""

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

    def run(self, work: Work, parts: Parts, store: Store) -> Generator[CellUpdate, None, None]:
        """Computes what is not in the store, stores it, and yields updates. Closing stops the work."""


class Local:
    """This process."""

    def sign(self, plan: Plan, parts: Parts) -> Signed:
        return sign(plan, parts)

    def run(self, work: Work, parts: Parts, store: Store) -> Generator[CellUpdate, None, None]:
        parts = with_call_cache(parts, store)
        for position, plan in work:
            yield from run_cell(position, plan, parts, store)


def sign(plan: Plan, parts: Parts) -> Signed:
    """The plan as it would be computed in this process."""
    selection = select(plan, parts)
    keys = tuple(map(item_key, selection.examples))
    return Signed(selection.plan, signatures(selection, parts), keys, held(selection, parts))


def run_cell(position: int, plan: Plan, parts: Parts, memory: Memory) -> Iterator[CellUpdate]:
    """Computes one cell in this process; the last update is its end."""
    try:
        for comparison in compare(plan, parts, memory):
            yield update_of(position, comparison)
    except InputError as error:
        yield CellUpdate(position, ended=True, reason=str(error))
        return
    yield update_of(position, comparison, ended=True)


def update_of(position: int, comparison: Comparison, ended: bool = False) -> CellUpdate:
    """The update for a snapshot; it holds the comparison only where that has ended."""
    runs = comparison.runs
    done = sum(prediction.final for run in runs for prediction in run.predictions)
    total = sum(len(run.examples) for run in runs)
    signed = tuple(name for run in runs for name in (run.signature, *run.held))
    return CellUpdate(position, comparison if ended else None, done, total, signed, ended)
