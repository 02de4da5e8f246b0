"""A lock that serves its callers in the order in which they asked, so that people who share a model queue fairly."""

from __future__ import annotations

from collections import deque
from threading import Event, Lock
from types import TracebackType


class FairLock:
    """`with lock:` waits for everyone who asked before. Not re-entrant."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._queue: deque[Event] = deque()  # the first one holds the lock

    def __enter__(self) -> None:
        turn = Event()
        with self._guard:
            self._queue.append(turn)
            if self._queue[0] is turn:
                turn.set()
        try:
            turn.wait()
        except BaseException:  # an interrupted caller must not stay in the queue: nobody would release its turn
            self._release(turn)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release(self._queue[0])

    def _release(self, turn: Event) -> None:
        with self._guard:
            self._queue.remove(turn)
            if self._queue:
                self._queue[0].set()
