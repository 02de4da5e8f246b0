"""Reads a streamed generation from /v1/completions or /v1/chat/completions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from xlt_core.engine.plain_prompts import cut_at_stop
from xlt_core.hosts._server import Json

STREAM_INTERVAL = 0.05  # seconds between partial texts


@dataclass(frozen=True)
class Generated:
    """A generation so far. Tokens are the server's own count; without one, tokens_in is 0 and tokens_out is the
    number of events, of which most servers send one per token."""

    text: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


def read_stream(events: Iterator[Json], stop: Sequence[str], report: Callable[[Generated], None]) -> Generated:
    """The whole text up to the first stop string; reports partial texts on the way."""
    text, usage, pieces, reported_at = "", {}, 0, monotonic()
    for event in events:
        usage = event.get("usage") or usage
        piece = _piece(event)
        if not piece:
            continue
        text, pieces = text + piece, pieces + 1
        if cut_at_stop(text, stop)[1]:  # most servers end here by themselves; the usage is yet to come
            continue
        if monotonic() - reported_at >= STREAM_INTERVAL:
            report(Generated(_clean(text, stop), 0, pieces))
            reported_at = monotonic()
    return Generated(_clean(text, stop), usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or pieces)


def _piece(event: Json) -> str:
    choice = next(iter(event.get("choices") or ()), {})
    return choice.get("text") or (choice.get("delta") or {}).get("content") or ""


def _clean(text: str, stop: Sequence[str]) -> str:
    return cut_at_stop(text, stop)[0].lstrip(" ")
