"""Where a sweep's cells are computed, one after the other in this process; and what an engine tells of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from xlt_core.catalog import Parts
from xlt_core.compare import compare
from xlt_core.contracts import Memory
from xlt_core.records import Comparison, InputError, Plan


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


Work = Sequence[tuple[int, Plan]]
Engine = Callable[[Work, Parts, Memory], Generator[News, None, None]]


def local(work: Work, parts: Parts, memory: Memory) -> Generator[News, None, None]:
    """In this process, in their order."""
    for position, plan in work:
        yield from at_work(position, plan, parts, memory)


def at_work(position: int, plan: Plan, parts: Parts, memory: Memory) -> Iterator[News]:
    """One cell; the last news is that it has ended."""
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
