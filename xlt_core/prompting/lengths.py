"""How long a label or an option is, in bytes or in tokens, so that likelihoods are compared whatever the length."""

from __future__ import annotations

from xlt_core.contracts import Host
from xlt_core.records import Message

BYTES, TOKENS = "bytes", "tokens"
CUE = "Answer:"


def length(host: Host, text: str, unit: str) -> int:
    """The UTF-8 bytes of a text, or the tokens by which it lengthens a prompt; 1 for any other unit."""
    if unit == TOKENS:
        return max(1, _count(host, f"{CUE} {text}") - _count(host, CUE))
    return max(1, len(text.encode())) if unit == BYTES else 1


def _count(host: Host, text: str) -> int:
    return host.count((Message("user", text),))
