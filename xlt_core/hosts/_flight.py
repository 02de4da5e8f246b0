"""Many requests in flight: threads do the waiting, and what is ready is yielded as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from xlt_core.records import Reply

BEAT = 0.2  # seconds after which something is yielded even if nothing came, so that the caller may stop
Tell = Callable[[Reply], None]


def in_flight(work: Callable[[int, Tell], Reply], waiting: Sequence[Reply], bound: int) -> Iterator[tuple[int, Reply]]:
    """Yields (index, reply) for each of the waiting (partial replies to show until more is known), in any order.

    work: takes an index and where to tell of partial replies, and returns the final one; at most `bound` run at once.
    One that raises does not hold up the others: the first such error is raised when all have ended.
    Closing drops what has not begun; what is under way is for the caller to break off.
    """
    shown = dict(enumerate(waiting))
    ready: SimpleQueue[tuple[int, Reply | Exception]] = SimpleQueue()
    failures: list[Exception] = []

    def run(index: int) -> None:
        try:
            ready.put((index, work(index, lambda reply: ready.put((index, reply)))))
        except Exception as error:  # it is raised again in the caller's thread
            ready.put((index, error))

    pool = ThreadPoolExecutor(min(bound, len(waiting)), thread_name_prefix="remote")
    try:
        for index in shown:
            pool.submit(run, index)
        while shown:
            try:
                index, outcome = ready.get(timeout=BEAT)
            except Empty:
                yield next(iter(shown.items()))
                continue
            if isinstance(outcome, Exception):
                failures.append(outcome)
                del shown[index]
                continue
            if outcome.final:
                del shown[index]
            else:
                shown[index] = outcome
            yield index, outcome
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if failures:
        raise failures[0]
