"""The end of a column: scored on exactly the items that it holds, and what is said of items that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlt_core.contracts import Task
from xlt_core.records import Prediction, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.item_answers import common_items
from xlt_core.scoring.term_scores import TERMS_KEPT, terms_kept
from xlt_core.text.terms import Terms


def scored(run: Run, task: Task, terms: Terms = ()) -> Run:
    """The run with the scores of its finished predictions, whatever scores it had before. terms: of a glossary."""
    (marked,) = common_items(run)
    scores = metrics.measure(task.metrics, marked.golds, marked.answers)
    sources = {example.id: example.text for example in run.examples} if terms else {}
    kept = terms_kept(terms, [sources[name] for name in marked.ids], list(map(str, marked.answers))) if terms else None
    scores |= {TERMS_KEPT: kept} if kept else {}
    return replace(run, scores=scores, scoring=_scoring(run.predictions))


def ended(run: Run, state: str, task: Task, terms: Terms = ()) -> Run:
    """The run in its last state, scored anew, its note with what failed. Done with no item that succeeded is failed."""
    lost = bool(run.examples) and run.errors == len(run.examples)
    note = "; ".join(filter(None, (run.note, failures(run))))
    return scored(replace(run, state="failed" if state == "done" and lost else state, note=note), task, terms)


def failures(run: Run) -> str:
    """How many items failed, and the first reason; "" where none did."""
    errors, total = [prediction.error for prediction in run.predictions if prediction.error], len(run.examples)
    if not errors:
        return ""
    if total == 1:
        return errors[0]
    if len(errors) == total:
        return f"all {total} items failed, the first with: {errors[0]}"
    return f"{len(errors)} of {total} items failed and {'is' if len(errors) == 1 else 'are'} left out of the scores, " \
           f"the first with: {errors[0]}"  # fmt: skip


def _scoring(predictions: Sequence[Prediction]) -> str:
    """Whether answers were chosen by their likelihood or generated; "" before the first, and without a model."""
    replies = [reply for prediction in predictions for reply in prediction.replies]
    if not predictions or (replies and not any(reply.sent for reply in replies)):
        return ""
    return "likelihood" if any(reply.choices for reply in replies) else "generated"
