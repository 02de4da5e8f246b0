"""The sections of the report: each figure with its caption, then tables, settings and commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

import plotly.graph_objects as go

from xlt_core.documents import document
from xlt_core.findings import details, figures, pivots, published, sentences, tables
from xlt_core.findings.records import Findings
from xlt_core.records import Column, Comparison
from xlt_core.scoring import metrics
from xlt_core.scoring.translation_scores import SCORES as SIGNED
from xlt_core.scoring.translation_scores import signatures
from xlt_core.settings import ASSETS


@dataclass
class ReportPage:
    """The parts of the report as they are made. figures_by_id: the JSON of each."""

    found: Findings
    comparisons: Sequence[Comparison]
    figures_by_id: dict[str, str] = field(default_factory=dict)

    def figure(self, chart: go.Figure, caption: str, title: str = "", wide: bool = False) -> str:
        """The element that the figure is drawn in, with its caption."""
        name, height = f"figure-{len(self.figures_by_id) + 1}", chart.layout.height
        # "<" would let a text end the script that holds it.
        self.figures_by_id[name] = str(chart.to_json()).replace("<", "\\u003c")
        head = f"<h3>{escape(title)}</h3>" if title else ""
        least = (chart.layout.meta or {}).get("least_width", 0)
        size = f"min-height:{height}px;min-width:{least}px"
        drawn = f"<div data-figure='{name}' style='{size}' role='img' aria-label='{escape(caption)}'></div>"
        drawn = f"<div class='scroll'>{drawn}</div>" if least else drawn
        return (
            f"<figure{' class=wide' if wide else ''}>{head}{drawn}<figcaption>{escape(caption)}</figcaption></figure>"
        )


def _summary(page: ReportPage) -> str:
    """What was compared, and the main result."""
    found = page.found
    of = [_count(len({condition.task for condition in found.conditions}), "task"), _languages(found),
          f"{_count(len(found.columns), 'column')} ({', '.join(found.columns)})", sentences.shots_of(found.shots),
          _count(len(found.seeds), "seed")]  # fmt: skip
    sizes = sorted({cell.items for cell in found.cells if cell.shots is not None})
    items = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    models = sorted({condition.model for condition in found.conditions})
    overall = [sentences.over_conditions(one) for one in found.aggregates if one.shots is None]
    says = [sentences.where_best(found), *overall, sentences.readable(found.cells)]
    if len(found.conditions) == 1:
        says = [sentences.over_shots(found, found.conditions[0]), says[-1]]
    lost = f"{_count(len(found.missing), 'run')} without a result: see below. " if found.missing else ""
    what = f"{', '.join(of)}; {items} items a cell; {sentences.listed(models)}. {lost}{_caution(found)}"
    return f"<p class='quiet'>{escape(what)}</p><div class='short'>{_paragraphs(says)}</div>"


def _caution(found: Findings) -> str:
    if all(condition.model == "pocket" and condition.dataset == "world" for condition in found.conditions):
        return "Pocket is a model of a few million parameters on generated text: this is no measure of the languages."
    return ""


def _languages(found: Findings) -> str:
    codes = dict.fromkeys(condition.language for condition in found.conditions)
    return f"{_count(len(codes), 'language')} ({', '.join(map(sentences.language_name, codes))})"


def _best_by_condition(page: ReportPage) -> str:
    """The map of the best columns, over shots and for each number of them."""
    found = page.found
    key = "A framed tile is a decisive lead; in a pale one (chance?) the lead may be chance."
    key += " Scores are means over the numbers of shots." if len(found.shots) > 1 else ""
    several = len(found.shots) > 1
    folds = [
        page.figure(figures.best(found, k), sentences.where_best(found, k), sentences.shots_of([k]))
        for k in found.shots
    ]
    more = f"<details><summary>For each number of shots</summary>{''.join(folds)}</details>" if several else ""
    main = page.figure(figures.best(found), sentences.where_best(found), wide=True)
    return f"<h2>Which is best where</h2><p class='quiet'>{key}</p>{main}{more}"


def _shots(page: ReportPage) -> str:
    """Scores against shots: the mean over conditions, then each condition."""
    found = page.found
    each = [
        page.figure(figures.over_shots(found, one), sentences.over_shots(found, one), sentences.title_of(one, found))
        for one in found.conditions
    ]
    mean = ""
    if len(found.complete) > 1:
        some = (
            ""
            if len(found.complete) == len(found.conditions)
            else " (the others lack a column at some number of shots)"
        )
        caption = f"The mean over {len(found.complete)} of {len(found.conditions)} pairs of task and language{some}."
        absent = [name for name in found.columns if not any(one.column == name for one in found.averages)]
        caption += f" Not in it: {sentences.listed(absent)}, run in fewer than half of them." if absent else ""
        mean = page.figure(figures.average_over_shots(found), caption, "Mean over tasks and languages", wide=True)
    tests = _table(tables.aggregates(found)) if found.aggregates else ""
    return (f"<h2>Score against shots</h2><p class='quiet'>Bands are 95% bootstrap intervals over items.</p>{mean}"
            f"{tests}<div class='figures'>{''.join(each)}</div>")  # fmt: skip


def _costs(page: ReportPage) -> str:
    axes = [axis for axis in figures.AXES if details.costs_known(page.found.averages, axis)]
    if not axes:
        return ""
    made = [page.figure(figures.score_by_cost(page.found, axis), sentences.costs(page.found, axis)) for axis in axes]
    about = ("Means over the same pairs of task and language; a point's number is its shots. "
             "The dotted line joins what no other beats.")  # fmt: skip
    return f"<h2>Score against cost</h2><p class='quiet'>{about}</p><div class='figures'>{''.join(made)}</div>"


def _confusions(page: ReportPage) -> str:
    shots, folds = page.found.shots[-1], []
    for condition, of in groupby(details.confusions(page.comparisons, shots), key=lambda one: one.condition):
        rows = sorted(of, key=lambda one: list(page.found.columns).index(one.column))
        charts = [page.figure(figures.confusion(one), sentences.confused(one), one.column) for one in rows]
        folds.append(
            _fold(sentences.title_of(condition, page.found), [f"<div class='figures'>{''.join(charts)}</div>"])
        )
    head = f"<h2>Which labels are confused</h2><p class='quiet'>At {escape(sentences.shots_of([shots]))}.</p>"
    return head + "".join(folds) if folds else ""


def _survivals(page: ReportPage) -> str:
    rows = details.survivals(page.comparisons, page.found.shots[-1])
    made = [page.figure(figures.survival(own), sentences.survived(own),
                         f"{sentences.title_of(condition, page.found)}, {column}")
            for (condition, column), of in groupby(rows, key=lambda one: (one.condition, one.column))
            for own in [list(of)]]  # fmt: skip
    at = escape(sentences.shots_of([page.found.shots[-1]]))
    head = f"<h2>Which entities survive translation</h2><p class='quiet'>At {at}.</p>"
    return f"{head}<div class='figures'>{''.join(made)}</div>" if made else ""


def _pivots(page: ReportPage) -> str:
    """The quality of the machine's English, and whether it decides the answers."""
    rows = pivots.column_pivots(page.comparisons, page.found.shots[-1])
    if not rows:
        return ""
    says = [f"{sentences.title_of(condition, page.found)}, {column}. {one.says}" for condition, column, one in rows]
    signatures = sorted({one.signature for _, _, one in rows if one.signature})
    signed = f" chrF++ by sacreBLEU, {', '.join(signatures)}." if signatures else ""
    at = f"At {sentences.shots_of([page.found.shots[-1]])}. {pivots.DEFINITIONS}{signed}"
    table = _table(tables.pivots(rows, page.found), fold=False)
    return f"<h2>How good is the pivot</h2><p class='quiet'>{escape(at)}</p>{table}{_paragraphs(says)}"


