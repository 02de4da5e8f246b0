"""The strategies' colours and their order, grey and the font, the same on the page, in charts and in reports."""

from __future__ import annotations

from collections.abc import Iterable

PREFERRED = ("prompt", "translate", "laft")
GREY = "#7b7f87"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
COLOURS = {
    "prompt": "#3f7fcb", "translate": "#c8741c", "laft": "#9560c4",
    # No language model.
    "majority": "#7d848c", "chance": "#948b7d", "linear": "#2f8f83", "votes": "#5b8c5a", "translator": "#1f8aa3",
    # Of other columns.
    "ensemble": "#b5527d", "route": "#7a7f2b", "oracle": "#5c6f87",
    # Of the prompt.
    "bilingual": "#c2574b", "self_translate": "#a9772a", "reason": "#6b6fd1", "crosslingual": "#3a8fb7",
    "codeswitch": "#b0629f", "transliterate": "#8a6d5a", "mt_prompt": "#cf6a32",
    # Of the weights.
    "align": "#3d9a50", "soft": "#bf5f8f", "instruct": "#4a7d94", "distil": "#8d6fa8", "vocabulary": "#a06a45",
    "dpo": "#6f8f3a",
}  # fmt: skip
SPARE_COLOURS = ("#4f9a94", "#a5566b", "#8b8a3f", "#6a7c94")


def ordered(strategies: Iterable[str]) -> list[str]:
    """The strategies as they are always shown: from the simplest on, then whatever was added."""
    return sorted(strategies, key=lambda name: (PREFERRED.index(name) if name in PREFERRED else 99, name))


def colour(strategy: str) -> str:
    """The colour of a strategy, the same in columns, tables and charts."""
    return COLOURS.get(strategy) or SPARE_COLOURS[sum(map(ord, strategy)) % len(SPARE_COLOURS)]
