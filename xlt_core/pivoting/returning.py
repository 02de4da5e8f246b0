"""What becomes of an English answer in the source language: text is read anew, spans and entities are projected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from xlt_core.contracts import Setting
from xlt_core.pivoting.markers import Projector
from xlt_core.pivoting.projection import project
from xlt_core.prompting.calls import Outcome, reason
from xlt_core.records import Answer, Example, Prediction, Reply, Span


def under_way(prediction: Prediction, outcomes: Iterable[Outcome]) -> Prediction:
    """A partial prediction with the translations that there are."""
    replies = tuple(outcome for outcome in outcomes if isinstance(outcome, Reply))
    return replace(prediction, answer=None, valid=False, replies=prediction.replies + replies, final=False)


def needed(example: Example, prediction: Prediction, projector: Projector) -> list[str]:
    """The texts to translate back: a text answer, or the entities that do not stand in the source text."""
    if isinstance(prediction.answer, str):
        return [prediction.answer]
    return projector.needed(example, _located(prediction.answer))


def returned(
    example: Example, prediction: Prediction, outcomes: Mapping[str, Outcome], setting: Setting, projector: Projector
) -> Prediction:
    """The prediction in the source language; an error where a translation failed."""
    failed = [outcome for outcome in outcomes.values() if isinstance(outcome, Exception)]
    replies = tuple(outcome for outcome in outcomes.values() if isinstance(outcome, Reply))
    prediction = replace(prediction, replies=prediction.replies + replies)
    if failed:
        return replace(prediction, answer=None, valid=False, error=reason(failed[0]))
    translations = {text: outcome.text for text, outcome in outcomes.items()}
    if isinstance(prediction.answer, str):
        answer, way = _placed(prediction.answer, example, translations, setting)
        notes = (way,) if answer else ("the translation of the answer came back empty",)
        notes = tuple(filter(None, notes))
        return replace(prediction, answer=answer, valid=answer is not None, notes=prediction.notes + notes)
    entities = _located(prediction.answer)
    found, lost = projector.project(example, entities, translations)
    notes = (f"not found in the source text: {names(lost)}",) if lost else ()
    valid = bool(found) or (not entities and prediction.valid)
    astray = [span for span in prediction.answer or () if not span.located]
    astray += [replace(span, start=-1, end=-1, way="lost on the way back") for span in lost]
    answer = (*found, *astray) if valid else None
    return replace(prediction, answer=answer, valid=valid, notes=prediction.notes + notes)


def _placed(
    said: str, example: Example, translations: Mapping[str, str], setting: Setting
) -> tuple[Answer | None, str]:  # fmt: skip
    """An answer in the source language: where it is a span of a field, as that has it, and how it was found."""
    field = setting.task.answer_in
    found, _ = project(example.texts[field], (Span(said, "", 0, len(said)),), translations) if field else ((), ())
    if found:
        return found[0].text, f"the answer stands in the {field}: {found[0].way}"
    return setting.task.read(translations[said], example), f"the answer does not stand in the {field}" * bool(field)


def _located(answer: Answer | None) -> tuple[Span, ...]:
    return tuple(span for span in answer or () if isinstance(span, Span) and span.located)


def names(spans: Sequence[Span]) -> str:
    return ", ".join(f"{span.kind} {span.text}" for span in spans)
