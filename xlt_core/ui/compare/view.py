"""The results: columns, the sentence, the chart, earlier results, the items, and what to take away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.findings.colours import colour
from xlt_core.records import Comparison, Language, Plan
from xlt_core.ui.compare import chart, columns, items, share
from xlt_core.ui.compare.sources import of_a_file
from xlt_core.ui.shared.html import escape, number

REMEMBERED = 6
BEAT = 1.5  # seconds
EMPTY = (
    "<p class='xlt-empty'>Here the strategies will stand side by side. "
    "Choose a language and a task, and press Compare.</p>"
)

Updates = dict[Any, Any]


@dataclass(frozen=True)
class Results:
    """The widgets. shown: the comparison that they show; earlier: rows of former results, for this visitor only;
    beat: ticks while columns are at work, so that the items come anew on the page and with the filter of the moment."""

    heading: gr.HTML
    columns: gr.HTML
    conclusion: gr.HTML
    chart: gr.Plot
    history: gr.HTML
    fold: gr.Accordion
    disagree: gr.Checkbox
    back: gr.Button
    on: gr.Button
    where: gr.HTML
    table: gr.HTML
    share: share.Share
    shown: gr.State
    page: gr.State
    earlier: gr.State
    beat: gr.Timer


def build(sample: Comparison | None) -> Results:
    """Draws the results of a finished sample comparison, or the places where results will stand."""
    many = sample is not None and not columns.single(sample)
    metric = metric_of(sample) if sample else ""
    heading = gr.HTML(heading_html(sample, "A finished sample") if sample else "", elem_id="heading")
    grid = gr.HTML(grid_html(sample) if sample else EMPTY, elem_id="columns")
    conclusion = gr.HTML(conclusion_html(sample) if sample else "", elem_id="conclusion")
    figure = chart.figure(sample, metric) if sample and many else None
    plot = gr.Plot(figure, visible=figure is not None, show_label=False, container=False, elem_id="chart", buttons=[])
    history = gr.HTML("", elem_id="history")
    with gr.Accordion("Items", open=False, visible=many, elem_id="items") as fold:
        with gr.Row(elem_classes=["xlt-tools"]):
            disagree = gr.Checkbox(
                False, label="Only where the columns disagree", container=False, elem_id="disagree", min_width=260
            )
            back = gr.Button("Previous", size="sm", elem_id="items-back")
            where = gr.HTML(where_html(sample, False, 0) if sample else "", elem_id="items-where")
            on = gr.Button("Next", size="sm", elem_id="items-on")
        table = gr.HTML(table_html(sample, False, 0) if sample and many else "", elem_id="table")
    taken = share.build(sample)
    return Results(
        heading, grid, conclusion, plot, history, fold, disagree, back, on, where, table, taken,
        gr.State(sample), gr.State(0), gr.State(()), gr.Timer(BEAT, active=False),
    )  # fmt: skip


def begin(results: Results) -> Updates:
    """Takes away what belongs to the comparison before: its sentence, chart, items, files and command."""
    hidden = gr.update(visible=False)
    old = {results.conclusion: "", results.chart: hidden, results.fold: hidden, results.table: "", results.page: 0}
    return share.clear(results.share) | old


def stream(results: Results, comparison: Comparison) -> Updates:
    """The small updates of a snapshot: the columns, and the comparison itself."""
    return {results.columns: grid_html(comparison), results.shown: comparison}


def show(results: Results, comparison: Comparison) -> Updates:
    """All updates but the items, which turn by themselves, and the files: columns, sentence and chart."""
    many = not columns.single(comparison)
    figure = chart.figure(comparison, metric_of(comparison)) if many else None
    return stream(results, comparison) | {
        results.heading: heading_html(comparison),
        results.conclusion: conclusion_html(comparison),
        results.chart: gr.update(value=figure, visible=figure is not None),
        results.fold: gr.update(visible=many),
    }


def again(results: Results, comparison: Comparison) -> Updates:
    """All updates and the files, without a line among the earlier results."""
    return show(results, comparison) | share.show(results.share, comparison)


def finish(results: Results, comparison: Comparison, earlier: tuple[Any, ...]) -> Updates:
    """All updates of a finished comparison: what `again` gives, and a line among the earlier results."""
    if not columns.single(comparison) and all(run.state == "done" for run in comparison.runs):
        earlier = (*earlier, _line(comparison))[-REMEMBERED:]
    past = {results.earlier: earlier, results.history: history_html(earlier)}
    return again(results, comparison) | past


def turn(results: Results, values: Mapping[Any, Any], by: int | None) -> Updates:
    """Another page of the items as the filter stands, or by 0 the same one as it has become; by None, the first."""
    comparison: Comparison | None = values[results.shown]
    if comparison is None or columns.single(comparison):
        return {}
    disagreeing = bool(values[results.disagree])
    last = items.pages(comparison, disagreeing) - 1
    page = 0 if by is None else min(max(values[results.page] + by, 0), last)
    return {
        results.page: page,
        results.where: where_html(comparison, disagreeing, page),
        results.table: table_html(comparison, disagreeing, page),
    }


def grid_html(comparison: Comparison) -> str:
    titles = {name: kind.title for name, kind in catalog.strategies().items()}
    return columns.columns_html(comparison, language_of(comparison), titles)


def heading_html(comparison: Comparison, what: str = "Result") -> str:
    line = f"<h2 class='xlt-heading'>{escape(what)} <small>{escape(setting(comparison))}</small></h2>"
    return f"{line}<p class='xlt-credit'>{credit_html(comparison.plan)}</p>"


def credit_html(plan: Plan) -> str:
    """Whose the data are, on what terms, and where they are from."""
    if of_a_file(plan):
        return f"Data: {escape(Path(plan.dataset).name)}, a file of your own."
    data = catalog.dataset(plan.dataset)
    link = f" <a href='{escape(data.url)}' rel='noopener'>{escape(data.url)}</a>" if data.url else ""
    said = filter(None, [f"Data: {data.title}.", data.citation, f"Licence: {data.licence}."])
    return f"{escape(' '.join(said))}{link}"


def setting(comparison: Comparison) -> str:
    """What was compared, in a line."""
    plan, language = comparison.plan, language_of(comparison)
    rows = len(plan.demonstrations) if plan.demonstrations is not None else plan.shots
    on = "one input" if columns.single(comparison) else f"{len(plan.inputs) or plan.samples} items"
    shots = "1 shot" if rows == 1 else f"{rows} shots"
    name = language.name if language else plan.language
    task, split = catalog.task(plan.task).title, f"{plan.split} · " * (plan.split != "test")
    return f"{name} · {task} · {split}{shots} · {on} · {plan.model} · seed {plan.seed}"


def conclusion_html(comparison: Comparison) -> str:
    single = columns.single(comparison)
    sentence = chart.conclusion(comparison, metric_of(comparison), single)
    return chart.conclusion_html(sentence, "" if single else chart.caution(comparison))


def where_html(comparison: Comparison, disagreeing: bool, page: int) -> str:
    count = len(items.rows_of(comparison, disagreeing))
    last = items.pages(comparison, disagreeing)
    what = "items where the columns disagree" if disagreeing else "items"
    return f"<span class='xlt-quiet' aria-live='polite'>{count} {what}, page {page + 1} of {last}</span>"


def table_html(comparison: Comparison, disagreeing: bool, page: int) -> str:
    return items.items_html(comparison, metric_of(comparison), language_of(comparison), disagreeing, page)


def history_html(earlier: tuple[Any, ...]) -> str:
    """Former results of this visitor, the newest first; nothing for the first one."""
    if len(earlier) < 2:
        return ""
    rows = "".join(f"<li>{escape(what)}: {_scores(scores)}</li>" for what, scores in reversed(earlier))
    return f"<div class='xlt-history'><h3 class='xlt-group'>Results so far</h3><ul>{rows}</ul></div>"


def metric_of(comparison: Comparison) -> str:
    """The headline score."""
    return catalog.task(comparison.plan.task).metrics[0]


def language_of(comparison: Comparison) -> Language | None:
    return catalog.languages().get(comparison.plan.language)


def _line(comparison: Comparison) -> tuple[str, tuple[tuple[str, str, float, float, float], ...]]:
    metric = metric_of(comparison)
    scored = [(run, run.scores[metric]) for run in comparison.runs if metric in run.scores]
    return setting(comparison), tuple((run.name, run.strategy, s.value, s.low, s.high) for run, s in scored)


def _scores(scores: tuple[tuple[str, str, float, float, float], ...]) -> str:
    return ", ".join(
        f"<b style='color:{colour(strategy)}'>{escape(name)}</b> {number(value)} "
        f"<small>({number(low)} to {number(high)})</small>"
        for name, strategy, value, low, high in scores
    )
