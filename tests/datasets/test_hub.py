"""A server on loopback that answers as the Hub does, and the Hub's own client against it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.formats.values import plain
from xlt_core.reading import download
from xlt_core.settings import ROOT

COMMIT = "0" * 40
LOAD = """
import json, sys
from xlt_core import catalog
from xlt_core.formats.values import plain
data = catalog.dataset(sys.argv[1])
rows = data.load(*sys.argv[2:])
print(json.dumps([plain(tuple(rows)), data.at_hand()]))
"""


def serve(folder: Path, asked: list[str]) -> ThreadingHTTPServer:
    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(False)

        def do_GET(self) -> None:
            self.answer(True)

        def answer(self, body: bool) -> None:
            asked.append(self.path)
            path = folder / self.path.lstrip("/").replace("/resolve/main/", "/").replace("/resolve/" + COMMIT, "")
            content = path.read_bytes() if path.is_file() else b""
            self.send_response(200 if content else 404)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("X-Error-Code", "" if content else "EntryNotFound")
            self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def hub(tmp_path):
    asked: list[str] = []
    server = serve(tmp_path / "hub", asked)
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


def load(address: str, home: Path, *call: str, **more: str) -> tuple[object, bool]:
    environment = {**os.environ, "HF_ENDPOINT": address, "HF_HOME": str(home), "XLT_DATA_ROOTS": "", **more}
    environment |= {"HF_HUB_DISABLE_XET": "1", "NO_PROXY": "127.0.0.1"}
    environment.pop("HF_HUB_CACHE", None)
    done = subprocess.run([sys.executable, "-c", LOAD, *call], cwd=ROOT, env=environment, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("name", "made", "moved", "call"), [
    ("sib200", clones.sib200, ("data/annotated", "datasets/Davlan/sib200/data"), ("topic", "kin", "validation")),
    ("masakhanews", clones.masakhanews, ("data", "datasets/masakhane/masakhanews/data"),
     ("topic", "lug", "validation")),
    ("xlsum", clones.xlsum, ("data", "datasets/csebuetnlp/xlsum/data"), ("summary", "hau", "test")),
])  # fmt: skip
def test_the_hub_gives_the_rows_of_a_clone_and_then_the_cache(tmp_path, hub, name, made, moved, call):
    address, asked = hub
    made(tmp_path / "clone")
    (tmp_path / "hub" / moved[1]).parent.mkdir(parents=True)
    os.symlink(tmp_path / "clone" / moved[0], tmp_path / "hub" / moved[1])
    rows, kept = load(address, tmp_path / "home", name, *call)
    assert rows == plain(tuple(catalog.dataset(name, [tmp_path / "clone"]).load(*call))) and kept and asked
    asked.clear()
    assert load(address, tmp_path / "home", name, *call, HF_HUB_OFFLINE="1")[0] == rows and not asked


def test_a_raw_file_is_fetched_once(tmp_path, hub, monkeypatch):
    address, asked = hub
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(tmp_path / "home"))
    clones.write(tmp_path / "hub/org/repo/main/dev.txt", "Aline B-PER\n")
    where = download.Address(("dev.txt",), (), (f"{address}/none.txt", f"{address}/org/repo/main/dev.txt"))
    assert not download.kept(where)
    assert download.download(where).read_text() == "Aline B-PER\n" == download.download(where).read_text()
    assert download.kept(where) and asked.count("/org/repo/main/dev.txt") == 1
    assert [path.name for path in (tmp_path / "home").rglob("*") if path.is_file()] == ["dev.txt"]
