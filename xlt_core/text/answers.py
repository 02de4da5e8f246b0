"""Several gold answers in one line, any of which is right."""

from __future__ import annotations

EITHER = "$$"  # stands between them, as between entities


def alternatives(answer: str) -> tuple[str, ...]:
    """Each gold answer, without those that are empty."""
    return tuple(part for part in map(str.strip, answer.split(EITHER)) if part)
