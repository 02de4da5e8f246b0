"""The matrix as HTML: items down, columns across, each cell an answer that can be chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence

from xlt_core.findings.colours import colour
from xlt_core.records import Comparison, Example, Language, Prediction, Run
from xlt_core.ui.items import pivots
from xlt_core.ui.items.answers import answer_text
from xlt_core.ui.items.rows import COLUMN, DOWN, RIGHT, WORST_FIRST, Found, Shown, rows_of, score
from xlt_core.ui.items.texts import field_language, texts_html
from xlt_core.ui.shared.html import escape, language_attributes, truncated

PAGE_SIZE = 15
TEXT, ANSWER = 200, 120  # characters that a cell shows
Choice = tuple[str, str]  # the item's id and the column's name


def matrix_html(
    comparison: Comparison, metric: str, language: Language | None, shown: Shown = Shown(), page: int = 0,
    chosen: Choice | None = None,
) -> str:  # fmt: skip
    """One page of the matrix. chosen: the cell whose steps are shown."""
    rows = rows_of(comparison, metric, shown)
    if not rows:
        some = any(name != WORST_FIRST for name in shown.filters)
        return f"<p class='xlt-quiet'>{'No item is like that.' if some else 'No items yet.'}</p>"
    rows = rows[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    stop = chosen if chosen and _there(rows, chosen) else _first(comparison, rows)
    heads = _head("text", "text", shown) + _head("gold", "gold", shown)
    heads += "".join(_head(COLUMN + run.name, run.name, shown, colour(run.strategy)) for run in comparison.runs)
    body = "".join(_row(comparison, metric, language, row, chosen, stop) for row in rows)
    table = (
        f"<div class='xlt-table xlt-matrix'><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    return _sort_menu([run.name for run in comparison.runs], shown) + table


def pages(comparison: Comparison, metric: str, shown: Shown) -> int:
    return max(1, -(-len(rows_of(comparison, metric, shown)) // PAGE_SIZE))


def page_label_html(comparison: Comparison, metric: str, shown: Shown, page: int) -> str:
    """The number of items and of pages."""
    rows = rows_of(comparison, metric, shown)
    narrowed = " of this kind" if any(name != WORST_FIRST for name in shown.filters) else ""
    what = f"{len(rows)} items{narrowed}, page {page + 1} of {pages(comparison, metric, shown)}"
    return f"<span class='xlt-quiet' aria-live='polite'>{what}</span>"


def verdict(metric: str, example: Example, prediction: Prediction) -> tuple[str, str]:
    """The class of a cell, and the word for it; "" where there is no gold answer."""
    if prediction.error:
        return "xlt-cell-none", "no result"
    if not prediction.valid:
        return "xlt-cell-bad", "not readable"
    value = score(metric, example, prediction)
    if value is None:
        return "", ""
    if value >= RIGHT:
        return "xlt-cell-good", "right"
    return ("xlt-cell-middle", "partly right") if value > 0 else ("xlt-cell-bad", "wrong")


def _head(by: str, title: str, shown: Shown, line: str = "") -> str:
    """The head of a column: pressing it sorts, one way and then the other."""
    ways = {by: ("ascending", DOWN + by), DOWN + by: ("descending", "")}
    state, following = ways.get(shown.sort, ("none", by))
    mark = {"ascending": " \N{UPWARDS ARROW}", "descending": " \N{DOWNWARDS ARROW}"}.get(state, "")
    style = f" style='--strategy:{line}'" if line else ""
    button = f"<button type='button' class='xlt-sort' data-sort='{escape(following)}'>{escape(title)}{mark}</button>"
    return f"<th scope='col' aria-sort='{state}'{style}>{button}</th>"


def _sort_menu(names: Sequence[str], shown: Shown) -> str:
    """What the heads do, as a menu: a narrow screen shows no heads."""
    ways = {"": "as drawn", "text": "text", "gold": "gold"}
    for name in names:
        ways |= {COLUMN + name: f"{name}: wrong first", DOWN + COLUMN + name: f"{name}: right first"}
    options = "".join(
        f"<option value='{escape(by)}'{' selected' * (by == shown.sort)}>{escape(title)}</option>"
        for by, title in ways.items()
    )
    return f"<label class='xlt-sort-menu'><span>Sort by</span> <select>{options}</select></label>"


def _row(
    comparison: Comparison, metric: str, language: Language | None, row: Found, chosen: Choice | None, stop: Choice
) -> str:
    example, found = row
    gold = "" if example.answer is None else answer_text(example.answer)
    cells = "".join(_cell(metric, language, run, example, found.get(run.name), chosen, stop) for run in comparison.runs)
    attributes = language_attributes(field_language(example, "answer", language))
    source = language_attributes(language) if len(example.texts) == 1 else ""
    return (
        f"<tr><td data-head='text' class='xlt-source' {source}>"
        f"<span class='xlt-clamp'>{texts_html(example, language, TEXT)}</span></td>"
        f"<td data-head='gold' {attributes}>{truncated(gold, ANSWER)}</td>{cells}</tr>"
    )


def _cell(
    metric: str, language: Language | None, run: Run, example: Example, prediction: Prediction | None,
    chosen: Choice | None, stop: Choice,
) -> str:  # fmt: skip
    head, key = f"<td data-head='{escape(run.name)}' ", (example.id, run.name)
    if prediction is None:
        return f"{head}class='xlt-quiet'>...</td>"
    kind, word = verdict(metric, example, prediction)
    said = prediction.error if prediction.error else "" if prediction.answer is None else answer_text(prediction.answer)
    answer = f"<span {language_attributes(language)}>{truncated(said, ANSWER)}</span>" if said else ""
    word = f"<small class='xlt-word'>{word}{':' if prediction.error else ''}</small>" if word else ""
    body = " ".join(filter(None, (word, answer, pivots.short_html(example, prediction))))
    picked, stops = str(key == chosen).lower(), 0 if key == stop else -1
    return (
        f"{head}class='{kind}'><button type='button' class='xlt-pick' data-cell='{escape(json.dumps(key))}' "
        f"aria-pressed='{picked}' tabindex='{stops}'>{body}</button></td>"
    )


def _there(rows: Sequence[Found], key: Choice) -> bool:
    return any(example.id == key[0] and key[1] in found for example, found in rows)


def _first(comparison: Comparison, rows: Sequence[Found]) -> Choice:
    """The first cell, where Tab enters the matrix."""
    names = [run.name for run in comparison.runs]
    return next(((example.id, name) for example, found in rows for name in names if name in found), ("", ""))
