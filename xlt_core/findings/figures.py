"""The findings as plotly figures that read in light and dark and at the width of a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from xlt_core.findings.colours import FONT, GREY, colour
from xlt_core.findings.details import INVALID, WAYS, Confusion, Survival, pareto_front
from xlt_core.findings.published import Published, beside
from xlt_core.findings.records import Average, Condition, Findings, Leader
from xlt_core.findings.sentences import amount, language_name, number, shots_of, task_title
from xlt_core.records import Score
from xlt_core.scoring import metrics

MOST_ACROSS = 5  # tasks whose names stand beside each other
TILE = 72  # pixels at least for the name of a column
REPORTED = "reported"
GRID = "rgba(128,128,128,.22)"
DASHES = ("solid", "dash", "dot", "dashdot")  # tells columns of the same strategy apart
SYMBOLS = ("circle", "square", "diamond", "cross")
WAY_COLOURS = {"exact": "#2f8f83", "fuzzy": "#7fbdb4", "translated": "#c8a23c", "aligned": "#8a6fb0"}
AXES = {"tokens_per_word": "tokens for a word of the text", "seconds_per_item": "seconds for an item",
        "parameters": "parameters of the models"}  # fmt: skip


def over_shots(found: Findings, condition: Condition) -> go.Figure:
    """The headline score against the number of shots, a line with its 95% band for each column; chance and majority."""
    chart = go.Figure()
    for name in found.columns:
        cells = [cell for cell in (found.cell(condition, shots, name) for shots in found.shots) if cell]
        _line(chart, found, name, [cell.shots or 0 for cell in cells], [cell.score for cell in cells])
    lines = found.baselines.get(condition)
    for value, said, dash in ((lines.chance, "chance", "dash"), (lines.majority, "majority", "dot")) if lines else ():
        if value is not None:
            _level(chart, value, said, dash)
    metric = next((cell.metric for cell in found.cells if cell.condition == condition), "")
    others = [one for one in beside(condition.task, condition.dataset, condition.language) if one.metric == metric]
    _reported(chart, others)
    return _with_shots(chart, found, metrics.title(metric) if metric else "score", bool(others))


def average_over_shots(found: Findings) -> go.Figure:
    """The mean headline score over the complete conditions against the number of shots."""
    chart = go.Figure()
    for name in found.columns:
        own = [one for one in found.averages if one.column == name]
        _line(chart, found, name, [one.shots for one in own], [one.score for one in own])
    return _with_shots(chart, found, "mean score")


def best(found: Findings, shots: int | None = None) -> go.Figure:
    """Languages by tasks: the best column of each in its colour, full where it is decisively ahead, else pale. Tasks
    stand down where they are many and the languages fewer."""
    leaders = [one for one in found.leaders if one.shots == shots]
    tasks = list(dict.fromkeys(task_title(one.condition, found) for one in leaders))
    languages = sorted({language_name(one.condition.language) for one in leaders})
    turned = len(tasks) > max(MOST_ACROSS, len(languages))
    across, down = (languages, tasks[::-1]) if turned else (tasks, languages[::-1])
    chart = go.Figure()
    for one in leaders:
        at = task_title(one.condition, found), language_name(one.condition.language)
        x, y = at[::-1] if turned else at
        _tile(chart, found, one, (across.index(x), down.index(y)))
    chart.update_xaxes(tickvals=list(range(len(across))), ticktext=[name.replace(" (", "<br>(") for name in across],
                       range=[-0.5, len(across) - 0.5], side="top", showgrid=False, zeroline=False)  # fmt: skip
    chart.update_yaxes(tickvals=list(range(len(down))), ticktext=[f"{name}  " for name in down],
                       range=[-0.5, len(down) - 0.5], showgrid=False, zeroline=False, automargin=True)  # fmt: skip
    lines = max((_names(one).count("<br>") for one in leaders), default=0)
    chart.update_layout(**_layout(90 + (66 + 16 * lines) * max(len(down), 1)), showlegend=False)
    chart.update_layout(meta={"least_width": 110 + 60 * turned + TILE * len(across)})
    return chart


def score_by_cost(found: Findings, axis: str) -> go.Figure:
    """The mean score against a cost in AXES, a point for each column and number of shots; the best buys joined."""
    points = [one for one in found.averages if getattr(one, axis) is not None]
    chart = go.Figure()
    kept = pareto_front(points, axis)
    chart.add_scatter(x=[getattr(one, axis) for one in kept], y=[one.score.value for one in kept], mode="lines",
                      line={"color": GREY, "dash": "dot", "width": 1.5, "shape": "hv"}, hoverinfo="skip",
                      showlegend=False)  # fmt: skip
    for name in found.columns:
        _points(chart, found, name, [one for one in points if one.column == name], axis)
    chart.update_layout(**_layout(380))
    chart.update_xaxes(type="log", title=AXES[axis], gridcolor=GRID, zeroline=False, nticks=6)
    chart.update_yaxes(
        title="mean score", range=[-0.02, 1.14], gridcolor=GRID, zeroline=False
    )  # room for words above 1
    return chart


def confusion(one: Confusion) -> go.Figure:
    """Gold labels down, answers across; the shade is the share of the gold label's items."""
    answers = [*one.labels, *([INVALID] if any(answer == INVALID for _, answer in one.counts) else [])]
    rows = [[one.counts.get((gold, answer), 0) for answer in answers] for gold in one.labels]
    shares = [[n / max(sum(row), 1) for n in row] for row in rows]
    paint = colour(one.strategy)
    chart = go.Figure(go.Heatmap(
        z=shares, x=answers, y=list(one.labels), customdata=rows,
        colorscale=[[0, _pale(paint, 0.04)], [1, _pale(paint, 0.6)]], zmin=0, zmax=1, showscale=False, xgap=2, ygap=2,
        hovertemplate="right %{y}, answered %{x}: %{customdata}<extra></extra>",
    ))  # fmt: skip
    for gold, row in zip(one.labels, rows, strict=True):
        for answer, n in zip(answers, row, strict=True):
            if n:  # as notes, whose colour is that of the text around, in light and in dark
                chart.add_annotation(x=answer, y=gold, text=str(n), showarrow=False)
    chart.update_layout(**_layout(150 + 26 * len(one.labels)))
    chart.update_xaxes(title="answer", side="bottom", tickangle=-45, showgrid=False, automargin=True)
    chart.update_yaxes(title="right label", autorange="reversed", showgrid=False, automargin=True)
    return chart


