"""The table of items: source, gold and each column's answer, filterable to where the columns disagree."""

from __future__ import annotations

from collections.abc import Mapping

from xlt_core.findings.colours import colour
from xlt_core.records import Comparison, Example, Language, Prediction, Run
from xlt_core.scoring import metrics
from xlt_core.ui.compare.answers import answer_html, brief, gold_html
from xlt_core.ui.compare.columns import steps_html, tongues
from xlt_core.ui.shared.html import clipped, escape, tag

PAGE = 15
WORDS = {"xlt-cell-good": "right, ", "xlt-cell-middle": "partly right, ", "xlt-cell-bad": "wrong, "}

Found = Mapping[str, Prediction]


def items_html(
    comparison: Comparison, metric: str, language: Language | None, disagreeing: bool = False, page: int = 0
) -> str:
    """One page of the items, PAGE to a page; with `disagreeing` only those whose columns differ."""
    rows = rows_of(comparison, disagreeing)
    if not rows:
        words = "The columns agree on every item." if disagreeing else "No items yet."
        return f"<p class='xlt-quiet'>{words}</p>"
    shown = rows[page * PAGE : (page + 1) * PAGE]
    heads = "".join(
        f"<th scope='col' style='--strategy:{colour(run.strategy)}'>{escape(run.name)}</th>" for run in comparison.runs
    )
    body = "".join(_row(comparison, metric, language, example, found) for example, found in shown)
    head = f"<thead><tr><th scope='col'>text</th><th scope='col'>gold</th>{heads}</tr></thead>"
    return f"<div class='xlt-table' tabindex='0'><table>{head}<tbody>{body}</tbody></table></div>"


def rows_of(comparison: Comparison, disagreeing: bool = False) -> list[tuple[Example, Found]]:
    """Every item with the columns' final predictions by column name."""
    examples = next((run.examples for run in comparison.runs if run.examples), ())
    by_run = {run.name: {p.id: p for p in run.predictions if p.final} for run in comparison.runs}
    rows = [(e, {name: found[e.id] for name, found in by_run.items() if e.id in found}) for e in examples]
    return [(example, found) for example, found in rows if not disagreeing or differ(found)]


def differ(found: Found) -> bool:
    """Whether two columns that have a result for an item answer differently; how spans came back does not count."""
    return len({_essence(prediction) for prediction in found.values() if not prediction.error}) > 1


def pages(comparison: Comparison, disagreeing: bool) -> int:
    return max(1, -(-len(rows_of(comparison, disagreeing)) // PAGE))


def _essence(prediction: Prediction) -> object:
    if isinstance(prediction.answer, tuple):
        return frozenset((span.kind, span.start, span.end) for span in prediction.answer)
    return prediction.answer


def _row(comparison: Comparison, metric: str, language: Language | None, example: Example, found: Found) -> str:
    gold = "" if example.answer is None else brief(example.answer)
    cells = "".join(_cell(metric, language, run, example, found.get(run.name)) for run in comparison.runs)
    return (
        f"<tr><td data-head='text' class='xlt-source' {tag(language)}>{clipped(example.text, 400)}</td>"
        f"<td data-head='gold' {tag(language)}>{escape(gold)}</td>{cells}</tr>"
    )


def _cell(metric: str, language: Language | None, run: Run, example: Example, prediction: Prediction | None) -> str:
    if prediction is None:
        return f"<td data-head='{escape(run.name)}' class='xlt-quiet'>...</td>"
    if prediction.error:
        return f"<td data-head='{escape(run.name)}' class='xlt-quiet'>no result: {escape(prediction.error)}</td>"
    good = _good(metric, example, prediction)
    body = answer_html(example, prediction, language) + gold_html(example, language)
    key, words = escape(f"{run.name}/{example.id}"), WORDS.get(good, "")
    steps = steps_html(run.name, example.id, prediction.replies, tongues(run.strategy, language))
    said = f"<span {tag(language)}>{escape(brief(prediction.answer))}</span>"
    return (
        f"<td data-head='{escape(run.name)}' class='{good}' style='--strategy:{colour(run.strategy)}'>{said}"
        f"<details data-fold='{key}'><summary>{words}look</summary>{body}{steps}</details></td>"
    )


def _good(metric: str, example: Example, prediction: Prediction) -> str:
    if example.answer is None:
        return ""
    score = metrics.item_score(metric, example.answer, prediction.answer)
    return "xlt-cell-good" if score >= 0.995 else "xlt-cell-middle" if score > 0 else "xlt-cell-bad"
