"""Nothing that a test makes is kept among the user's own, nor is anything taken from what is there; tiny models."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xlt_core.hosts.local import LocalHost

gc.disable()  # until all is imported, of which nothing is garbage
os.environ["XLT_STORE"] = ":memory:"
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):  # not in the process that starts them: they would inherit it
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(workers))))  # they share the cores
os.environ["XLT_ADAPTERS"] = tempfile.mkdtemp(prefix="xlt-adapters-")
os.environ["XLT_MODELS_DIR"] = tempfile.mkdtemp(prefix="xlt-models-")
for name in [name for name in os.environ if name.startswith(("HF_", "TRANSFORMERS_OFFLINE"))]:
    del os.environ[name]  # the tests say themselves which hub they reach

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts a job in its background with it ignored


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A visit to the page that waited in vain, on a machine that does too much, is made once more; the summary counts
    it as a rerun. The tests of the page begin the last process's share: to start page and browser in each takes long.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun="TimeoutError"))
    if workers:
        first = len(items) - len(items) // int(workers)
        rest, of_the_page = ([item for item in items if ("ui" in item.path.parts) is page] for page in (False, True))
        items[:] = rest[:first] + of_the_page + rest[first:]


def pytest_collection_finish() -> None:
    gc.enable()


@pytest.fixture(scope="module", autouse=True)
def small_heap() -> None:
    """Nothing that was there before is searched for garbage: with all libraries loaded, a search takes half a second,
    and each training and each eviction of a model makes one."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def little_english() -> None:
    """Each training measures what it forgot on a few documents: on all it would read more than it learns from."""
    from xlt_core.adaptation import objective

    objective.ENGLISH = 10


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random base model with two adapters for Kinyarwanda and one for Hausa."""
    from helpers.tiny_models import make_adapter, make_model

    folder = make_model(tmp_path_factory.mktemp("tiny"))
    for seed, name in enumerate(("kin", "kin-long", "hau"), 1):
        make_adapter(folder, folder / "adapters" / name, seed)
    return folder


@pytest.fixture
def host(folder: Path) -> LocalHost:
    """Its host, yielding after every token, with batches small enough that there are several."""
    from xlt_core.hosts.local import LocalHost

    host = LocalHost(folder, device="cpu")
    host._engine.stream_interval = 0.0
    host._engine.step_tokens = 150
    return host


@pytest.fixture(scope="session")
def chat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose chat template refuses a system turn."""
    from helpers.tiny_models import CHAT, make_model

    return make_model(tmp_path_factory.mktemp("chat"), CHAT)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One for all tests of a process: a second Playwright cannot be started beside the first."""
    from helpers.browser import ARGUMENTS, CHROMIUM, Browser
    from playwright.sync_api import sync_playwright

    if not CHROMIUM:
        pytest.skip("there is no Chromium")

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Browser(started)
        started.close()