def survival(rows: Sequence[Survival]) -> go.Figure:
    """What becomes of the gold entities of each kind, in shares of them: right, by each way back, or not."""
    kinds = [f"{row.kind} ({row.gold})  " for row in rows]
    chart = go.Figure()
    for way, said in WAYS.items():
        if way == "aligned" and not any(row.right.get(way) for row in rows):
            continue  # hardly any column projects by alignment
        _share(chart, kinds, rows, [row.right.get(way, 0) for row in rows], f"right, {said}", WAY_COLOURS[way])
    _share(chart, kinds, rows, [row.gold - row.survived for row in rows], "wrong or not found", "rgba(128,128,128,.28)")
    chart.update_layout(**_layout(150 + 34 * len(rows)), barmode="stack", bargap=0.35, legend_traceorder="normal")
    chart.update_xaxes(range=[0, 1], tickformat=".0%", gridcolor=GRID, zeroline=False)
    chart.update_yaxes(autorange="reversed", automargin=True, showgrid=False, type="category")
    return chart


def _line(chart: go.Figure, found: Findings, name: str, shots: Sequence[int], scores: Sequence[Score]) -> None:
    """A column's line with its band; a single point gets its interval as a bar."""
    if not scores:
        return
    x, paint, rank = [str(k) for k in shots], colour(found.columns[name]), _rank(found, name)
    if len(scores) > 1:
        around = [score.high for score in scores] + [score.low for score in reversed(scores)]
        chart.add_scatter(x=[*x, *reversed(x)], y=around, fill="toself", fillcolor=_pale(paint, 0.16), mode="lines",
                          line={"width": 0}, hoverinfo="skip", showlegend=False, legendgroup=name)  # fmt: skip
    bars = {"type": "data", "array": [score.high - score.value for score in scores], "width": 7,
            "arrayminus": [score.value - score.low for score in scores], "visible": len(scores) == 1}  # fmt: skip
    said = [f"{number(score.value)} ({number(score.low)} to {number(score.high)})" for score in scores]
    chart.add_scatter(
        x=x, y=[score.value for score in scores], error_y=bars, mode="lines+markers", name=name, legendgroup=name,
        text=said, hovertemplate=f"{_plain(name)}, %{{x}} shots: %{{text}}<extra></extra>",
        line={"color": paint, "width": 2.5, "dash": DASHES[rank]}, marker={"size": 8, "symbol": SYMBOLS[rank]},
    )  # fmt: skip


