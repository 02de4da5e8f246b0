"""The strategies' colours and their order, grey and the font, the same on the page, in charts and in reports."""

from __future__ import annotations

from collections.abc import Iterable

PREFERRED = ("prompt", "translate", "laft")
GREY = "#7b7f87"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
COLOURS = {"prompt": "#3f7fcb", "translate": "#c8741c", "laft": "#9560c4"}
SPARE_COLOURS = ("#2f8f83", "#b5527d", "#7a7f2b", "#5c6f87")


def ordered(strategies: Iterable[str]) -> list[str]:
    """The strategies as they are always shown: from the simplest on, then whatever was added."""
    return sorted(strategies, key=lambda name: (PREFERRED.index(name) if name in PREFERRED else 99, name))


def colour(strategy: str) -> str:
    """The colour of a strategy, the same in columns, tables and charts."""
    return COLOURS.get(strategy) or SPARE_COLOURS[sum(map(ord, strategy)) % len(SPARE_COLOURS)]
