"""Reads the entities that an output names, in the forms that models write, and finds their places in the text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from xlt_core.records import Span
from xlt_core.text.forms import APOSTROPHES
from xlt_core.text.placing import assign
from xlt_core.text.search import Place, places

SAME = (
    {"per", "pers", "person", "persons", "people", "name"},
    {"loc", "location", "locations", "place", "places", "gpe"},
    {"org", "organization", "organizations", "organisation", "organisations", "company"},
    {"date", "dates", "time", "day"},
)
EDGES = " \t\"'“”‘’«»`*_.,;:!?()[]"
LABELS = ("label", "type", "kind", "tag", "category", "entity_type", "entity_group", "class")
ENTITIES = ("entity", "text", "name", "span", "word", "mention", "value")
LISTED = re.compile(r"\s*[,;،؛、，；፣፤]\s*")  # between the entities of one label
JSON = re.compile(r"^([^\n\[{$:]*:)?[ \t]*(?=[\[{])", re.MULTILINE)
BY_FOLDING = "found by folding"  # the spelling differs in apostrophes, hyphens or spaces
Mention = tuple[str, str]  # label and entity


def mentions(text: str, choices: Sequence[str]) -> list[Mention]:
    """What an output names, in its order: lines or `$$` between `LABEL: entity`, or JSON; a label may be ""."""
    values = list(_json_values(text))
    found = [mention for label, value in values for mention in _named(value, label)]
    if found:
        return found
    if values and all(_empty(value) for _, value in values):
        return [("", "none")]
    return [_mention(piece) for piece in _split(text, choices) if piece.strip(EDGES)]


def located(named: Sequence[tuple[str, str]], text: str) -> tuple[list[Span], list[Span]]:
    """Kinds and entities as spans of the text, and those that it does not hold."""
    told = [one for kind, entity in named for one in _several(kind, entity, text)]
    assigned = assign([[group for group, _ in groups] for _, _, groups in told])
    spans: list[Span] = []
    astray: list[Span] = []
    for (kind, entity, groups), place in zip(told, assigned, strict=True):
        if place:
            way = next(way for group, way in groups if place in group)
            spans.append(Span(text[slice(*place)], kind, *place, way))
        else:
            astray.append(Span(entity.strip(EDGES), kind, -1, -1, "not in the text"))
    return spans, astray


Groups = list[tuple[list[Place], str]]  # places, the likeliest first, and how they were found


def _several(kind: str, entity: str, text: str) -> list[tuple[str, str, Groups]]:
    """An entity, or the entities of `PER: Musa, Ali` where the text does not hold these words as they are."""
    whole = _groups(entity, text)
    pieces = [piece for piece in LISTED.split(entity) if piece.strip(EDGES)]
    if len(pieces) < 2 or any(group for group, _ in whole):
        return [(kind, entity, whole)]
    found = [(kind, piece, _groups(piece, text)) for piece in pieces]
    return found if any(group for *_, groups in found for group, _ in groups) else [(kind, entity, whole)]


def _groups(entity: str, text: str) -> Groups:
    """Where it can stand: as written, whatever its case and spaces, and by folding; as whole words first."""
    spellings = [spelling for spelling in dict.fromkeys((entity.strip(), entity.strip(EDGES))) if spelling]
    ways = [(spelling, caseless, folded) for caseless, folded in ((False, False), (True, False), (True, True))
            for spelling in spellings]  # fmt: skip
    if spellings and _clitic(spellings[0]):  # which is a letter of the word, and must not be taken off first
        ways.insert(1, (spellings[0], False, True))
    groups: Groups = []
    for spelling, caseless, folded in ways:
        found = places(spelling, text, caseless, folded)[: 2 if len(spelling) > 1 else 1]
        groups += [(group, BY_FOLDING if folded else "") for group in found]
    return groups


def _clitic(entity: str) -> bool:
    """Whether an apostrophe stands at one end of it and not at the other, and so is no quotation mark."""
    return (entity[0] in APOSTROPHES) != (entity[-1] in APOSTROPHES)


def _split(text: str, choices: Sequence[str]) -> list[str]:
    """Pieces between `$$` or line ends, or before a further `LABEL:`."""
    kinds = "|".join(re.escape(kind) for kind in sorted({*choices, *set().union(*SAME)}, key=len, reverse=True))
    return re.split(rf"\$\$|[\r\n]+|[,;|]\s*(?=[*`]*(?:{kinds})[*`]*\s*:)", text, flags=re.IGNORECASE)


def _mention(piece: str) -> Mention:
    """Label and entity of `LABEL: entity` or `entity (LABEL)`; the label is "" where there is none."""
    head, colon, rest = piece.partition(":")
    if colon and rest.strip():
        return head.strip(f"{EDGES}-•#0123456789"), rest.strip()
    behind = re.fullmatch(r"\s*(.+?)\s*[(\[]([^()\[\]]+)[)\]]\W*", piece, re.DOTALL)
    return (behind[2].strip(), behind[1]) if behind else ("", piece.strip())


def _json_values(text: str) -> Iterator[tuple[str, Any]]:
    """The JSON lists and objects that begin on a line of their own, or behind a label."""
    end = 0
    for match in JSON.finditer(text):
        if match.end() >= end:  # else it is within the value before
            try:
                value, end = json.JSONDecoder().raw_decode(text, match.end())
            except (ValueError, RecursionError):
                continue
            yield (match[1] or "").strip(f"{EDGES}-•#"), value


def _named(value: Any, label: str) -> Iterator[Mention]:
    """Label and entity of `{"entity": .., "label": ..}` and of `{LABEL: [..]}`, however nested."""
    if isinstance(value, str) and value.strip():
        yield label, value
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, label)
    elif isinstance(value, dict):
        kind, entity = _first(value, LABELS), _first(value, ENTITIES)
        pairs = [(kind, entity)] if kind and entity else value.items()
        for name, inner in pairs:
            yield from _named(inner, str(name))


def _first(value: dict[str, Any], names: Sequence[str]) -> str:
    """The text under the first of the names that has one."""
    lowered = {name.casefold(): inner for name, inner in value.items() if isinstance(inner, str)}
    return next((lowered[name] for name in names if name in lowered), "")


def _empty(value: Any) -> bool:
    """Whether a value holds nothing, as in `{"PER": [], "LOC": []}`."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not value or (isinstance(value, dict | list) and all(map(_empty, inner)))
