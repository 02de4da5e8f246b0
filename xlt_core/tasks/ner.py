"""Named entities, written as `LABEL: entity $$ LABEL: entity`, as in MasakhaNER-X (XTREME-UP, arXiv 2305.11938)."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import one_line
from xlt_core.records import Answer, Example, Language, Span
from xlt_core.tasks._entities import SAME, located, mentions
from xlt_core.tasks._instructions import instruction
from xlt_core.text.forms import key
from xlt_core.text.words import words

NONE = "none"
NOTHING = {NONE, "no entities", "no entity", "no named entities", "there are none", "nothing", "n a"}


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
        """The spans named, each at a place of its own in the text; () for none; None where nothing can be read."""
        named = mentions(text, example.choices)
        meant = [(label, entity) for label, entity in named if not _nothing(entity)]
        if not meant:
            return () if named else None
        kinds = [(kind, entity) for label, entity in meant if (kind := _kind(label, example.choices))]
        spans, astray = located(kinds, example.text)
        known = {(span.kind, key(span.text)) for span in spans}  # said once too often is not wrong
        astray = [span for span in astray if (span.kind, key(span.text)) not in known]
        return (*sorted(spans, key=_order), *astray) if spans else None


def _order(span: Span) -> tuple[bool, int]:
    """By place, those without one last."""
    return not span.located, span.start


def _nothing(entity: str) -> bool:
    return " ".join(words(key(entity))) in NOTHING


def _kind(label: str, choices: Sequence[str]) -> str:
    """The choice that a label stands for, or ""."""
    named = key(label)
    alike = next((group for group in SAME if named in group), {named})
    exact = [choice for choice in choices if key(choice) == named]
    return next(iter(exact or [choice for choice in choices if key(choice) in alike]), "")