def _numbers(page: ReportPage) -> str:
    """All tables, and what has no result."""
    found = page.found
    made = [_table(tables.summary(found), fold=False), _table(tables.cells(found)), _table(tables.contrasts(found))]
    lost = [(sentences.title_of(one.condition, found), str(one.shots), str(one.seed), one.column, one.state, one.reason)
            for one in found.missing]  # fmt: skip
    heads = ("task and language", "shots", "seed", "column", "state", "reason")
    made += [_table(tables.Table("Without a result", heads, tuple(lost)))] if lost else []
    others = published.beside_findings(found)
    made += [_table(published.published_table(others))] if others else []
    if any(cell.metric in SIGNED for cell in found.cells):
        said = "; ".join(f"{metrics.title(name)} {signed}" for name, signed in signatures().items())
        made.insert(0, f"<p class='quiet'>sacreBLEU: {escape(said)}</p>")
    return f"<h2>All numbers</h2>{''.join(made)}"


def _settings(page: ReportPage) -> str:
    """How the numbers came about, and how to make them again."""
    plans = [comparison.plan for comparison in page.comparisons]
    lines = list(dict.fromkeys(document.command(plan) for plan in plans))
    each = [own for plan in plans for own in ([plan.of(column) for column in plan.columns] or [plan])]
    used = sorted(
        {(p.model, p.model_revision, p.translator, p.dataset, p.split, p.language, p.data_digest) for p in each}
    )
    heads = ("model", "revision", "translator", "dataset", "split", "language", "data digest")
    knobs = sorted({_column_text(column) for plan in plans for column in plan.columns})
    columns = f"<p>Columns: {escape('; '.join(knobs))}.</p>" if knobs else ""
    method = _paragraphs((ASSETS / "method.txt").read_text(encoding="utf-8").split("\n\n"))
    return (f"<h2>Settings, and how to make it again</h2>{method}{columns}"
            f"{_table(tables.Table('Models and data', heads, tuple(used)))}"
            f"{_fold('The command of each comparison', [_code(lines)])}")  # fmt: skip


