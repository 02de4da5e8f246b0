"""Waits for what takes long and cannot tell of it, such as loading a model, so that the page shows that it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Unfinished
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
BEAT = 0.3  # seconds


def awaited(work: Callable[[], T], beat: float = BEAT) -> Generator[float, None, T]:
    """Does the work in a thread of its own, yields the seconds gone by at every beat, and returns the result, or
    raises as the work did. Closing it leaves the work to itself: what it loads is there for the next who asks."""
    done: Future[T] = Future()
    started = time.monotonic()
    context = copy_context()
    threading.Thread(target=context.run, args=(_settle, work, done), name="awaited", daemon=True).start()
    while True:
        try:
            return done.result(beat)
        except Unfinished:
            if done.done():  # the work itself ran out of time
                raise
            yield time.monotonic() - started


def _settle(work: Callable[[], T], done: Future[T]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:
        done.set_exception(error)
