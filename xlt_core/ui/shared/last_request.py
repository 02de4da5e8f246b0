"""Which request of a browser is the last of its kind: the reply of an older one must not overwrite what is newer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock

import gradio as gr

from xlt_core.ui.shared.updates import Updates, Values

# All of them reach the app at once: by default a page sends none while another of the same event is on its way.
AT_ONCE = {"trigger_mode": "multiple", "concurrency_limit": None}

SENT_WITHIN = 5.0  # seconds: who is gone does not hold up the others


class Requests:
    """The number of the last request, and those at work; one for each browser, as a gr.State holds it."""

    def __init__(self) -> None:
        self.number = 0
        self.at_work: set[int] = set()
        self._sending = Lock()

    def __deepcopy__(self, memo: object) -> Requests:
        return Requests()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Within it one request at a time sends its updates: Gradio would let a later one's overtake them."""
        entered = self._sending.acquire(timeout=SENT_WITHIN)
        try:
            yield
        finally:
            if entered:
                self._sending.release()

    def begin(self) -> int:
        """The number of a request that begins now."""
        self.number += 1
        self.at_work.add(self.number)
        return self.number

    @property
    def several(self) -> bool:
        """Whether more than one is at work, of which all but the last change nothing any more."""
        return len(self.at_work) > 1


def last_only(
    requests: gr.State, handler: Callable[[Values], Iterator[Updates]], nothing: Updates
) -> Callable[[Values], Iterator[Updates]]:
    """The handler, a generator, whose updates are dropped once a later request has begun, its error, too. nothing: an
    update that changes nothing, where updates are dropped or there are none: Gradio sends the last ones once more at
    the end, or null. Not behind all: of a value that is a dict the page would make what differs from it."""

    @wraps(handler)
    def checked(values: Values) -> Iterator[Updates]:
        mine, standing = values[requests].begin(), False
        try:
            for updates in handler(values):
                with values[requests].sending():  # until Gradio asks for the next
                    standing = values[requests].number == mine
                    if not standing:
                        break
                    yield updates
        except Exception:
            if values[requests].number == mine:
                raise
            standing = False
        finally:
            values[requests].at_work.discard(mine)
        if not standing:
            yield nothing

    return checked
