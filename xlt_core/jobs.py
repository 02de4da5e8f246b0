"""Long work that belongs to the app and not to the tab that started it: a generator run in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import closing
from contextvars import copy_context
from itertools import count
from threading import Condition, Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from xlt_core.records import InputError

T = TypeVar("T")
LOG = logging.getLogger("xlt_core.jobs")
UNEXPECTED = "Something went wrong on this side; it has been logged."
PAUSE = 0.15  # seconds at least between two snapshots that are shown: a page draws no faster


class Job(Generic[T]):
    """A generator at work in the background. last: its latest snapshot; error: one sentence where it failed.

    state: running, done, failed or stopped. A job that is stopped ends at its generator's next yield.
    """

    def __init__(self, name: str, work: Generator[T, None, None], owner: str = "") -> None:
        self.name, self.owner, self.state, self.error = name, owner, "running", ""
        self.last: T | None = None
        self._work, self._changed, self._number, self._stop = work, Condition(), 0, False
        # With the context of whoever asked: a Space lends its GPU to a visitor, not to a thread.
        self._thread = Thread(target=copy_context().run, args=(self._run,), name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Asks the work to end at its next yield."""
        self._stop = True

    def wait(self, timeout: float | None = None) -> None:
        """Waits until the work has ended; timeout in seconds."""
        self._thread.join(timeout)

    def watch(self, interval: float = 1.0) -> Iterator[T | None]:
        """Yields the latest snapshot now, at each new one (skipping those that came within PAUSE), and every `interval`
        seconds, until the work has ended; the last is the end's. Leaving the loop leaves the work alone."""
        seen, next_one = -1, 0.0
        while True:
            with self._changed:
                if self._number == seen and self.state == "running":
                    self._changed.wait(interval)
                self._changed.wait_for(lambda: self.state != "running", max(next_one - monotonic(), 0))
                seen, last, ended = self._number, self.last, self.state != "running"
            if last is not None:
                next_one = monotonic() + PAUSE
            yield last
            if ended:
                return

    def _run(self) -> None:
        state, error = "done", ""
        try:
            with closing(self._work):  # what goes wrong as it ends is told like the rest
                for snapshot in self._work:
                    self._publish(snapshot)
                    if self._stop:
                        state = "stopped"
                        break
        except InputError as problem:
            state, error = "failed", str(problem)
        except Exception as problem:
            LOG.error("The work %s failed.", self.name, exc_info=problem)
            state, error = "failed", UNEXPECTED
        with self._changed:
            self.state, self.error = state, error
            self._number += 1
            self._changed.notify_all()

    def _publish(self, snapshot: T) -> None:
        with self._changed:
            self.last = snapshot
            self._number += 1
            self._changed.notify_all()


class Jobs(Generic[T]):
    """The jobs of one kind in this process, by key. Each stays, with its end, until it is forgotten."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job[T]] = {}
        self._lock, self._numbers = Lock(), count(1)

    def start(self, name: str, work: Generator[T, None, None], owner: str = "", most: int = 2) -> tuple[str, Job[T]]:
        """Starts the work, and returns its key with it. Raises InputError where `most` are at work already."""
        with self._lock:
            if sum(job.state == "running" for job in self._jobs.values()) >= most:
                raise InputError(f"{most} at work already; wait until one has ended, or stop one.")
            key = f"{next(self._numbers)}"
            self._jobs[key] = Job(name, work, owner)
            return key, self._jobs[key]

    def get(self, key: str) -> Job[T] | None:
        return self._jobs.get(key)

    def of(self, owner: str = "") -> dict[str, Job[T]]:
        """The jobs of an owner by key, the latest first."""
        return {key: job for key, job in reversed(list(self._jobs.items())) if job.owner == owner}

    def forget(self, key: str) -> None:
        """Stops the job, and takes it off the list."""
        job = self._jobs.pop(key, None)
        if job:
            job.stop()
