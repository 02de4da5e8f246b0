"""Named entities, written as `LABEL: entity $$ LABEL: entity`, as in MasakhaNER-X (XTREME-UP, arXiv 2305.11938)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import one_line
from xlt_core.records import Answer, Example, Language, Span
from xlt_core.tasks._instructions import instruction

NONE = "none"
NOTHING = {NONE, "no entities", "no entity", "no named entities", "there are none", "nothing", "n a"}
SAME = (
    {"per", "pers", "person", "persons", "people", "name"},
    {"loc", "location", "locations", "place", "places", "gpe"},
    {"org", "organization", "organizations", "organisation", "organisations", "company"},
    {"date", "dates", "time", "day"},
)
EDGES = " \t\"'“”‘’«»`*_.,;:!?()[]"


class Ner(Task):
    """Entities as character spans of the text, in its order; spans do not overlap.

    An entity that cannot be located in the text is kept without a place, and so counts as wrong; one whose kind is not
    allowed is dropped. Where an output names entities and none of them can be located, the whole output is invalid.
    """

    title = "Entities"
    answer_kind = "spans"
    metrics = ("f1", "precision", "recall")

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("ner", choices, language)

    def question(self, example: Example) -> str:
        return f"Text: {one_line(example.text).strip()}\nEntities:"

    def write(self, answer: Answer) -> str:
        spans = sorted((span for span in answer if isinstance(span, Span)), key=_order)
        return " $$ ".join(f"{span.kind}: {one_line(span.text).strip()}" for span in spans) or NONE

    def read(self, text: str, example: Example) -> Answer | None:
        """The spans named, each at its next unused place in the text; () for none; None where nothing can be read."""
        pieces = [piece for piece in _split(text, example.choices) if piece.strip(EDGES)]
        named = [mention for mention in (_mention(piece) for piece in pieces) if not _nothing(mention[1])]
        if not named:
            return () if pieces else None
        spans: list[Span] = []
        astray: list[Span] = []
        for label, entity in named:
            kind = _kind(label, example.choices)
            place = _place(entity, example.text, spans) if kind else None
            if place:
                spans.append(Span(example.text[slice(*place)], kind, *place))
            elif kind:
                astray.append(Span(entity.strip(EDGES), kind, -1, -1, "not in the text"))
        known = {(span.kind, span.text.casefold()) for span in spans}  # said once too often is not wrong
        astray = [span for span in astray if (span.kind, span.text.casefold()) not in known]
        return (*sorted(spans, key=_order), *astray) if spans else None


def _order(span: Span) -> tuple[bool, int]:
    """By place, those without one last."""
    return not span.located, span.start


def _split(text: str, choices: Sequence[str]) -> list[str]:
    """Pieces between `$$` or line ends, or before a further `LABEL:`."""
    kinds = "|".join(re.escape(kind) for kind in sorted({*choices, *set().union(*SAME)}, key=len, reverse=True))
    return re.split(rf"\$\$|[\r\n]+|[,;|]\s*(?=[*`]*(?:{kinds})[*`]*\s*:)", text, flags=re.IGNORECASE)


def _mention(piece: str) -> tuple[str, str]:
    """Label and entity of `LABEL: entity` or `entity (LABEL)`; the label is "" where there is none."""
    head, colon, rest = piece.partition(":")
    if colon and rest.strip():
        return head.strip(f"{EDGES}-•#0123456789"), rest.strip()
    behind = re.fullmatch(r"\s*(.+?)\s*[(\[]([^()\[\]]+)[)\]]\W*", piece, re.DOTALL)
    return (behind[2].strip(), behind[1]) if behind else ("", piece.strip())


def _nothing(entity: str) -> bool:
    return " ".join(re.findall(r"\w+", entity.casefold())) in NOTHING


def _kind(label: str, choices: Sequence[str]) -> str:
    """The choice that a label stands for, or ""."""
    folded = label.casefold()
    same = next((group for group in SAME if folded in group), {folded})
    exact = [choice for choice in choices if choice.casefold() == folded]
    return next(iter(exact or [choice for choice in choices if choice.casefold() in same]), "")


def _place(entity: str, text: str, taken: Sequence[Span]) -> tuple[int, int] | None:
    """Start and end of the entity's next unused occurrence: as written, then whatever its case and spaces."""
    spellings = dict.fromkeys(spelling for spelling in (entity.strip(), entity.strip(EDGES)) if spelling)
    for flags in (re.NOFLAG, re.IGNORECASE):
        for spelling in spellings:
            exact = r"\s+".join(map(re.escape, spelling.split())) if flags else re.escape(spelling)
            inside = [exact] if len(spelling) > 1 else []
            for pattern in (rf"(?<!\w){exact}(?!\w)", *inside):
                place = next(_free(re.compile(pattern, flags), text, taken), None)
                if place:
                    return place
    return None


def _free(pattern: re.Pattern[str], text: str, taken: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Occurrences that overlap no span taken: those behind the last one first, then those before it."""
    last = taken[-1].end if taken else 0
    for start, end in ((last, len(text)), (0, last)):
        for match in pattern.finditer(text, start, end):
            if all(match.end() <= span.start or match.start() >= span.end for span in taken):
                yield match.span()
