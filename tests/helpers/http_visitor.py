"""A visitor who takes a lesson over HTTP, as a browser does, but draws nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 1800.0  # seconds
SCORE = re.compile(r"class='xlt-score'><b>([^<]+)<")


def config_of(url: str) -> dict[str, Any]:
    """The page's widgets and events, which are the same for all visitors."""
    return httpx.get(f"{url}config", timeout=PATIENCE).json()


@dataclass
class Visitor:
    """A browser's session: the page's config, and the values of its widgets by id."""

    url: str
    config: dict[str, Any]
    session: str = field(default_factory=lambda: uuid4().hex)
    values: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = {part["id"]: part["props"].get("value") for part in self.config["components"]}
        self.values |= {part["id"]: self.session for part in self.config["components"]
                        if part["props"].get("storage_key") == "xlt-visitor"}  # fmt: skip

    def widget(self, name: str) -> int:
        return next(part["id"] for part in self.config["components"] if part["props"].get("elem_id") == name)

    def send(self, name: str, event: str) -> None:
        """Sends an event of a widget, and takes over what it ends with. Raises RuntimeError where it fails."""
        target = [self.widget(name), event]
        bound = next(one for one in self.config["dependencies"] if target in map(list, one["targets"]))
        data = [self.values[widget] for widget in bound["inputs"]]
        asked = {"data": data, "fn_index": bound["id"], "session_hash": self.session, "event_data": None,
                 "trigger_id": target[0]}  # fmt: skip
        with httpx.Client(base_url=f"{self.url}gradio_api/queue/", timeout=PATIENCE) as client:
            client.post("join", json=asked).raise_for_status()
            with client.stream("GET", "data", params={"session_hash": self.session}) as stream:
                ended = next(
                    one for one in _messages(stream) if one["msg"] in ("process_completed", "unexpected_error")
                )
        if not ended.get("success"):
            raise RuntimeError(ended)
        for widget, value in zip(bound["outputs"], ended["output"]["data"], strict=True):
            updated = isinstance(value, dict) and value.get("__type__") == "update"
            if not updated or "value" in value:
                self.values[widget] = value["value"] if updated else value

    def take(self, lesson: int, together: Barrier | None = None) -> tuple[tuple[str, ...], float]:
        """Opens a lesson and compares. What happened and the columns' scores, and the seconds from pressing Compare."""
        self.values[self.widget("lesson-asked")] = f"{lesson} begin 1"
        self.send("lesson-asked", "change")
        if together:
            together.wait()
        began = time.monotonic()
        self.send("compare", "click")
        shown = self.values[self.widget("columns")]
        return (self.values[self.widget("reveal")], *SCORE.findall(shown)), time.monotonic() - began


def _messages(stream: httpx.Response) -> Iterator[dict[str, Any]]:
    yield from (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
