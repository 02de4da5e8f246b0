"""Reads a streamed generation, of /v1/completions or of /v1/chat/completions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from xlt_core.engine.plain_prompts import until
from xlt_core.hosts._server import Json

EVERY = 0.05  # seconds between partial texts


@dataclass(frozen=True)
class Written:
    """A generation so far. Tokens are the server's own count; where it tells none, tokens_in is 0 and tokens_out
    the number of its events, of which most servers send one per token."""

    text: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


def read(events: Iterator[Json], stop: Sequence[str], tell: Callable[[Written], None]) -> Written:
    """The whole text up to the first stop string, told of now and then on the way."""
    text, usage, pieces, told = "", {}, 0, monotonic()
    for event in events:
        usage = event.get("usage") or usage
        piece = _piece(event)
        if not piece:
            continue
        text, pieces = text + piece, pieces + 1
        if until(text, stop)[1]:  # a server that honours stop strings ends here by itself, and then tells the usage
            continue
        if monotonic() - told >= EVERY:
            tell(Written(_clean(text, stop), 0, pieces))
            told = monotonic()
    return Written(_clean(text, stop), usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or pieces)


def _piece(event: Json) -> str:
    choice = next(iter(event.get("choices") or ()), {})
    return choice.get("text") or (choice.get("delta") or {}).get("content") or ""


def _clean(text: str, stop: Sequence[str]) -> str:
    return until(text, stop)[0].lstrip(" ")
