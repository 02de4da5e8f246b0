"""A server on loopback that lists and serves datasets as the Hub does, for clients that stream them."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789" * 4


def serve(root: Path, asked: list[str]) -> ThreadingHTTPServer:
    """Serves root/ORG/NAME as datasets. asked: every request is noted in it."""

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(b"")

        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def answer(self, body: bytes) -> None:
            path = unquote(urlsplit(self.path).path)
            asked.append(f"{self.command} {path}")
            found = _answer(root, path, body.decode())
            status = 404 if found is None else 206 if self.headers.get("Range") else 200
            content = b"" if found is None else found if isinstance(found, bytes) else json.dumps(found).encode()
            etag = hashlib.sha1(content).hexdigest()
            total, first = len(content), 0
            if status == 206:
                start, _, end = self.headers["Range"].removeprefix("bytes=").partition("-")
                first, content = int(start), content[int(start) : int(end) + 1 if end else None]
            self.send_response(status)
            if status == 206:
                self.send_header("Content-Range", f"bytes {first}-{first + len(content) - 1}/{total}")
            for name, value in (("X-Repo-Commit", COMMIT), ("ETag", f'"{etag}"'), ("Content-Length", len(content)),
                                ("X-Error-Code", "" if found is not None else "EntryNotFound")):  # fmt: skip
                self.send_header(name, str(value))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _answer(root: Path, path: str, body: str) -> object:
    """A file's bytes, or what the Hub's API says of a dataset; None where there is none."""
    parts = path.strip("/").split("/")
    if parts[:1] == ["datasets"] and parts[3:4] == ["resolve"]:
        file = root.joinpath(*parts[1:3], *parts[5:])
        return file.read_bytes() if file.is_file() else None
    if parts[:2] != ["api", "datasets"] or not root.joinpath(*parts[2:4]).is_dir():
        return None
    folder = root.joinpath(*parts[2:4])
    files = [_entry(folder, file) for file in sorted(folder.rglob("*"))]
    if parts[4:5] == ["paths-info"]:
        wanted = json.loads(body)["paths"] if body.startswith("{") else parse_qs(body)["paths"]
        return [entry for entry in files if entry["path"] in wanted]
    if parts[4:5] == ["tree"]:
        inside = "/".join(parts[6:])
        return [entry for entry in files if not inside or str(entry["path"]).startswith(f"{inside}/")]
    siblings = [{"rfilename": entry["path"]} for entry in files if entry["type"] == "file"]
    return {"id": "/".join(parts[2:4]), "sha": COMMIT, "siblings": siblings, "tags": [], "private": False,
            "gated": False, "lastModified": "2024-01-01T00:00:00.000Z"}  # fmt: skip


def _entry(folder: Path, path: Path) -> dict[str, object]:
    place = path.relative_to(folder).as_posix()
    if path.is_dir():
        return {"type": "directory", "path": place, "oid": "0" * 40}
    return {"type": "file", "path": place, "size": path.stat().st_size,
            "oid": hashlib.sha1(path.read_bytes()).hexdigest()}  # fmt: skip
