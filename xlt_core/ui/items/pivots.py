"""The machine's pivot as HTML: how good it is, of an item and of a column."""

from __future__ import annotations

from xlt_core.findings.pivots import DEFINITIONS, ColumnPivot, ItemPivot, column_pivot, item_pivot
from xlt_core.findings.tables import PIVOT_HEADS, pivot_cells
from xlt_core.records import Example, Prediction, Run
from xlt_core.scoring.pivot import Signs
from xlt_core.ui.shared.html import details_html, escape, number, truncated

Rows = list[tuple[str, str]]


def item_html(key: str, example: Example, prediction: Prediction) -> str:
    """A closed <details> with all figures of an item's pivot, and the human English; "" where no machine made one.
    key: by which the page keeps it open."""
    found = item_pivot(example, prediction)
    if found is None:
        return ""
    human = found.human
    beside = (
        f"<p class='xlt-text' lang='en' dir='ltr'><span class='xlt-tag'>human English</span> {truncated(human)}</p>"
    )
    body = _list(_item_rows(found)) + (beside if human else "") + f"<p class='xlt-quiet'>{escape(DEFINITIONS)}</p>"
    return details_html(f"{key}/pivot", f"Pivot <small>{escape(_summary(found))}</small>", body)


def short_html(example: Example, prediction: Prediction) -> str:
    """The chrF++ of an item's pivot in a line, for tables; "" where there is none."""
    score = item_chrf_pp(example, prediction)
    return "" if score is None else f"<small class='xlt-quiet xlt-pivot-score'>pivot chrF++ {number(score)}</small>"


def item_chrf_pp(example: Example, prediction: Prediction) -> float | None:
    """The chrF++ of an item's pivot against the human English; None where one of them is missing."""
    found = item_pivot(example, prediction)
    return found.chrf_pp if found else None


def column_html(run: Run, metric: str, seed: int) -> str:
    """The figures of a column that has ended, and whether worse pivots mean wrong answers; "" before."""
    found = None if run.state in ("waiting", "running") else column_pivot([run], metric, seed)
    if found is None:
        return ""
    signed = f" sacreBLEU's signature: {found.signature}" if found.signature else ""
    says = f"<p class='xlt-pivot-says'>{escape(found.says)}</p><p class='xlt-quiet'>{escape(DEFINITIONS + signed)}</p>"
    return details_html(f"{run.name}/pivots", f"Pivot <small>{escape(_column_summary(found))}</small>",
                        _list(_column_rows(found)) + says)  # fmt: skip


def _summary(found: ItemPivot) -> str:
    score = "no human English to compare" if found.chrf_pp is None else f"chrF++ {number(found.chrf_pp)}"
    return " · ".join([score, *_alarms(found.signs)])


def _column_summary(found: ColumnPivot) -> str:
    score = "no human English to compare" if found.chrf_pp is None else f"chrF++ {number(found.chrf_pp.value)}"
    return " · ".join([score, *_alarms(found.signs)])


def _alarms(signs: Signs) -> list[str]:
    """The signs that are not as they should be, in short."""
    shares = {"repeated": signs.repetition, "untranslated": signs.untranslated, "in another script": signs.other_script}
    return [f"{share:.0%} {name}" for name, share in shares.items() if share >= 0.005]


def _item_rows(found: ItemPivot) -> Rows:
    signs = found.signs
    shares = {"repetition": signs.repetition, "untranslated": signs.untranslated, "other script": signs.other_script}
    rows = [("chrF++ against the human English", _number(found.chrf_pp)), ("length ratio", number(signs.length_ratio)),
            *((name, f"{share:.0%}") for name, share in shares.items()),
            ("back-translation", _number(found.back_chrf_pp))]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def _column_rows(found: ColumnPivot) -> Rows:
    cells = zip(PIVOT_HEADS, pivot_cells(found), strict=True)
    return [(name, value) for name, value in cells if value != "-"]


def _number(value: float | None) -> str:
    return "" if value is None else number(value)


def _list(rows: Rows) -> str:
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows)
    return f"<dl class='xlt-rates'>{cells}</dl>"
