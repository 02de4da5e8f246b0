"""Projects entities onto another text: what stands there as it is, what nearly does, then the same for translations.

In Luganda news with human translations, 485 of 590 places and 756 of 789 persons stand unchanged in the other language,
but only 57 of 311 dates: names need a match, dates a translation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from xlt_core.records import Span

NEAR = 85.0  # percent; "Uganda" and "Ugandan" are near, "Tuesday" and "Thursday" are not
WORD = re.compile(r"[^\s!-/:-@\[-`{-~…“”‘’«»¿¡।–—]+")  # by exclusion: \w would break at combining marks
Place = tuple[int, int]


def project(
    text: str, entities: Sequence[Span], translations: Mapping[str, str]
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Entities as spans of the text, in its order, and those that were lost.

    translations: by the entity's text, into the text's language; may be empty. Each span's way says how it was
    found: "exact", "fuzzy", "translated" or "translated, fuzzy". Spans do not overlap.
    """
    found: list[Span] = []
    lost = list(entities)
    own = {entity.text: entity.text for entity in entities}
    stages = (
        ("exact", own, whole),
        ("fuzzy", own, fuzzy),
        ("exact", own, inside),
        ("translated", translations, whole),
        ("translated, fuzzy", translations, fuzzy),
        ("translated", translations, inside),
    )
    # Stage by stage over all entities, so that a near match never takes another entity's exact place.
    for way, spellings, find in stages:
        for entity in tuple(lost):
            place = find(spellings.get(entity.text, "").strip(), text, found)
            if place:
                found.append(Span(text[slice(*place)], entity.kind, *place, way))
                lost.remove(entity)
    return tuple(sorted(found, key=lambda span: span.start)), tuple(lost)


def whole(entity: str, text: str, taken: Sequence[Span]) -> Place | None:
    """The first free occurrence as written, as whole words."""
    return _first(rf"(?<!\w){re.escape(entity)}(?!\w)", text, taken) if entity else None


def inside(entity: str, text: str, taken: Sequence[Span]) -> Place | None:
    """The first free occurrence as written, within a longer word: clitics on names, scripts without spaces."""
    telling = len(entity) > 3 or not entity.isascii()
    return _first(re.escape(entity), text, taken) if entity and telling else None


def fuzzy(entity: str, text: str, taken: Sequence[Span]) -> Place | None:
    """The free run of words most like the entity, where it is near; numbers must agree."""
    words = [match.span() for match in WORD.finditer(text)]
    length = len(WORD.findall(entity))
    best, best_place = NEAR, None
    for size in (length, length - 1, length + 1):
        for first in range(len(words) - size + 1) if size > 0 else ():
            place = words[first][0], words[first + size - 1][1]
            if place[1] - place[0] > 2 * len(entity) or not _free(place, taken):
                continue
            likeness = _likeness(entity, text[slice(*place)], best)
            if likeness > best or (likeness == best and best_place is None):
                best, best_place = likeness, place
    return best_place


def _likeness(entity: str, candidate: str, least: float) -> float:
    """0..100, whatever the case; 0 where it is below the least, or where the digits differ."""
    if re.findall(r"\d+", entity) != re.findall(r"\d+", candidate):
        return 0.0
    return fuzz.ratio(entity.casefold(), candidate.casefold(), score_cutoff=least)


def _first(pattern: str, text: str, taken: Sequence[Span]) -> Place | None:
    return next((match.span() for match in re.finditer(pattern, text) if _free(match.span(), taken)), None)


def _free(place: Place, taken: Sequence[Span]) -> bool:
    return all(place[1] <= span.start or place[0] >= span.end for span in taken)
