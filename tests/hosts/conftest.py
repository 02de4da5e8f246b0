"""A server of completions on the bundled model, and the local host of the same model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers.completions_server import CompletionsServer, Model

from xlt_core.hosts.local import LocalHost
from xlt_core.settings import POCKET


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
