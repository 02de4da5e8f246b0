"""Runs many requests at once: threads wait for the answers, which are yielded as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from xlt_core.records import Reply

POLL_SECONDS = 0.2  # after which a reply is yielded even if nothing is new, so that the caller may stop
Report = Callable[[Reply], None]


def run_concurrently(
    work: Callable[[int, Report], Reply], pending: Sequence[Reply], max_concurrent: int
) -> Iterator[tuple[int, Reply]]:
    """Yields (index, reply) for each of the pending replies, which are partial, in any order.

    work: takes an index and a function that reports partial replies, and returns the final reply; at most
    `max_concurrent` run at once. If some raise, the others go on, and the first error is raised when all have ended.
    Closing drops the work that has not started; the caller must interrupt the work under way.
    """
    latest = dict(enumerate(pending))
    outcomes: SimpleQueue[tuple[int, Reply | Exception]] = SimpleQueue()
    failures: list[Exception] = []

    def run(index: int) -> None:
        try:
            outcomes.put((index, work(index, lambda reply: outcomes.put((index, reply)))))
        except Exception as error:  # raised again in the caller's thread
            outcomes.put((index, error))

    pool = ThreadPoolExecutor(min(max_concurrent, len(pending)), thread_name_prefix="remote")
    try:
        for index in latest:
            pool.submit(run, index)
        while latest:
            try:
                index, outcome = outcomes.get(timeout=POLL_SECONDS)
            except Empty:
                yield next(iter(latest.items()))
                continue
            if isinstance(outcome, Exception):
                failures.append(outcome)
                del latest[index]
                continue
            if outcome.final:
                del latest[index]
            else:
                latest[index] = outcome
            yield index, outcome
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if failures:
        raise failures[0]
