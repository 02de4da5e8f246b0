"""Who asked for which work to stop. A run shows its own end, so that nothing that was on its way comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

_signals: dict[str, Event] = {}


@contextmanager
def stoppable() -> Iterator[tuple[str, Event]]:
    """A ticket for a piece of work, which its visitor's page keeps, and the signal that is set when it is to stop."""
    ticket, signal = uuid4().hex, Event()
    _signals[ticket] = signal
    try:
        yield ticket, signal
    finally:
        del _signals[ticket]


def ask(ticket: str) -> None:
    """Asks the work of a ticket to stop; nothing happens where it has ended."""
    if ticket in _signals:
        _signals[ticket].set()
