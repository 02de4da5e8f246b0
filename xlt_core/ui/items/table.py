"""The table of items: text, gold answer and each column's answer; all items, or those where columns disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlt_core.findings.colours import colour
from xlt_core.records import Comparison, Example, Language, Prediction, Run
from xlt_core.scoring import metrics
from xlt_core.ui.items import pivots
from xlt_core.ui.items.answers import answer_html, answer_text, gold_html
from xlt_core.ui.items.steps import call_languages, steps_html
from xlt_core.ui.shared.html import escape, language_attributes, truncated

PAGE_SIZE = 15
WORST_FIRST = "Worst pivot first"
VERDICTS = {"xlt-cell-good": "right, ", "xlt-cell-middle": "partly right, ", "xlt-cell-bad": "wrong, "}

Predictions = Mapping[str, Prediction]


@dataclass(frozen=True)
class Shown:
    """Which items, and in which order. disagreeing: only those where the columns disagree; worst_pivot_first: by the
    chrF++ of the machine's pivot, those without one last."""

    disagreeing: bool = False
    worst_pivot_first: bool = False


def items_html(
    comparison: Comparison, metric: str, language: Language | None, shown: Shown = Shown(), page: int = 0
) -> str:
    """One page of the items."""
    rows = rows_of(comparison, shown)
    if not rows:
        text = "The columns agree on every item." if shown.disagreeing else "No items yet."
        return f"<p class='xlt-quiet'>{text}</p>"
    rows = rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    heads = "".join(
        f"<th scope='col' style='--strategy:{colour(run.strategy)}'>{escape(run.name)}</th>" for run in comparison.runs
    )
    body = "".join(_row(comparison, metric, language, example, found) for example, found in rows)
    head = f"<thead><tr><th scope='col'>text</th><th scope='col'>gold</th>{heads}</tr></thead>"
    return f"<div class='xlt-table' tabindex='0'><table>{head}<tbody>{body}</tbody></table></div>"


def rows_of(comparison: Comparison, shown: Shown = Shown()) -> list[tuple[Example, Predictions]]:
    """The items with their final predictions by column name."""
    examples = next((run.examples for run in comparison.runs if run.examples), ())
    by_run = {run.name: {p.id: p for p in run.predictions if p.final} for run in comparison.runs}
    rows = [(e, {name: found[e.id] for name, found in by_run.items() if e.id in found}) for e in examples]
    rows = [(example, found) for example, found in rows if not shown.disagreeing or disagree(found)]
    return sorted(rows, key=lambda row: _pivot_score(*row)) if shown.worst_pivot_first else rows


def _pivot_score(example: Example, predictions: Predictions) -> float:
    """The lowest chrF++ of the item's pivots in all columns; above all others where there is none."""
    scores = (pivots.item_chrf_pp(example, prediction) for prediction in predictions.values())
    return min((score for score in scores if score is not None), default=2.0)


def disagree(predictions: Predictions) -> bool:
    """Whether two columns answer an item differently; the way in which spans were projected is ignored."""
    return len({_comparable(prediction) for prediction in predictions.values() if not prediction.error}) > 1


def pages(comparison: Comparison, shown: Shown) -> int:
    return max(1, -(-len(rows_of(comparison, shown)) // PAGE_SIZE))


def page_label_html(comparison: Comparison, shown: Shown, page: int) -> str:
    """The number of items and of pages."""
    count, last = len(rows_of(comparison, shown)), pages(comparison, shown)
    what = "items where the columns disagree" if shown.disagreeing else "items"
    return f"<span class='xlt-quiet' aria-live='polite'>{count} {what}, page {page + 1} of {last}</span>"


def _comparable(prediction: Prediction) -> object:
    if isinstance(prediction.answer, tuple):
        return frozenset((span.kind, span.start, span.end) for span in prediction.answer)
    return prediction.answer


def _row(
    comparison: Comparison, metric: str, language: Language | None, example: Example, predictions: Predictions
) -> str:
    gold = "" if example.answer is None else answer_text(example.answer)
    cells = "".join(_cell(metric, language, run, example, predictions.get(run.name)) for run in comparison.runs)
    attributes = language_attributes(language)
    return (
        f"<tr><td data-head='text' class='xlt-source' {attributes}>{truncated(example.text, 400)}</td>"
        f"<td data-head='gold' {attributes}>{escape(gold)}</td>{cells}</tr>"
    )


def _cell(metric: str, language: Language | None, run: Run, example: Example, prediction: Prediction | None) -> str:
    if prediction is None:
        return f"<td data-head='{escape(run.name)}' class='xlt-quiet'>...</td>"
    if prediction.error:
        return f"<td data-head='{escape(run.name)}' class='xlt-quiet'>no result: {escape(prediction.error)}</td>"
    correctness = _correctness(metric, example, prediction)
    body = answer_html(example, prediction, language) + gold_html(example, language)
    body += pivots.item_html(f"{run.name}/{example.id}", example, prediction)
    key, verdict = escape(f"{run.name}/{example.id}"), VERDICTS.get(correctness, "")
    languages, notes = call_languages(run.strategy, language), (run.note, *prediction.notes)
    steps = steps_html(run.name, example.id, prediction.replies, languages, notes=notes)
    answer = f"<span {language_attributes(language)}>{escape(answer_text(prediction.answer))}</span>"
    answer += f" {pivot}" if (pivot := pivots.short_html(example, prediction)) else ""
    return (
        f"<td data-head='{escape(run.name)}' class='{correctness}' style='--strategy:{colour(run.strategy)}'>{answer}"
        f"<details data-fold='{key}'><summary>{verdict}details</summary>{body}{steps}</details></td>"
    )


def _correctness(metric: str, example: Example, prediction: Prediction) -> str:
    if example.answer is None:
        return ""
    score = metrics.item_score(metric, example.answer, prediction.answer)
    return "xlt-cell-good" if score >= 0.995 else "xlt-cell-middle" if score > 0 else "xlt-cell-bad"
