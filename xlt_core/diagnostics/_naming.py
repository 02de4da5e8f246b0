"""What a line or a bar of a picture is called, and numbers as a reader sees them."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.contracts import Measured
from xlt_core.language_table import by_code


def language_name(code: str) -> str:
    found = by_code(code)
    return found.name if found else code


def names(found: Sequence[Measured]) -> list[str]:
    """The language of each, and its model where there are several."""
    several = len({one.model for one in found}) > 1
    return [f"{language_name(one.language)}, {one.model}" if several else language_name(one.language) for one in found]


def percent(share: float) -> str:
    """With a decimal where it would otherwise say little."""
    return f"{share:.0%}" if share >= 0.095 or not share else f"{share:.1%}"
