"""Whether the figures of a comparison, or of a study, bear an answer out, and those in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlt_core.catalog import task
from xlt_core.findings.conclusions import adjusted, decisive
from xlt_core.findings.sentences import number, p_value
from xlt_core.lessons.lesson import Condition, Lesson
from xlt_core.lessons.study import Study
from xlt_core.models.adapted import in_folder, read_card
from xlt_core.models.names import model_path
from xlt_core.records import Comparison, PairedTest, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.significance import RANDOMIZATION

WHOLE = 0.995  # of an item's score: all of it
BITS = "bits_per_byte"  # its columns are such as "lug before": a language of an adapter's card
STUDIED = "bits_studied"  # its columns are such as "kin 2.5% alone": a figure of a study
Shown = Comparison | Study


class NotShown(Exception):
    """A comparison, or a study, lacks the columns, or the figures, that a condition is about."""


@dataclass(frozen=True)
class Outcome:
    """What a comparison, or a study, answers to a lesson. option: the index of the answer, None where none or several
    fit; figures: a sentence for each condition."""

    option: int | None
    figures: tuple[str, ...]


def outcome(lesson: Lesson, shown: Shown) -> Outcome | None:
    """The answer of what is shown; None where it is none of the lesson's, or a comparison has not ended well."""
    if isinstance(shown, Comparison) and not (lesson.plan and _ended(shown, lesson.plan.task)):
        return None
    try:
        right = [n for n, option in enumerate(lesson.options) if all(holds(one, shown) for one in option.when)]
        told = lesson.options[right[0] if len(right) == 1 else lesson.shows].when
        return Outcome(right[0] if len(right) == 1 else None, tuple(sentence(one, shown) for one in told))
    except NotShown:
        return None


def _ended(comparison: Comparison, task: str) -> bool:
    return comparison.plan.task == task and all(run.state == "done" for run in comparison.runs)


def holds(condition: Condition, shown: Shown) -> bool:
    """Raises NotShown."""
    if pair := condition.greater or condition.same:
        first, second = (figure(shown, name, condition.metric) for name in pair)
        return first > second if condition.greater else first == second
    test = _test(shown, condition)
    return not decisive(test) if condition.undecided else decisive(test) and test.difference > 0


def sentence(condition: Condition, shown: Shown) -> str:
    """The figures that the condition is about. Raises NotShown."""
    names = condition.greater or condition.same or condition.ahead or condition.undecided
    digits = "{:,.0f}".format if condition.metric in FIGURES else number
    each = ", ".join(f"{name} {digits(figure(shown, name, condition.metric))}" for name in names)
    title = TITLES.get(condition.metric) or metrics.title(condition.metric)
    said = f"{title}: {each}"
    if condition.greater or condition.same:
        return f"{said}."
    test = _test(shown, condition)
    verdict = "is decisive" if decisive(test) else "may be chance"
    return f"{said}; the difference of {number(test.difference)} {verdict} ({p_value(adjusted(test))})."


def figure(shown: Shown, name: str, metric: str) -> float:
    """A figure of a column, by its name. Raises NotShown."""
    if isinstance(shown, Study):
        return _studied(shown, name)
    if metric == BITS:
        return _bits(shown, name)
    run = next((run for run in shown.runs if run.name == name), None)
    if run is None or not (metric in FIGURES or metric in run.scores):
        raise NotShown(f"{metric} of {name}")
    return FIGURES[metric](run, shown) if metric in FIGURES else run.scores[metric].value


def _right(run: Run, comparison: Comparison) -> float:
    metric = task(comparison.plan.task).metrics[0]
    golds = {example.id: example.answer for example in run.examples}
    marked = [(golds[p.id], p.answer) for p in run.predictions if not p.error and golds.get(p.id) is not None]
    return sum(metrics.item_score(metric, gold, answer) >= WHOLE for gold, answer in marked)


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


def _studied(study: Study, name: str) -> float:
    try:
        return study.figures()[name]
    except KeyError:
        raise NotShown(name) from None


FIGURES: dict[str, Callable[[Run, Comparison], float]] = {"right": _right, "tokens": _tokens}
TITLES = {"right": "Items right", "tokens": "Tokens of all calls",
          BITS: "Bits per byte of held-out text", STUDIED: "Bits per byte of new text"}  # fmt: skip


def _test(shown: Shown, condition: Condition) -> PairedTest:
    """The paired test of the condition's columns, the first minus the second. Raises NotShown."""
    pair = condition.ahead or condition.undecided
    for test in _tests(shown, condition.metric):
        if (test.a, test.b) == pair:
            return test
        if (test.b, test.a) == pair:
            return PairedTest(test.b, test.a, test.metric, -test.difference, -test.high, -test.low, test.p, test.test,
                              test.p_holm)  # fmt: skip
    raise NotShown(" and ".join(pair))


def _tests(shown: Shown, metric: str) -> Iterator[PairedTest]:
    tests = shown.tests if isinstance(shown, Comparison) else ()
    return (test for test in tests if test.metric == metric and test.test == RANDOMIZATION)
