"""A server on loopback that answers as the Hub does for models: what there is, which files, and the files."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

COMMIT = "0" * 40
PATIENCE = 20  # seconds for which a held file waits


class HubServer:
    """Serves the folders of a folder as org/name. held: the file that is not sent until GET /go was asked."""

    def __init__(self, folder: Path, held: str = "") -> None:
        self.asked: list[str] = []
        self._folder, self._held, self._go = folder, held, threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, wants_body: bool) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        self.asked.append(f"{'GET' if wants_body else 'HEAD'} {path}")
        if path == "/go":
            self._go.set()
        if path.startswith("/api/models/"):
            return self._about(path.removeprefix("/api/models/").split("/"))
        org, name, *rest = path.strip("/").split("/") + [""] * 2
        file = self._folder.joinpath(org, name, *rest[2:-2])
        if rest[0] != "resolve" or not file.is_file():
            known = (self._folder / org / name).is_dir()
            error = "EntryNotFound" if known else "RepoNotFound"
            return (200 if path in ("/", "/go") else 404), {"X-Error-Code": error, "X-Repo-Commit": COMMIT}, b""
        if wants_body and file.name == self._held:
            self._go.wait(PATIENCE)
        content = file.read_bytes()
        return 200, {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha1(content).hexdigest()}"'}, content

    def _about(self, parts: list[str]) -> tuple[int, dict[str, str], bytes]:
        folder = self._folder.joinpath(*parts[:2])
        if not folder.is_dir():
            return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        names = [path.relative_to(folder).as_posix() for path in files]
        if parts[2:3] == ["tree"]:
            found: object = [{"type": "file", "path": name, "size": path.stat().st_size, "oid": "0" * 40}
                             for name, path in zip(names, files, strict=True)]  # fmt: skip
        else:
            found = {"id": "/".join(parts[:2]), "sha": COMMIT, "siblings": [{"rfilename": name} for name in names]}
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.reply(False)

            def do_GET(self) -> None:
                self.reply(True)

            def reply(self, wants_body: bool) -> None:
                status, headers, body = answer(urlsplit(self.path).path, wants_body)
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                if wants_body:
                    self.wfile.write(body)

            def log_message(self, *given: object) -> None:
                pass

        return Handler
