"""How entities of an English answer come back: matched and translated alone, or translated in a marked sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from xlt_core.pivoting.projection import NEAR, likeness, project
from xlt_core.records import Example, Span

MARKED = re.compile(r"\[\s*([^\[\]]*?)\s*\]")
Projected = tuple[tuple[Span, ...], tuple[Span, ...]]  # found, in the order of the text; lost


class Projector(Protocol):
    """example: in the source language, with its English as pivot, where the entities stand."""

    def needed(self, example: Example, entities: Sequence[Span]) -> list[str]:
        """The texts to translate."""

    def project(self, example: Example, entities: Sequence[Span], translations: Mapping[str, str]) -> Projected:
        """The entities as spans of the example's text."""


class Matcher:
    """Exact and near matches, then the translation of each entity alone."""

    def needed(self, example: Example, entities: Sequence[Span]) -> list[str]:
        lost = project(example.text, entities, {})[1]
        return list(dict.fromkeys(span.text for span in lost))

    def project(self, example: Example, entities: Sequence[Span], translations: Mapping[str, str]) -> Projected:
        return project(example.text, entities, translations)


class Marker:
    """Exact and near matches, then what stands between the markers when the English is translated with markers around
    its entities (EasyProject, arXiv 2211.15613)."""

    def needed(self, example: Example, entities: Sequence[Span]) -> list[str]:
        lost = project(example.text, entities, {})[1]
        return [marked(example, entities)] if lost and example.pivot else []

    def project(self, example: Example, entities: Sequence[Span], translations: Mapping[str, str]) -> Projected:
        between = [MARKED.findall(text) for text in translations.values()]
        return project(example.text, entities, paired(entities, between[0]) if between else {})


def marked(example: Example, entities: Sequence[Span]) -> str:
    """The English with brackets around its entities; brackets of its own become round ones."""
    text, position, made = (example.pivot.text if example.pivot else "").translate(str.maketrans("[]", "()")), 0, ""
    for span in sorted(entities, key=lambda span: span.start):
        if span.start >= position:
            made += f"{text[position : span.start]}[{text[span.start : span.end]}]"
            position = span.end
    return made + text[position:]


def paired(entities: Sequence[Span], between: Sequence[str]) -> dict[str, str]:
    """What stood between markers, by the entity: names by likeness, then the others in order, if all are there."""
    ordered, rest, found = sorted(entities, key=lambda span: span.start), list(between), dict[str, str]()
    for span in ordered:
        near = max(rest, key=lambda text: likeness(span.text, text, NEAR), default="")
        if near and likeness(span.text, near, NEAR) > NEAR:
            found[span.text] = near
            rest.remove(near)
    others = [span.text for span in ordered if span.text not in found]
    return found | (dict(zip(others, rest, strict=True)) if len(others) == len(rest) else {})
