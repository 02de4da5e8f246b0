"""Aligns the words of two texts by a model's states, and entities with them (SimAlign, arXiv 2004.08728)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlt_core.contracts import Encodes, TokenStates
from xlt_core.pivoting.projection import project, words_of
from xlt_core.records import Example, Span
from xlt_core.text.search import Place

WAY = "aligned"
STRETCH = 1  # words that an entity may have more in one language than in the other


class Aligner:
    """Projects by alignment what does not stand in the source text as it is. Every text is read twice in a row, and the
    second time counts: a model that reads from left to right knows the whole text only then (arXiv 2402.15449)."""

    def __init__(self, host: Encodes) -> None:
        self._host = host

    def needed(self, example: Example, entities: Sequence[Span]) -> list[str]:
        """Nothing is translated."""
        return []

    def project(
        self, example: Example, entities: Sequence[Span], translations: object
    ) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Those found, in the order of the text, and those lost. example: with its English as pivot."""
        found, lost = project(example.text, entities, {}, stages=1)
        if not lost or example.pivot is None:
            return found, lost
        pairs = self._pairs(example.pivot.text, example.text)
        kept, missing = list(found), []
        for entity in lost:
            place = _hull(entity, pairs, [(span.start, span.end) for span in kept])
            if place:
                kept.append(Span(example.text[slice(*place)], entity.kind, *place, WAY))
            else:
                missing.append(entity)
        return tuple(sorted(kept, key=lambda span: span.start)), tuple(missing)

    def _pairs(self, english: str, source: str) -> list[tuple[Place, Place]]:
        """The places of words that are each other's nearest."""
        sides = [words_of(english), words_of(source)]
        twice = [f"{english}\n{english}", f"{source}\n{source}"]
        read = dict(self._host.states(twice))
        vectors = [_vectors(read[side], sides[side], len(text) + 1) for side, text in enumerate((english, source))]
        if not all(map(len, vectors)):
            return []
        return [(sides[0][one], sides[1][other]) for one, other in _mutual(*vectors)]


def _vectors(read: TokenStates, words: Sequence[Place], offset: int) -> Any:
    """A vector for each word: the mean of its tokens', of length 1, the mean of the text's words taken off."""
    import numpy as np

    states = np.asarray(read.states, dtype=np.float64)
    rows = []
    for start, end in words:
        inside = [at for at, (first, last) in enumerate(read.places) if first < end + offset and start + offset < last]
        rows.append(states[inside].mean(0) if inside else np.zeros(states.shape[-1]))
    made = np.stack(rows) - np.mean(rows, 0) if rows else np.zeros((0, 1))
    return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)


def _mutual(ones: Any, others: Any) -> list[tuple[int, int]]:
    likeness = ones @ others.T
    forth, back = likeness.argmax(1), likeness.argmax(0)
    return [(one, int(other)) for one, other in enumerate(forth) if back[other] == one]


def _hull(entity: Span, pairs: Sequence[tuple[Place, Place]], taken: Sequence[Place]) -> Place | None:
    """From the first to the last word that is aligned with the entity's; None where there is none, where it would be
    far longer, or where another entity stands."""
    inside = [other for (start, end), other in pairs if start < entity.end and entity.start < end]
    if not inside:
        return None
    place = min(start for start, _ in inside), max(end for _, end in inside)
    covered = sum(1 for _, other in pairs if place[0] <= other[0] and other[1] <= place[1])
    longer = covered > len(inside) + STRETCH
    return None if longer or any(place[0] < end and start < place[1] for start, end in taken) else place
