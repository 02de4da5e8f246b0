"""The chart of scores with their intervals, and the sentence on what can be concluded from them."""

from __future__ import annotations

import plotly.graph_objects as go

from xlt_core.findings.colours import colour
from xlt_core.records import Comparison, PairedTest, Run, Score
from xlt_core.scoring import metrics
from xlt_core.ui.shared.html import escape, number

GREY = "#7b7f87"
SIGNIFICANT = 0.05
ONE_ITEM = "One item shows how each column works, but nothing can be concluded from it; compare on more items for that."
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


def figure(comparison: Comparison, metric: str) -> go.Figure | None:
    """Scores with 95% intervals, a row for each column, and the chance level; None where nothing is scored."""
    scored = [(run, run.scores[metric]) for run in comparison.runs if metric in run.scores]
    if not scored:
        return None
    chance = chance_of(comparison, metric)
    points = [_point(run, score) for run, score in reversed(scored)]
    # Built in one call: plotly validates the whole figure again at each later change.
    return go.Figure(points, _layout(f"{metrics.title(metric)}, 95% intervals", chance, len(scored)))


def chance_of(comparison: Comparison, metric: str) -> float | None:
    """The score of random labels on the same items; None where that is undefined."""
    examples = next((run.examples for run in comparison.runs if run.examples), ())
    golds = [example.answer for example in examples if example.answer is not None]
    choices = sorted({choice for example in examples for choice in example.choices})
    return metrics.chance(metric, golds, choices, comparison.plan.seed)


def conclusion(comparison: Comparison, metric: str, single: bool) -> str:
    """One sentence: which differences are significant and which are not. single: for one item there is none."""
    if single:
        return ONE_ITEM
    tests = [test for test in comparison.tests if test.metric == metric] or list(comparison.tests)
    if not tests:
        return _no_tests(comparison)
    name = metrics.title(metric)
    clear = [_ahead(test) for test in tests if _adjusted(test) < SIGNIFICANT]
    unclear = [_undecided(test) for test in tests if _adjusted(test) >= SIGNIFICANT]
    items = max((sum(not p.error for p in run.predictions) for run in comparison.runs), default=0)
    shown = f"{'; '.join(clear)}" if clear else "no column is shown to be ahead"
    undecided = f"; nothing can be concluded about {_listed(unclear)}" if unclear else ""
    return f"On {items} {comparison.plan.split} items, by {name}, {shown}{undecided}."


def conclusion_html(sentence: str, note: str = "") -> str:
    quiet = f" <span class='xlt-quiet'>{escape(note)}</span>" if note else ""
    return f"<p class='xlt-conclusion'>{escape(sentence)}{quiet}</p>" if sentence else ""


def caution(comparison: Comparison) -> str:
    """A warning about what the scores do not measure."""
    if comparison.plan.model == "pocket":
        return "Pocket is a model of a few million parameters on generated text: this is no measure of the language."
    return ""


def _point(run: Run, score: Score) -> go.Scatter:
    low, high = max(score.value - score.low, 0), max(score.high - score.value, 0)
    error = {"type": "data", "array": [high], "arrayminus": [low], "thickness": 3, "width": 9}
    label = f"{number(score.value)} ({number(score.low)} to {number(score.high)})"
    return go.Scatter(
        x=[score.value],
        y=[run.name],
        error_x=error,
        mode="markers",
        name=run.name,
        marker={"color": colour(run.strategy), "size": 14},
        cliponaxis=False,
        hovertemplate=f"{escape(run.name)}: {label}<extra></extra>",
    )


def _layout(title: str, chance: float | None, rows: int) -> dict[str, object]:
    line = {"type": "line", "x0": chance, "x1": chance, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"dash": "dash", "color": GREY, "width": 1.5}}  # fmt: skip
    label = {"x": chance, "y": 1.0, "yref": "paper", "yanchor": "bottom", "text": "chance", "showarrow": False}
    return {
        "height": 110 + 46 * rows,
        "margin": {"l": 10, "r": 20, "t": 26, "b": 50},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": GREY},
        "showlegend": False,
        "dragmode": False,
        "shapes": [] if chance is None else [line],
        "annotations": [] if chance is None else [label],
        "xaxis": {"range": [-0.01, 1.01], "gridcolor": "rgba(128,128,128,.22)", "zeroline": False,
                  "title": {"text": title, "font": {"size": 13}}},
        "yaxis": {"type": "category", "ticksuffix": "  ", "automargin": True, "showgrid": False},
    }  # fmt: skip


def _adjusted(test: PairedTest) -> float:
    """The p-value, corrected for several pairs where the comparison has it so."""
    return test.p if test.p_holm is None else test.p_holm


def _ahead(test: PairedTest) -> str:
    first, second = (test.a, test.b) if test.difference >= 0 else (test.b, test.a)
    low, high = sorted((test.low, test.high)) if test.difference >= 0 else sorted((-test.high, -test.low))
    return f"{first} is ahead of {second} by {number(abs(test.difference))} ({number(low)} to {number(high)})"


def _undecided(test: PairedTest) -> str:
    if test.difference == test.low == test.high == 0:
        return f"{test.a} versus {test.b} (the same on these items)"
    return f"{test.a} versus {test.b} ({number(test.difference)}, {number(test.low)} to {number(test.high)})"


def _no_tests(comparison: Comparison) -> str:
    states = {run.state for run in comparison.runs}
    if states & {"running", "waiting"}:
        return "Nothing can be concluded before the columns have finished."
    if "stopped" in states:
        return "This comparison was stopped: what is shown is unfinished, and nothing can be concluded from it."
    return "Nothing can be concluded: it takes two finished columns, and items with gold answers."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
