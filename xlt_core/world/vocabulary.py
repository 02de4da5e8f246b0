"""The words that the bundled world is told in, and how much of a text they cover."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from xlt_core.scoring.text_scores import tokens
from xlt_core.world.world import PIECE, languages, people, table


@lru_cache(maxsize=8192)
def known_share(text: str, language: str) -> float:
    """The share of a text's words, numbers aside, that the world's table of the language has; 0 for a language that
    the world is not told in, and 1 for a text without words."""
    words = [word for word in tokens(text) if not word.isdigit()]
    return sum(word in vocabulary(language) for word in words) / len(words) if words else 1.0


@cache
def vocabulary(language: str) -> frozenset[str]:
    """The words of the language's table in all their forms, and the people's names."""
    if language not in languages():
        return frozenset()
    texts = [_form(text, woman) for text in table(language).values() for woman in (False, True)]
    return frozenset(word for text in (*texts, *(name for name, _ in people().values())) for word in tokens(text))


def _form(text: str, woman: bool) -> str:
    """A text with its forms for a woman or a man, its slots empty and its entities without their brackets."""

    def piece(match: re.Match[str]) -> str:
        man2, woman2, man, own, _, entity = match.groups()
        chosen = (woman2, own) if woman else (man2, man)
        return entity or next((form for form in chosen if form is not None), " ")

    return PIECE.sub(piece, text)
