"""Signals by which a visitor stops running work.

The work itself shows its end. An update that was already on its way therefore never follows the last one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

_signals: dict[str, Event] = {}


@contextmanager
def stop_signal() -> Iterator[tuple[str, Event]]:
    """An id for a piece of work, which the visitor's page stores, and the event that is set when it should stop."""
    work_id, signal = uuid4().hex, Event()
    _signals[work_id] = signal
    try:
        yield work_id, signal
    finally:
        del _signals[work_id]


def request_stop(work_id: str) -> None:
    """Asks the work with this id to stop. Does nothing where it has ended."""
    if work_id in _signals:
        _signals[work_id].set()
