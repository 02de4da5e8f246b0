"""Whether a comparison's figures bear an answer out, and those figures in a sentence: for a test, and for the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlt_core.catalog import task
from xlt_core.findings.conclusions import adjusted, decisive
from xlt_core.findings.details import LOST
from xlt_core.findings.sentences import number, p_value
from xlt_core.lessons.lesson import Condition, Lesson
from xlt_core.models.adapted import in_folder, read_card
from xlt_core.models.names import model_path
from xlt_core.records import Comparison, PairedTest, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.significance import RANDOMIZATION

WHOLE = 0.995  # of an item's score: all of it
BITS = "bits_per_byte"  # its columns are such as "lug before": a language of an adapter's card


class NotShown(Exception):
    """A comparison lacks the columns, or the figures, that a condition is about."""


@dataclass(frozen=True)
class Outcome:
    """What a comparison answers to a lesson. option: the index of the answer, None where none or several fit; figures:
    a sentence for each condition."""

    option: int | None
    figures: tuple[str, ...]


def outcome(lesson: Lesson, comparison: Comparison) -> Outcome | None:
    """What the comparison answers; None where it is none of the lesson's, or has not ended well."""
    if comparison.plan.task != lesson.plan.task or any(run.state != "done" for run in comparison.runs):
        return None
    try:
        right = [n for n, option in enumerate(lesson.options) if all(holds(one, comparison) for one in option.when)]
        shown = lesson.options[right[0] if len(right) == 1 else lesson.shows].when
        return Outcome(right[0] if len(right) == 1 else None, tuple(sentence(one, comparison) for one in shown))
    except NotShown:
        return None


def holds(condition: Condition, comparison: Comparison) -> bool:
    """Raises NotShown."""
    if pair := condition.greater or condition.same:
        first, second = (figure(comparison, name, condition.metric) for name in pair)
        return first > second if condition.greater else first == second
    test = _test(comparison, condition)
    return not decisive(test) if condition.undecided else decisive(test) and test.difference > 0


def sentence(condition: Condition, comparison: Comparison) -> str:
    """The figures that the condition is about. Raises NotShown."""
    names = condition.greater or condition.same or condition.ahead or condition.undecided
    digits = "{:,.0f}".format if condition.metric in FIGURES else number
    each = ", ".join(f"{name} {digits(figure(comparison, name, condition.metric))}" for name in names)
    title = TITLES.get(condition.metric) or metrics.title(condition.metric)
    said = f"{title}: {each}"
    if condition.greater or condition.same:
        return f"{said}."
    test = _test(comparison, condition)
    verdict = "is decisive" if decisive(test) else "may be chance"
    return f"{said}; the difference of {number(test.difference)} {verdict} ({p_value(adjusted(test))})."


def figure(comparison: Comparison, name: str, metric: str) -> float:
    """A figure of a column, by its name. Raises NotShown."""
    if metric == BITS:
        return _bits(comparison, name)
    run = next((run for run in comparison.runs if run.name == name), None)
    if run is None or not (metric in FIGURES or metric in run.scores):
        raise NotShown(f"{metric} of {name}")
    return FIGURES[metric](run, comparison) if metric in FIGURES else run.scores[metric].value


def _right(run: Run, comparison: Comparison) -> float:
    metric = task(comparison.plan.task).metrics[0]
    golds = {example.id: example.answer for example in run.examples}
    marked = [(golds[p.id], p.answer) for p in run.predictions if not p.error and golds.get(p.id) is not None]
    return sum(metrics.item_score(metric, gold, answer) >= WHOLE for gold, answer in marked)


def _lost(run: Run, comparison: Comparison) -> float:
    answers = [prediction.answer for prediction in run.predictions]
    return sum(span.way == LOST for answer in answers if isinstance(answer, tuple) for span in answer)


def _tokens(run: Run, comparison: Comparison) -> float:
    return sum(reply.tokens_in + reply.tokens_out for reply in run.replies)


def _bits(comparison: Comparison, name: str) -> float:
    """Of held-out text, before or after the model was adapted to the plan's language: from the adapter's card."""
    language, _, when = name.partition(" ")
    folders: Mapping[str, str] = in_folder(model_path(comparison.plan.model))
    card = read_card(Path(folders.get(comparison.plan.language, "")))
    try:
        return float(card["bits_per_byte"][language][when])
    except KeyError:
        raise NotShown(name) from None


FIGURES: dict[str, Callable[[Run, Comparison], float]] = {"right": _right, "lost": _lost, "tokens": _tokens}
TITLES = {"right": "Items right", "lost": "Entities lost on the way back", "tokens": "Tokens of all calls",
          BITS: "Bits per byte of held-out text"}  # fmt: skip


def _test(comparison: Comparison, condition: Condition) -> PairedTest:
    """The paired test of the condition's columns, the first minus the second. Raises NotShown."""
    pair = condition.ahead or condition.undecided
    for test in _tests(comparison, condition.metric):
        if (test.a, test.b) == pair:
            return test
        if (test.b, test.a) == pair:
            return PairedTest(test.b, test.a, test.metric, -test.difference, -test.high, -test.low, test.p, test.test,
                              test.p_holm)  # fmt: skip
    raise NotShown(" and ".join(pair))


def _tests(comparison: Comparison, metric: str) -> Iterator[PairedTest]:
    return (test for test in comparison.tests if test.metric == metric and test.test == RANDOMIZATION)
