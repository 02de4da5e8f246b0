"""What the command line prints: progress, and the table of scores and tests."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TextIO

from xlt_core.contracts import Task
from xlt_core.findings.agreement import agreement, sentence
from xlt_core.findings.pivots import column_pivot
from xlt_core.findings.tables import PIVOT_HEADS, pivot_cells
from xlt_core.formats.fields import whole_text
from xlt_core.records import Comparison, PairedTest, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.translation_scores import SCORES as SIGNED
from xlt_core.scoring.translation_scores import signatures

PAUSE = 1.0  # seconds at least between two lines on the same column
WIDEST = 90  # characters of a cell in a list


class Progress:
    """Writes a line per column with the items that are done, when there is something new."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._said: dict[str, tuple[str, int, float]] = {}

    def show(self, comparison: Comparison) -> None:
        for run in comparison.runs:
            done, now = sum(p.final for p in run.predictions), time.monotonic()
            state, said, when = self._said.get(run.name, ("waiting", 0, 0.0))
            if run.state != state or (done != said and now - when >= PAUSE):
                print(f"{run.name}: {run.state}, {done}/{len(run.examples)}", file=self._stream, flush=True)
                self._said[run.name] = (run.state, done, now)


def table(comparison: Comparison, task: Task) -> str:
    """The comparison for a reader: answers of typed inputs, notes, scores with 95% intervals, tests."""
    plan = comparison.plan
    own = map(plan.of, plan.columns) if plan.columns else [plan]
    models = dict.fromkeys(f"{one.model} ({one.model_revision})" for one in own)
    head = (f"{plan.task} in {plan.language}, {plan.dataset} {plan.split}, {plan.shots} shots, seed {plan.seed}, "
            f"model{'s' * (len(models) > 1)} {', '.join(models)}")  # fmt: skip
    answers = [aligned(_answers(comparison, task))] if plan.inputs else []
    tests = "\n".join(_test(test) for test in comparison.tests)
    scores, pivots = aligned(_scores(comparison, task)), _pivots(comparison, task)
    scores += "".join(f"\n{metrics.title(name)}: {signed}" for name, signed in _signatures(task).items())
    together = agreement(comparison, task.metrics[0])
    said = f"right together: {sentence(together)}" if together else ""
    return "\n\n".join(filter(None, [head, *answers, "\n".join(_notes(comparison)), scores, tests, said, pivots]))


def _answers(comparison: Comparison, task: Task) -> Iterator[Sequence[str]]:
    yield ("input", *(run.name for run in comparison.runs))
    for index, row in enumerate(comparison.plan.inputs):
        yield (short(whole_text(row)), *(_answer(run, index, task) for run in comparison.runs))


def _answer(run: Run, index: int, task: Task) -> str:
    found = next((p for p in run.predictions if p.id == run.examples[index].id), None)
    if found is None or found.error:
        return f"error: {found.error}" if found else "-"
    return "(cannot be read)" if found.answer is None else task.write(found.answer)


def _notes(comparison: Comparison) -> Iterator[str]:
    """What was left out or not found, of typed inputs each; the reason of a failure is said elsewhere."""
    for run in comparison.runs:
        noted = [p for p in run.predictions if p.notes]
        if run.note and run.state == "done":
            yield f"{run.name}: {run.note}"
        if comparison.plan.inputs:
            yield from (f"{run.name}, {p.id}: {'; '.join(p.notes)}" for p in noted)
        elif noted:
            yield f"{run.name}: {len(noted)} of {len(run.predictions)} items have notes; --out writes them"


def _scores(comparison: Comparison, task: Task) -> Iterator[Sequence[str]]:
    found = [name for run in comparison.runs for name in run.scores]
    names = sorted(dict.fromkeys(found), key=lambda name: name not in task.metrics)
    yield ("column", "state", *map(metrics.title, names), "valid", "errors", "tokens in", "tokens out", "seconds")
    for run in comparison.runs:
        scores = [run.scores.get(name) for name in names]
        cells = [f"{s.value:.3f} ({s.low:.3f}-{s.high:.3f})" if s else "-" for s in scores]
        valid = "-" if run.valid is None else f"{run.valid:.2f}"
        costs = (sum(r.tokens_in for r in run.replies), sum(r.tokens_out for r in run.replies))
        seconds = f"{sum(r.seconds for r in run.replies):.1f}"
        yield (run.name, run.state, *cells, valid, str(run.errors), *map(str, costs), seconds)


def _pivots(comparison: Comparison, task: Task) -> str:
    """How good the machine's pivots are, and whether worse ones mean wrong answers."""
    seed, metric = comparison.plan.seed, task.metrics[0]
    found = {run.name: made for run in comparison.runs if (made := column_pivot([run], metric, seed))}
    if not found:
        return ""
    rows = aligned([("pivot of", *PIVOT_HEADS), *((name, *pivot_cells(one)) for name, one in found.items())])
    several = len(comparison.plan.inputs) != 1  # one input is no sample
    return "\n".join([rows, *(f"{name}: {one.says}" for name, one in found.items() if several)])


def _signatures(task: Task) -> dict[str, str]:
    """sacreBLEU's, where the task has its scores."""
    return signatures() if set(task.metrics) & set(SIGNED) else {}


def _test(test: PairedTest) -> str:
    corrected = "" if test.p_holm is None else f" (Holm {test.p_holm:.4f})"
    return (f"{test.a} - {test.b}: {metrics.title(test.metric)} {test.difference:+.3f} "
            f"({test.low:+.3f} to {test.high:+.3f}), p = {test.p:.4f}{corrected}, {test.test}")  # fmt: skip


def aligned(rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines with the columns under each other."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def short(text: str) -> str:
    """The text in one line, its end left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"