def _column_text(column: Column) -> str:
    own = {
        "model": column.model,
        "translator": column.translator,
        "shots": "" if column.shots is None else str(column.shots),
        **dict(sorted(column.knobs.items())),
    }
    return f"{column.name}: {column.strategy}" + "".join(f", {key} = {v}" for key, v in own.items() if v != "")


def made_by(command: str) -> str:
    """The one command that made all comparisons, where there is one."""
    return f"<p>All of it by one command:</p>{_code([command])}" if command else ""


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _code(lines: Iterable[str]) -> str:
    return f"<pre tabindex='0'>{escape(chr(10).join(lines))}</pre>"


def _fold(title: str, parts: Iterable[str]) -> str:
    return f"<details><summary>{escape(title)}</summary>{''.join(parts)}</details>"


def _table(table: tables.Table, fold: bool = True) -> str:
    head = "".join(f"<th scope='col'>{escape(cell)}</th>" for cell in table.heads)
    rows = "".join(
        f"<tr>{''.join(_cell(table, r, c) for c in range(len(row)))}</tr>" for r, row in enumerate(table.rows)
    )
    made = f"<div class='scroll' tabindex='0'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    return (
        _fold(f"{table.title} ({_count(len(table.rows), 'row')})", [made])
        if fold
        else f"<h3>{escape(table.title)}</h3>{made}"
    )


def _cell(table: tables.Table, row: int, column: int) -> str:
    text = escape(table.rows[row][column])
    return f"<td>{f'<b>{text}</b>' if (row, column) in table.bold else text}</td>"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


SECTIONS: tuple[Callable[[ReportPage], str], ...] = (
    _summary, _best_by_condition, _shots, _costs, _confusions, _survivals, _pivots, _numbers, _settings)  # fmt: skip
