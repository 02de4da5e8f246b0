"""A server on loopback that gives the files of a folder, whole or from a byte on, and lists of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@contextmanager
def file_server(folder: Path, ranges: bool = True) -> Iterator[tuple[str, list[str]]]:
    """Its address, and what it was asked: the path, and the range behind it. ranges: whether it gives such."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, asked, ranges, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, asked: list[str], ranges: bool, *given: Any, directory: str) -> None:
        self.asked, self.ranges = asked, ranges
        super().__init__(*given, directory=directory)

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.asked.append(f"{self.path} {wanted}".strip())
        path = Path(self.translate_path(self.path))
        if not (wanted and self.ranges and path.is_file()):
            super().do_GET()
            return
        content, start = path.read_bytes(), int(wanted.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start < len(content) else 416)
        self.send_header("Content-Length", str(len(content[start:])))
        self.end_headers()
        self.wfile.write(content[start:])

    def log_message(self, *given: object) -> None:
        pass
