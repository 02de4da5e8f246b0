"""A lock that serves its callers in the order in which they came, so that people who share a model queue fairly."""

from __future__ import annotations

from collections import deque
from threading import Event, Lock
from types import TracebackType


class Turns:
    """`with turns:` waits for all who asked before. Not re-entrant."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._queue: deque[Event] = deque()

    def __enter__(self) -> None:
        mine = Event()
        with self._guard:
            self._queue.append(mine)
            if self._queue[0] is mine:
                mine.set()
        try:
            mine.wait()
        except BaseException:  # an interrupt while waiting must not leave a turn that nobody ends
            self._leave(mine)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self._queue[0])

    def _leave(self, turn: Event) -> None:
        with self._guard:
            self._queue.remove(turn)
            if self._queue:
                self._queue[0].set()
