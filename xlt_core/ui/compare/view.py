"""The results of a comparison: columns, conclusion, chart, earlier results, items and downloads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.findings import conclusions
from xlt_core.findings.colours import colour
from xlt_core.formats.dataset_names import file_of
from xlt_core.records import Comparison, Language, Plan
from xlt_core.ui.compare import chart, columns, edit_view, share, vote_view
from xlt_core.ui.compare.heat_map import heat_map_html
from xlt_core.ui.fields.own_data import uses_file
from xlt_core.ui.items import matrix
from xlt_core.ui.items.agreement import agreement_html
from xlt_core.ui.items.matrix import Matrix
from xlt_core.ui.shared.html import escape, number
from xlt_core.ui.shared.updates import Updates, Values

MAX_EARLIER = 6
INTERVAL = 1.5  # seconds between two updates of the items
EMPTY = (
    "<p class='xlt-empty'>The strategies will be shown here side by side. "
    "Choose a language and a task, and press Compare.</p>"
)


@dataclass(frozen=True)
class Results:
    """The widgets. comparison: the one that is shown. earlier: this visitor's
    former results. timer: updates the items while columns are running. link: the code
    of the result that the page was opened with."""

    heading: gr.HTML
    columns: gr.HTML
    conclusion: gr.HTML
    chart: gr.HTML
    history: gr.HTML
    items_panel: gr.Accordion
    matrix: Matrix
    edit: edit_view.EditView
    vote: vote_view.VoteView
    share: share.Share
    comparison: gr.State
    earlier: gr.State
    timer: gr.Timer
    link: gr.Textbox


def build(sample: Comparison | None) -> Results:
    """Draws the widgets with a sample comparison, or empty."""
    many = sample is not None and not columns.single(sample)
    heading = gr.HTML(heading_html(sample, "A finished sample") if sample else "", elem_id="heading")
    shown = gr.HTML(columns_html(sample) if sample else EMPTY, elem_id="columns")
    conclusion = gr.HTML(conclusion_html(sample) if sample else "", elem_id="conclusion")
    scores = gr.HTML(scores_html(sample) if sample and many else "", elem_id="chart")
    history = gr.HTML("", elem_id="history")
    with gr.Accordion("Items", open=True, visible=many, elem_id="items") as items_panel:
        rows = matrix.build("items", sample if many else None)
    edit, vote = edit_view.build(sample), vote_view.build()
    shared = share.build(sample)
    return Results(
        heading, shown, conclusion, scores, history, items_panel, rows, edit, vote, shared,
        gr.State(sample), gr.State(()), gr.Timer(INTERVAL, active=False),
        gr.Textbox("", elem_id="result-code", elem_classes=["xlt-hidden"], container=False),
    )  # fmt: skip


def ended_outputs(results: Results) -> set[Any]:
    """Every widget that the end of a comparison updates."""
    shown = {results.heading, results.columns, results.conclusion, results.chart, results.history, results.items_panel,
             results.comparison, results.earlier}  # fmt: skip
    files = {results.share.json, results.share.csv, results.share.text}
    return shown | files | results.edit.outputs() | results.matrix.outputs() | results.vote.outputs()


def clear(results: Results) -> Updates:
    """The updates that remove a former comparison: its conclusion, chart, items and downloads."""
    hidden = gr.update(visible=False)
    old = {
        results.conclusion: "",
        results.chart: "",
        results.items_panel: hidden,
    }
    parts = edit_view.hide(results.edit) | vote_view.hide(results.vote) | matrix.clear(results.matrix)
    return share.clear(results.share) | parts | old


def show_columns(results: Results, comparison: Comparison) -> Updates:
    """The updates of a snapshot that are cheap: the columns, and the comparison itself."""
    return {results.columns: columns_html(comparison), results.comparison: comparison}


def show(results: Results, comparison: Comparison) -> Updates:
    """The updates of columns, conclusion and chart; the timer updates the items."""
    many = not columns.single(comparison)
    return show_columns(results, comparison) | {
        results.heading: heading_html(comparison),
        results.conclusion: conclusion_html(comparison),
        results.chart: scores_html(comparison) if many else "",
        results.items_panel: gr.update(visible=many),
    }


def show_ended(results: Results, comparison: Comparison, earlier: tuple[Any, ...]) -> Updates:
    """All updates of a comparison that has ended, with the downloads and the earlier results."""
    if not columns.single(comparison) and all(run.state == "done" for run in comparison.runs):
        earlier = (*earlier, _earlier(comparison))[-MAX_EARLIER:]
    past = {results.earlier: earlier, results.history: history_html(earlier)}
    edit = edit_view.show(results.edit, comparison) | vote_view.show(results.vote, comparison)
    shared = share.show(results.share, comparison)
    return show(results, comparison) | shared | edit | matrix.renew(results.matrix) | past


def draw_items(results: Results, values: Values) -> Updates:
    """The updates that show the items that are chosen."""
    comparison: Comparison | None = values[results.comparison]
    if comparison is None or columns.single(comparison):
        return {}
    return matrix.draw(results.matrix, comparison, values)


def choose_cell(results: Results, values: Values) -> Updates:
    """The updates that show the steps of the chosen cell, and offer them to be edited."""
    comparison, chosen = values[results.comparison], matrix.read_choice(values[results.matrix.chosen])
    if comparison is None:
        return {}
    shown = matrix.choose(results.matrix, comparison, values)
    if chosen and edit_view.steps_of(comparison, chosen[1], chosen[0]):
        shown |= edit_view.choose(results.edit, comparison, chosen[1], chosen[0])
    return shown


def columns_html(comparison: Comparison) -> str:
    titles = {name: kind.title for name, kind in catalog.strategies().items()}
    return columns.columns_html(comparison, language_name(comparison), titles)


def heading_html(comparison: Comparison, what: str = "Result") -> str:
    line = f"<h2 class='xlt-heading'>{escape(what)} <small>{escape(description(comparison))}</small></h2>"
    return f"{line}<p class='xlt-credit'>{citation_html(comparison.plan)}</p>"


def citation_html(plan: Plan) -> str:
    """Where the items are from, and where a text of the visitor's own is asked, its demonstrations."""
    if not plan.inputs or any(row.id for row in plan.inputs):
        return f"Data: {_dataset_html(plan)}"
    shots = plan.shots if plan.demonstrations is None else len(plan.demonstrations)
    return "Input: your own text." + (f" Demonstrations: {_dataset_html(plan)}" if shots else "")


