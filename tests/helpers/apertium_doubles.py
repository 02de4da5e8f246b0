"""A program and a server in the place of Apertium's: they write capitals, and hang or die where a text says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

PROGRAM = """#!/bin/bash
case "$1" in
  -V) echo "Apertium 9.9.9" ;;
  -l) echo "  eu-en"; echo "  hbs-eng"; echo "  eng-hbs_HR" ;;
  *)
    text=$(tr '\\000' '\\001')
    case "$text" in
      *hang*) echo "$$" >> "$APERTIUM_HUNG"; sleep 600 | cat ;;
      *die*) echo "no such rule" >&2; exit 1 ;;
    esac
    printf %s "$text" | tr '[:lower:]\\001' '[:upper:]\\000' ;;
esac
"""


def program(folder: Path) -> Path:
    """Writes the program into the folder, and returns the file in which one that hangs writes its process's id."""
    path = folder / "apertium"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    return folder / "hung"


class Handler(BaseHTTPRequestHandler):
    """The documented form of apertium-apy."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        asked = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        if self.path == "/listPairs":
            self._answer(200, [{"sourceLanguage": "eus", "targetLanguage": "eng"}])
        elif asked.get("langpair") == "eus|eng" and asked["markUnknown"] == "no" and asked["format"] == "txt":
            bad = "die" in asked["q"]
            self._answer(503 if bad else 200, None if bad else {"translatedText": asked["q"].upper()})
        else:
            self._answer(400, None)

    def _answer(self, status: int, data: object) -> None:
        good = {"responseData": data, "responseDetails": None, "responseStatus": 200}
        bad = {"status": "error", "code": status, "explanation": "That pair is not installed"}
        body = json.dumps(good if status == 200 else bad).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *given: object) -> None:
        pass


@contextmanager
def server() -> Iterator[str]:
    """The server's address, while it serves."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()
