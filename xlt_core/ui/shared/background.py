"""Runs slow work that cannot report its progress, such as loading a model, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Unfinished
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
INTERVAL = 0.3  # seconds


def run_in_thread(work: Callable[[], T], interval: float = INTERVAL) -> Generator[float, None, T]:
    """Runs the work in a thread, yields the elapsed seconds at every interval, and returns the work's result.

    Raises what the work raises. Closing the generator does not stop the work: a model that it loads stays loaded.
    """
    result: Future[T] = Future()
    started = time.monotonic()
    context = copy_context()
    threading.Thread(target=context.run, args=(_set_result, work, result), name="background", daemon=True).start()
    while True:
        try:
            return result.result(interval)
        except Unfinished:
            if result.done():  # the work itself raised a TimeoutError
                raise
            yield time.monotonic() - started


def _set_result(work: Callable[[], T], result: Future[T]) -> None:
    try:
        result.set_result(work())
    except BaseException as error:
        result.set_exception(error)
