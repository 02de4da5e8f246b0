"""The remote host against `transformers serve`, which takes requests for log-probabilities and ignores them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from xlt_core.contracts import Adapts, Generates, Scores
from xlt_core.hosts.local import LocalHost
from xlt_core.hosts.remote import connect
from xlt_core.records import InputError, Limits, Message
from xlt_core.settings import POCKET

pytest.importorskip("openai", reason="transformers serve needs it")
MODEL = str(POCKET / "model")
PATIENCE = 120  # seconds for the server to come up, on a busy machine


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    call = [str(Path(sys.executable).parent / "transformers"), "serve", MODEL, "--host", "127.0.0.1"]
    with (home / "log").open("wb") as log:
        served = subprocess.Popen(
            [*call, "--port", str(port), "--device", "cpu", "--dtype", "float32"],
            env={**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}, stdout=log, stderr=log)  # fmt: skip
    try:
        deadline = time.monotonic() + PATIENCE
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            while not _well(client):
                assert served.poll() is None and time.monotonic() < deadline, (home / "log").read_text()
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        served.terminate()
        served.wait()


def _well(client: httpx.Client) -> bool:
    try:
        return client.get("/health").is_success
    except httpx.TransportError:
        return False


def test_the_probe_sees_that_log_probabilities_are_ignored(address: str) -> None:
    with pytest.raises(InputError, match=r"lists no model; write which one .*#MODEL"):
        connect(address)
    host = connect(f"{address}#{MODEL}")
    assert isinstance(host, Generates) and not isinstance(host, Scores) and not isinstance(host, Adapts)
    assert "since the server ignores the request for log-probabilities" in host.describe()
    assert "2048 tokens are assumed" in host.describe() and "estimates" in host.describe()
    prompt, limits = (Message("user", "Text: Umuti mushya.\nTopic:"),), Limits(tokens=8)
    (served,) = [reply for _, reply in host.generate([prompt], limits=limits) if reply.final]
    (local,) = [r for _, r in LocalHost(MODEL, device="cpu").generate([prompt], limits=limits) if r.final]
    assert (served.text, served.tokens_in) == (local.text, local.tokens_in) and served.tokens_out
