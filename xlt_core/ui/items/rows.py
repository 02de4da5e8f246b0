"""Which items the matrix shows, and in which order: filters, and what the rows are sorted by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlt_core.records import Comparison, Example, Prediction
from xlt_core.scoring import metrics
from xlt_core.ui.items import pivots
from xlt_core.ui.items.answers import answer_text

DISAGREE, WRONG, INVALID, WORST_FIRST = "Columns disagree", "Wrong", "Not readable", "Worst pivot first"
RIGHT = 0.995  # of an item's score: all of it
DOWN = "-"  # before what is sorted by: the other way round
COLUMN = "column:"  # before a column's name, in what is sorted by

Predictions = Mapping[str, Prediction]
Found = tuple[Example, Predictions]


@dataclass(frozen=True)
class Shown:
    """Which items, and in which order. filters: DISAGREE, WRONG (in some column) and INVALID narrow them, WORST_FIRST
    sorts by the chrF++ of the machine's pivot; sort: text, gold or column:NAME (wrong first), with a minus the other
    way round, or "" as they were drawn."""

    filters: tuple[str, ...] = ()
    sort: str = ""


def rows_of(comparison: Comparison, metric: str, shown: Shown = Shown()) -> list[Found]:
    """The items with their final predictions by column name."""
    examples = next((run.examples for run in comparison.runs if run.examples), ())
    by_run = {run.name: {p.id: p for p in run.predictions if p.final} for run in comparison.runs}
    rows = [(e, {name: found[e.id] for name, found in by_run.items() if e.id in found}) for e in examples]
    kept = [row for row in rows if all(_keeps(name, metric, row) for name in shown.filters)]
    by, down = shown.sort.removeprefix(DOWN), shown.sort.startswith(DOWN)
    if key := _key(by, metric):
        kept.sort(key=key, reverse=down)
    return sorted(kept, key=_pivot_score) if WORST_FIRST in shown.filters else kept


def score(metric: str, example: Example, prediction: Prediction) -> float | None:
    """The item's score; None where there is no gold answer, or no result."""
    if example.answer is None or prediction.error:
        return None
    return metrics.item_score(metric, example.answer, prediction.answer)


def disagree(predictions: Predictions) -> bool:
    """Whether two columns answer an item differently; the way in which spans were projected is ignored."""
    return len({_comparable(prediction) for prediction in predictions.values() if not prediction.error}) > 1


def _keeps(name: str, metric: str, row: Found) -> bool:
    example, found = row
    if name == DISAGREE:
        return disagree(found)
    if name == WRONG:
        scores = (score(metric, example, prediction) for prediction in found.values())
        return any(one is not None and one < RIGHT for one in scores)
    if name == INVALID:
        return any(not prediction.valid and not prediction.error for prediction in found.values())
    return True


def _key(by: str, metric: str) -> Callable[[Found], tuple[float, str]] | None:
    if by == "text":
        return lambda row: (0, row[0].text.casefold())
    if by == "gold":
        return lambda row: (0, answer_text(row[0].answer) if row[0].answer is not None else "")
    if by.startswith(COLUMN):
        name = by.removeprefix(COLUMN)
        return lambda row: _in_column(metric, row[0], row[1].get(name))
    return None


def _in_column(metric: str, example: Example, prediction: Prediction | None) -> tuple[float, str]:
    """What has no result, then what cannot be read, then by score and answer."""
    if prediction is None or prediction.error:
        return -2, ""
    if not prediction.valid:
        return -1, ""
    return score(metric, example, prediction) or 0, answer_text(prediction.answer)


def _pivot_score(row: Found) -> float:
    """The lowest chrF++ of the item's pivots in all columns; above all others where there is none."""
    scores = (pivots.item_chrf_pp(row[0], prediction) for prediction in row[1].values())
    return min((one for one in scores if one is not None), default=2.0)


def _comparable(prediction: Prediction) -> object:
    if isinstance(prediction.answer, tuple):
        return frozenset((span.kind, span.start, span.end) for span in prediction.answer)
    return prediction.answer