def _reported(chart: go.Figure, figures: Sequence[Published]) -> None:
    """What others have reported, as hollow marks in a place of their own."""
    if figures:
        chart.add_scatter(x=[REPORTED] * len(figures), y=[one.value for one in figures], mode="markers", name=REPORTED,
                          text=[one.says for one in figures], hovertemplate="%{text}: %{y:.2f}<extra></extra>",
                          marker={"size": 9, "symbol": "diamond-open", "color": GREY})  # fmt: skip


def _with_shots(chart: go.Figure, found: Findings, title: str, reported: bool = False) -> go.Figure:
    chart.update_layout(**_layout(330))
    order = [*(str(k) for k in found.shots), *[REPORTED] * reported]
    chart.update_xaxes(title="shots", type="category", categoryorder="array", categoryarray=order, gridcolor=GRID)
    chart.update_yaxes(title=title, range=[-0.02, 1.05], gridcolor=GRID, zeroline=False)
    return chart


def _level(chart: go.Figure, value: float, said: str, dash: str) -> None:
    chart.add_hline(y=value, line={"dash": dash, "color": GREY, "width": 1.5})
    right = said == "chance"  # on two sides, as the two may be close
    chart.add_annotation(x=1.0 if right else 0.0, xref="paper", xanchor="right" if right else "left", y=value,
                         yanchor="bottom", text=said, showarrow=False, font={"size": 11})  # fmt: skip


def _tile(chart: go.Figure, found: Findings, leader: Leader, at: tuple[int, int]) -> None:
    paint, (x, y) = colour(found.columns[leader.column]) if leader.clears and not leader.tied else GREY, at
    fill, line = _pale(paint, 0.42 if leader.decisive else 0.12), {"color": paint, "width": 3 if leader.decisive else 0}
    chart.add_shape(type="rect", x0=x - 0.47, x1=x + 0.47, y0=y - 0.44, y1=y + 0.44, fillcolor=fill, line=line)
    sure = "level" if leader.tied else "decisive" if leader.decisive else _undecided(leader)
    small = f"<span style='font-size:11px'>{sure if leader.clears else 'at chance'}</span>"
    text = f"<b>{_names(leader)}</b><br>{number(leader.score.value)}<br>{small}"
    chart.add_annotation(x=x, y=y, text=text, showarrow=False)


def _names(leader: Leader) -> str:
    """The best column, and those level with it, in short lines."""
    return "<br>= ".join(_plain(name).replace(" ", "<br>") for name in (leader.column, *leader.tied))


def _undecided(leader: Leader) -> str:
    return "chance?" if len(leader.columns) > 1 else "alone"


def _points(chart: go.Figure, found: Findings, name: str, points: Sequence[Average], axis: str) -> None:
    if not points:
        return
    paint, rank = colour(found.columns[name]), _rank(found, name)
    said = [f"{number(one.score.value)}, {amount(getattr(one, axis), axis)}, {shots_of([one.shots])}" for one in points]
    chart.add_scatter(
        x=[getattr(one, axis) for one in points], y=[one.score.value for one in points], name=name,
        mode="lines+markers+text", text=[str(one.shots) for one in points], textposition="top center",
        customdata=said, hovertemplate=f"{_plain(name)}: %{{customdata}}<extra></extra>",
        line={"color": _pale(paint, 0.5), "width": 1.5, "dash": DASHES[rank]},
        marker={"size": 10, "symbol": SYMBOLS[rank], "color": paint},
    )  # fmt: skip


def _share(chart: go.Figure, kinds: Sequence[str], rows: Sequence[Survival], counts: Sequence[int], name: str,
           paint: str) -> None:  # fmt: skip
    shares = [n / row.gold if row.gold else 0 for n, row in zip(counts, rows, strict=True)]
    chart.add_bar(y=list(kinds), x=shares, name=name, orientation="h", marker={"color": paint}, customdata=list(counts),
                  hovertemplate=f"{name}: %{{customdata}} (%{{x:.0%}})<extra></extra>")  # fmt: skip


def _rank(found: Findings, name: str) -> int:
    """Which one of the columns of its strategy it is."""
    same = [other for other, strategy in found.columns.items() if strategy == found.columns[name]]
    return same.index(name) % len(DASHES)


def _pale(paint: str, opacity: float) -> str:
    red, green, blue = (int(paint[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _plain(name: str) -> str:
    """A name without what plotly would take for a tag or a template."""
    return name.replace("<", "\u2039").replace(">", "\u203a").replace("%{", "% {")


def _layout(height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": {"l": 10, "r": 14, "t": 14, "b": 10},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": GREY},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "dragmode": False,
        "hoverlabel": {"font": {"family": FONT}},
    }
