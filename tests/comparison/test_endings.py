"""How a column ends: its scores are those of the items that it holds, and items that failed are counted and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import pytest
from helpers.small_hosts import LABELS
from helpers.small_parts import parts, plan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlt_core import catalog
from xlt_core.comparison.compare import compare, end_state, stopped
from xlt_core.comparison.endings import failures
from xlt_core.contracts import Setting, Strategy
from xlt_core.records import Comparison, Example, HostError, Prediction, Run
from xlt_core.scoring import metrics

ITEMS = 8
Step = tuple[int, str, bool]  # an item's position, what comes of it, and whether that is final
ANSWERS = st.sampled_from([*LABELS, "", "error"])
STEPS = st.lists(st.tuples(st.integers(0, ITEMS - 1), ANSWERS, st.booleans()), max_size=20)


@dataclass(frozen=True)
class Scripted(Strategy):
    """Yields what the script says, and then fails where it is to. With "" an output cannot be read."""

    script: tuple[Step, ...] = ()
    breaks: bool = False

    def prepare(self, setting: Setting):
        yield from ()
        return self.solve

    def solve(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        for position, what, final in self.script:
            answer = what if what in LABELS else None
            error = "no answer came" if what == "error" and final else ""
            yield Prediction(examples[position].id, answer, valid=bool(answer), error=error, final=final)
        if self.breaks:
            raise HostError("The model's server went away.")


def snapshots(script: Sequence[Step], breaks: bool = False, samples: int = ITEMS) -> Iterator[Comparison]:
    """Snapshots after every step."""
    given = parts(strategy=lambda column: Scripted(tuple(script), breaks))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xlt_core.comparison.compare.PAUSE", 0.0)
        yield from compare(plan("scripted", samples=samples), given)


def from_scratch(run: Run) -> dict[str, float]:
    """The scores of the run's own finished predictions, worked out here."""
    golds = {example.id: example.answer for example in run.examples}
    done = [p for p in run.predictions if p.final and not p.error]
    marked = metrics.measure(catalog.task("topic").metrics, [golds[p.id] for p in done], [p.answer for p in done])
    return {name: score.value for name, score in marked.items()}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(script=STEPS, steps=st.integers(1, 25), breaks=st.booleans())
def test_a_run_that_is_stopped_fails_or_ends_has_the_scores_of_its_own_items(script, steps, breaks) -> None:
    with closing(snapshots(script, breaks)) as work:
        seen = list(islice(work, steps))
    for snapshot in (stopped(seen[-1]), *seen):
        (run,) = snapshot.runs
        if run.state in ("stopped", "failed", "done"):
            assert {name: score.value for name, score in run.scores.items()} == from_scratch(run)
    assert end_state(stopped(seen[-1])) in ("stopped", "failed", "done")


def test_a_stop_does_not_keep_the_score_of_a_moment_ago() -> None:
    """Of six items the first is right, and four of the others are wrong."""
    with closing(snapshots([(i, LABELS[i > 1], True) for i in range(6)])) as work:
        seen = list(islice(work, 7))
    before, after = seen[-1].runs[0], stopped(seen[-1]).runs[0]
    right = sum(p.answer == e.answer for p, e in zip(after.predictions, after.examples, strict=False))
    assert before.scores["accuracy"].value != pytest.approx(right / 6) == after.scores["accuracy"].value


@pytest.mark.parametrize(("samples", "failing", "state", "note"), [
    (1, 1, "failed", "no answer came"),
    (2, 2, "failed", "all 2 items failed, the first with: no answer came"),
    (8, 8, "failed", "all 8 items failed, the first with: no answer came"),
    (2, 1, "done", "1 of 2 items failed and is left out of the scores, the first with: no answer came"),
    (8, 3, "done", "3 of 8 items failed and are left out of the scores, the first with: no answer came"),
    (8, 0, "done", ""),
])  # fmt: skip
def test_items_that_failed_are_told_and_where_all_did_the_column_failed(samples, failing, state, note) -> None:
    script = [(i, "error" if i < failing else LABELS[0], True) for i in range(samples)]
    *_, last = snapshots(script, samples=samples)
    (run,) = last.runs
    assert (run.state, run.note, run.errors) == (state, note, failing)
    assert failures(run) == note and bool(run.scores) == (failing < samples)