def _dataset_html(plan: Plan) -> str:
    """Title, citation, licence and address of the dataset."""
    if uses_file(plan):
        return f"{escape(Path(file_of(plan.dataset)).name)}, a file of your own."
    if plan.dataset not in catalog.datasets():  # of a result that was made elsewhere
        return f"{escape(plan.dataset)}."
    data = catalog.dataset(plan.dataset)
    link = f" <a href='{escape(data.url)}' rel='noopener'>{escape(data.url)}</a>" if data.url else ""
    parts = filter(None, [f"{data.title}.", data.citation, f"Licence: {data.licence}."])
    return f"{escape(' '.join(parts))}{link}"


def description(comparison: Comparison) -> str:
    """What was compared, in one line."""
    plan, language = comparison.plan, language_name(comparison)
    rows = len(plan.demonstrations) if plan.demonstrations is not None else plan.shots
    size = "one input" if columns.single(comparison) else f"{len(plan.inputs) or plan.samples} items"
    shots = "1 shot" if rows == 1 else f"{rows} shots"
    picked = (plan.demonstrations_from, plan.demonstrations_language)
    shots += f" ({' '.join(filter(None, picked))})" * (picked != (Plan("", "").demonstrations_from, ""))
    name = language.name if language else plan.language
    task, split = catalog.task(plan.task).title, f"{plan.split} · " * (plan.split != "test")
    return f"{name} · {task} · {split}{shots} · {size} · {', '.join(plan.models)} · seed {plan.seed}"


def conclusion_html(comparison: Comparison) -> str:
    single = columns.single(comparison)
    sentence = conclusions.of_comparison(comparison, metric_of(comparison), single)
    return chart.conclusion_html(sentence, "" if single else chart.caution(comparison))


def scores_html(comparison: Comparison) -> str:
    """The chart of scores, where the columns are right together, and the heat map where they are a grid."""
    metric = metric_of(comparison)
    shown = chart.chart_html(comparison, metric) + agreement_html(comparison, metric)
    return shown + heat_map_html(comparison, metric)


def history_html(earlier: tuple[Any, ...]) -> str:
    """This visitor's results, the newest first; "" where there is only one."""
    if len(earlier) < 2:
        return ""
    rows = "".join(f"<li>{escape(what)}: {_scores(scores)}</li>" for what, scores in reversed(earlier))
    return f"<div class='xlt-history'><h3 class='xlt-group'>Results so far</h3><ul>{rows}</ul></div>"


def metric_of(comparison: Comparison) -> str:
    """The headline score."""
    return catalog.task(comparison.plan.task).metrics[0]


def language_name(comparison: Comparison) -> Language | None:
    return catalog.by_code(comparison.plan.language)


def _earlier(comparison: Comparison) -> tuple[str, tuple[tuple[str, str, float, float, float], ...]]:
    metric = metric_of(comparison)
    scored = [(run, run.scores[metric]) for run in comparison.runs if metric in run.scores]
    return description(comparison), tuple((run.name, run.strategy, s.value, s.low, s.high) for run, s in scored)


def _scores(scores: tuple[tuple[str, str, float, float, float], ...]) -> str:
    return ", ".join(
        f"<b style='color:{colour(strategy)}'>{escape(name)}</b> {number(value)} "
        f"<small>({number(low)} to {number(high)})</small>"
        for name, strategy, value, low, high in scores
    )
