"""The chart of scores with their intervals, and where the sentence on what can be concluded stands."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.findings.colours import colour
from xlt_core.findings.conclusions import baseline_of
from xlt_core.findings.published import Published, beside_plan
from xlt_core.records import Comparison, Run, Score
from xlt_core.scoring import metrics
from xlt_core.ui.shared.html import escape, number

TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def chart_html(comparison: Comparison, metric: str) -> str:
    """Scores with 95% intervals, a row for each column, and the chance level; "" where nothing is scored.

    Plain HTML: a plotting library takes longer to load than the rest of the page.
    """
    scored = [(run, run.scores[metric]) for run in comparison.runs if metric in run.scores]
    if not scored:
        return ""
    chance = baseline_of(comparison.runs, metric).chance
    rows = "".join(_row(run, score, chance) for run, score in scored)
    others = beside_plan(comparison.plan)
    rows += _reported([one for one in others if one.metric == metric])
    ticks = "".join(f"<span style='left:{tick:.0%}'>{tick:g}</span>" for tick in TICKS)
    caption = f"{metrics.title(metric)}, 95% intervals"
    line = "" if chance is None else f"; the dashed line is chance, {number(chance)}"
    return (
        f"<figure class='xlt-dots'>{rows}<div class='xlt-dots-axis' aria-hidden='true'><span></span>"
        f"<span class='xlt-dots-ticks'>{ticks}</span></div><figcaption>{escape(caption)}{line}</figcaption></figure>"
        f"{_others(others)}"
    )


def _reported(figures: Sequence[Published]) -> str:
    """A row of hollow marks for what others have reported in the same score; "" where there is none."""
    if not figures:
        return ""
    said = [(one, escape(f"{one.says}: {number(one.value)}")) for one in figures]
    marks = "".join(
        f"<i class='xlt-dot-reported' style='left:{one.value:.2%}' title='{text}'></i>" for one, text in said
    )
    return (
        f"<div class='xlt-dots-row'><b>reported</b><span class='xlt-dots-track'>{marks}</span>"
        "<span class='xlt-dots-value'><small>by others, below</small></span></div>"
    )


def _others(figures: Sequence[Published]) -> str:
    """All that others have reported of the dataset in the language, whatever the score; no part of any test."""
    if not figures:
        return ""
    rows = "".join(map(_other, figures))
    return (
        f"<details class='xlt-reported'><summary>Reported by others ({len(figures)})</summary>"
        f"<div class='xlt-table' tabindex='0'><table><tbody>{rows}</tbody></table></div></details>"
    )


def _other(one: Published) -> str:
    cells = (one.model, one.setting, f"{metrics.title(one.metric)} {number(one.value)}",
             f"{one.items or '?'} items, {one.split}", one.source)  # fmt: skip
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def conclusion_html(sentence: str, note: str = "") -> str:
    quiet = f" <span class='xlt-quiet'>{escape(note)}</span>" if note else ""
    return f"<p class='xlt-conclusion'>{escape(sentence)}{quiet}</p>" if sentence else ""


def caution(comparison: Comparison) -> str:
    """A warning about what the scores do not measure."""
    if comparison.plan.model == "pocket":
        return "Pocket is a model of a few million parameters on generated text: this is no measure of the language."
    return ""


def _row(run: Run, score: Score, chance: float | None) -> str:
    low, high = (min(max(end, 0.0), 1.0) for end in (score.low, score.high))
    dashed = "" if chance is None else f"<i class='xlt-dots-chance' style='left:{chance:.2%}'></i>"
    return (
        f"<div class='xlt-dots-row' style='--strategy:{colour(run.strategy)}'><b>{escape(run.name)}</b>"
        f"<span class='xlt-dots-track'>{dashed}<i class='xlt-dots-interval' "
        f"style='left:{low:.2%};width:{high - low:.2%}'></i>"
        f"<i class='xlt-dot' style='left:{score.value:.2%}'></i></span>"
        f"<span class='xlt-dots-value'>{number(score.value)} "
        f"<small>({number(score.low)} to {number(score.high)})</small></span></div>"
    )
