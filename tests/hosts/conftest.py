"""Tiny random models, and a host for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from completions_server import CompletionsServer, Model
from tiny_models import CHAT, make_adapter, make_model

from xlt_core.hosts.local import LocalHost
from xlt_core.settings import POCKET


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model with two adapters for Kinyarwanda and one for Hausa."""
    folder = make_model(tmp_path_factory.mktemp("tiny"))
    for seed, name in enumerate(("kin", "kin-long", "hau"), 1):
        make_adapter(folder, folder / "adapters" / name, seed)
    return folder


@pytest.fixture
def host(folder: Path) -> LocalHost:
    """The host, yielding after every token, with batches small enough that there are several."""
    host = LocalHost(folder, device="cpu")
    host._engine.stream_every = 0.0
    host._engine.step_tokens = 150
    return host


@pytest.fixture(scope="session")
def chat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose chat template refuses a system turn."""
    return make_model(tmp_path_factory.mktemp("chat"), CHAT)


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(POCKET / "model")


@pytest.fixture(scope="session")
def local() -> LocalHost:
    return LocalHost(POCKET / "model", device="cpu")


@pytest.fixture
def server(model: Model) -> Iterator[CompletionsServer]:
    server = CompletionsServer(model)
    yield server
    server.stop()
