"""The chart of scores with their intervals, and the sentence on what can be concluded from them."""

from __future__ import annotations

from xlt_core.findings.colours import colour
from xlt_core.records import Comparison, PairedTest, Run, Score
from xlt_core.scoring import metrics
from xlt_core.ui.shared.html import escape, number

SIGNIFICANT = 0.05
ONE_ITEM = "One item shows how each column works, but nothing can be concluded from it; compare on more items for that."
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def chart_html(comparison: Comparison, metric: str) -> str:
    """Scores with 95% intervals, a row for each column, and the chance level; "" where nothing is scored.

    Plain HTML: a plotting library takes longer to load than the rest of the page.
    """
    scored = [(run, run.scores[metric]) for run in comparison.runs if metric in run.scores]
    if not scored:
        return ""
    chance = chance_of(comparison, metric)
    rows = "".join(_row(run, score, chance) for run, score in scored)
    ticks = "".join(f"<span style='left:{tick:.0%}'>{tick:g}</span>" for tick in TICKS)
    caption = f"{metrics.title(metric)}, 95% intervals"
    line = "" if chance is None else f"; the dashed line is chance, {number(chance)}"
    return (
        f"<figure class='xlt-dots'>{rows}<div class='xlt-dots-axis' aria-hidden='true'><span></span>"
        f"<span class='xlt-dots-ticks'>{ticks}</span></div><figcaption>{escape(caption)}{line}</figcaption></figure>"
    )


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
