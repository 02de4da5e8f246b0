"""Details of a condition: which labels a column confuses, and which entities survive translation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlt_core.findings.findings import condition_of
from xlt_core.findings.naming import side_by_side
from xlt_core.findings.records import Average, Condition
from xlt_core.records import Answer, Comparison, Run, Span
from xlt_core.scoring.item_answers import common_items
from xlt_core.text.forms import canonical

INVALID = "(not readable)"
MOST_LABELS = 30  # more cannot be told apart in a figure
WAYS = {"exact": "as written", "fuzzy": "nearly as written", "translated": "translated back", "aligned": "aligned"}
LOST = "lost on the way back"


@dataclass(frozen=True)
class Confusion:
    """Answers by gold label. counts: (gold, answer) -> items, summed over seeds; an answer may be INVALID."""

    condition: Condition
    shots: int
    column: str
    strategy: str
    labels: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]

    @property
    def items(self) -> int:
        return sum(self.counts.values())

    @property
    def mistakes(self) -> list[tuple[str, str, int]]:
        """Gold, answer and how often, of those that differ, the most frequent first."""
        wrong = [(gold, answer, n) for (gold, answer), n in self.counts.items() if gold != answer and n]
        return sorted(wrong, key=lambda one: (-one[2], one[0], one[1]))


@dataclass(frozen=True)
class Survival:
    """What becomes of the gold entities of a kind when a column goes by way of English; summed over seeds.

    right: those that came out right, by the way in WAYS in which they were found again in the source text; gold: all.
    lost: entities of the kind that the model named in English and that were not found again in the source text.
    """

    condition: Condition
    shots: int
    column: str
    kind: str
    gold: int
    right: Mapping[str, int]
    lost: int

    @property
    def survived(self) -> int:
        return sum(self.right.values())


def confusions(comparisons: Iterable[Comparison], shots: int) -> list[Confusion]:
    """One for each condition and column with labels, at a number of shots."""
    found: dict[tuple[Condition, str], list[Run]] = finished_runs(comparisons, shots)
    made = (_confusion(condition, shots, runs) for (condition, _), runs in found.items())
    return [one for one in made if one]


def survivals(comparisons: Iterable[Comparison], shots: int) -> list[Survival]:
    """One for each condition, column that goes by way of English, and kind of entity, at a number of shots."""
    return [
        one
        for (condition, _), runs in finished_runs(comparisons, shots).items()
        for one in _survivals(condition, shots, runs)
    ]


def finished_runs(comparisons: Iterable[Comparison], shots: int) -> dict[tuple[Condition, str], list[Run]]:
    """Finished runs by condition and column; of two with the same seed the later counts."""
    found: dict[tuple[Condition, str], dict[int, Run]] = {}
    for comparison in side_by_side(comparisons):
        for run in comparison.runs:
            if run.state == "done" and comparison.plan.shots == shots:
                found.setdefault((condition_of(comparison), run.name), {})[comparison.plan.seed] = run
    return {key: list(runs.values()) for key, runs in sorted(found.items())}


def _confusion(condition: Condition, shots: int, runs: list[Run]) -> Confusion | None:
    marked = [pair for run in runs for one in common_items(run) for pair in zip(one.golds, one.answers, strict=True)]
    if not marked or not all(isinstance(gold, str) for gold, _ in marked):
        return None
    labels = {canonical(choice) for run in runs for example in run.examples for choice in example.choices}
    if not labels or len(labels) > MOST_LABELS:
        return None
    counts = Counter(
        (canonical(str(gold)), INVALID if answer is None else canonical(str(answer))) for gold, answer in marked
    )
    return Confusion(
        condition, shots, runs[0].name, runs[0].strategy, tuple(sorted(labels | {g for g, _ in counts})), counts
    )


def _survivals(condition: Condition, shots: int, runs: list[Run]) -> Iterator[Survival]:
    sides = [one for run in runs for one in common_items(run)]
    pairs = [pair for one in sides for pair in zip(one.golds, one.answers, strict=True)]
    if not any(span.way.split(",")[0] in {*WAYS, LOST} for _, answer in pairs for span in _spans(answer)):
        return
    golds = Counter(span.kind for gold, _ in pairs for span in _spans(gold))
    right: Counter[tuple[str, str]] = Counter()
    lost: Counter[str] = Counter()
    for gold, answer in pairs:
        wanted = {(span.kind, span.start, span.end) for span in _spans(gold)}
        for span in _spans(answer):
            lost[span.kind] += span.way == LOST
            if (span.kind, span.start, span.end) in wanted:
                right[span.kind, span.way.split(",")[0] or "exact"] += 1
    for kind in sorted(golds):
        yield Survival(
            condition, shots, runs[0].name, kind, golds[kind], {way: right[kind, way] for way in WAYS}, lost[kind]
        )


def _spans(answer: Answer | None) -> tuple[Span, ...]:
    return answer if isinstance(answer, tuple) else ()


def costs_known(averages: Sequence[Average], axis: str) -> bool:
    """Whether there is something to choose between by this cost: it is known, and the sizes of models differ."""
    values = {getattr(one, axis) for one in averages} - {None}
    return len(values) > (axis == "parameters")


def pareto_front(averages: Sequence[Average], axis: str) -> list[Average]:
    """Those that no other beats (as high for less, or higher for as much), the cheapest first (Pareto's front)."""
    best: list[Average] = []
    for one in sorted(averages, key=lambda one: (getattr(one, axis), -one.score.value)):
        if not best or one.score.value > best[-1].score.value + 1e-9:
            best.append(one)
    return best
