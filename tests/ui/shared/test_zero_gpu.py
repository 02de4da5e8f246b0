"""ZeroGPU: what runs with the GPU there, with a stand-in for the package that only Spaces have."""

from __future__ import annotations

import importlib
import inspect
import pickle
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from xlt_core.records import Column, Plan
from xlt_core.ui.shared import zero_gpu

PLAN = Plan("topic", "kin", (Column("laft", "laft"),), shots=1, samples=2)


class Spaces(ModuleType):
    """Wraps a generator function as ZeroGPU does: what goes in and what comes out crosses to another process."""

    def __init__(self) -> None:
        super().__init__("spaces")
        self.given: dict[str, int] = {}

    def GPU(self, duration: int) -> Callable[..., Any]:
        def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
            assert inspect.isgeneratorfunction(function)
            self.given[function.__name__] = duration

            def lent(*given: Any) -> Iterator[Any]:
                for made in function(*pickle.loads(pickle.dumps(given))):
                    yield pickle.loads(pickle.dumps(made))

            return lent

        return wrap


@pytest.fixture
def spaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spaces]:
    module = Spaces()
    monkeypatch.setitem(sys.modules, "spaces", module)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    importlib.reload(zero_gpu)
    yield module
    monkeypatch.undo()
    importlib.reload(zero_gpu)


def test_elsewhere_nothing_is_wrapped() -> None:
    assert not zero_gpu.is_zero_gpu() and zero_gpu.run_comparison is zero_gpu._compare and "spaces" not in sys.modules


def test_what_computes_is_wrapped_and_its_snapshots_cross_processes(spaces: Spaces) -> None:
    assert spaces.given == dict.fromkeys(("_compare", "_preview", "_go_on"), zero_gpu.SECONDS)
    *_, last = zero_gpu.run_comparison(PLAN)
    assert last.runs[0].state == "done" and last.runs[0].scores and len(last.runs[0].predictions) == 2
    *_, previews = zero_gpu.run_preview(PLAN)
    assert previews["laft"].tokens > 0


def test_the_offered_models_are_loaded_before_anybody_asks(spaces: Spaces, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Made:
        def __init__(self, name: str) -> None:
            self.ready = lambda: asked.append(name)

    for names, make in (("models", "host"), ("translators", "translator")):
        monkeypatch.setattr(zero_gpu.catalog, names, lambda names=names: (f"one of the {names}",))
        monkeypatch.setattr(zero_gpu.catalog, make, Made)
    zero_gpu.load_models()
    assert asked == ["one of the models", "one of the translators"]
