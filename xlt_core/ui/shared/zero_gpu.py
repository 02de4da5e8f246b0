"""ZeroGPU, where a Space has a GPU only while a decorated function runs; the package `spaces` is there alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from xlt_core import catalog
from xlt_core.comparison import compare, preview
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.ui.shared.limits import LOG

SECONDS = 120  # of the GPU that one comparison may take; visitors have a few minutes a day

Function = TypeVar("Function", bound=Callable[..., Any])


def here() -> bool:
    """Whether this is a Space on ZeroGPU, as its environment says."""
    return os.environ.get("SPACES_ZERO_GPU", "").strip().lower() in ("1", "t", "true")


def on_gpu(function: Function) -> Function:
    """The generator function as a Space on ZeroGPU runs it, in a process that has the GPU; elsewhere itself."""
    if not here():
        return function
    import spaces

    return spaces.GPU(duration=SECONDS)(function)


def _compared(plan: Plan) -> Iterator[Comparison]:
    yield from compare.compare(plan)


def _previewed(plan: Plan) -> Iterator[dict[str, preview.Preview]]:
    yield from preview.preview(plan)


compared, previewed = on_gpu(_compared), on_gpu(_previewed)


def load() -> None:
    """Reads what the page offers before anybody asks: the process with the GPU begins as a copy of this one."""
    makers = [(catalog.host, name) for name in catalog.models()]
    for make, name in (*makers, *((catalog.translator, name) for name in catalog.translators() if name != catalog.LLM)):
        try:
            made = make(name)
            getattr(made, "ready", str)()  # a remote host has no weights to read
        except InputError as error:
            LOG.warning("%s could not be made ready: %s", name, error)
