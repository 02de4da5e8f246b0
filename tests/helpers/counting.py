"""How much work is done, by the Python functions that are called: a clock would measure the machine, too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def calls(work: Callable[[], Any]) -> tuple[Any, int]:
    """What the work returns, and how many Python functions and steps of generators it runs in this thread."""
    count = 0

    def listen(frame: Any, event: str, value: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(listen)
    try:
        done = work()
    finally:
        sys.setprofile(before)
    return done, count
