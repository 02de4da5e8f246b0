"""Terms with their translations: which of them a text has, and which of those its translation keeps."""

from __future__ import annotations

from collections.abc import Iterable

from xlt_core.text.search import places

Terms = tuple[tuple[str, str], ...]  # each term with its translation


def stands(term: str, text: str) -> bool:
    """Whether a text has a term as whole words, whatever the case, the apostrophes and the hyphens."""
    return bool(places(term, text, caseless=True, folded=True)[0])


def present(terms: Iterable[tuple[str, str]], text: str) -> Terms:
    """The terms that a text has."""
    return tuple((term, translation) for term, translation in terms if stands(term, text))
