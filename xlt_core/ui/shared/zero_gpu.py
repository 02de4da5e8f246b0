"""ZeroGPU: a Space has a GPU only while a decorated function runs. The package `spaces` exists only there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from xlt_core import catalog
from xlt_core.comparison import again, compare, preview
from xlt_core.comparison.edits import Edit
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.ui.shared.errors import LOG

SECONDS = 120  # the most GPU time for one comparison; a visitor has a few minutes a day

Function = TypeVar("Function", bound=Callable[..., Any])


def is_zero_gpu() -> bool:
    """Whether this is a Space on ZeroGPU, according to its environment."""
    return os.environ.get("SPACES_ZERO_GPU", "").strip().lower() in ("1", "t", "true")


def on_gpu(function: Function) -> Function:
    """The generator function, decorated to run in a process with the GPU on ZeroGPU; elsewhere the function itself."""
    if not is_zero_gpu():
        return function
    import spaces

    return spaces.GPU(duration=SECONDS)(function)


def _compare(plan: Plan) -> Iterator[Comparison]:
    yield from compare.compare(plan)


def _preview(plan: Plan) -> Iterator[dict[str, preview.Preview]]:
    yield from preview.preview(plan)


def _go_on(comparison: Comparison, column: str, item: str, edit: Edit) -> Iterator[Comparison]:
    yield from again.go_on(comparison, column, item, edit)


run_comparison, run_preview, run_edited = on_gpu(_compare), on_gpu(_preview), on_gpu(_go_on)


def load_models() -> None:
    """Loads the offered models and translators at start: the process with the GPU begins as a copy of this one."""
    translators = (name for name in catalog.translators() if name != catalog.LLM)
    makers = [(catalog.host, name) for name in catalog.models()] + [(catalog.translator, name) for name in translators]
    for make, name in makers:
        try:
            made = make(name)
            getattr(made, "ready", str)()  # a remote host has no weights to load
        except InputError as error:
            LOG.warning("%s could not be loaded: %s", name, error)
