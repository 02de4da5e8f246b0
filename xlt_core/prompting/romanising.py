"""Texts in Latin letters by uroman (Hermjakob, May and Knight 2018, USC ISI), and which letters came from which."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from xlt_core.prompting.rewriting import rewritten
from xlt_core.text.search import Spelling


@cache
def _uroman() -> Any:
    """Loads the tables, which takes a second or two."""
    import uroman

    return uroman.Uroman()


@lru_cache(maxsize=4096)
def romanised(text: str, language: str, only: frozenset[tuple[int, int]] | None = None) -> Spelling:
    """The text in Latin letters. language: ISO 639-3, for what is read otherwise there; only: the places that are
    romanised, or all."""
    from uroman import RomFormat

    edges = _uroman().romanize_string(text, lcode=language, rom_format=RomFormat.EDGES)
    swaps, position = [], 0
    for edge in sorted(edges, key=lambda edge: (edge.start, -edge.end)):
        inside = only is None or any(start <= edge.start and edge.end <= end for start, end in only)
        if edge.start >= position and inside and text[edge.start : edge.end] != edge.txt:
            swaps.append((edge.start, edge.end, edge.txt))
            position = edge.end
    return rewritten(text, swaps)
