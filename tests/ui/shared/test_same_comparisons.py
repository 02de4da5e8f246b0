"""The same comparison, asked for by many at once, is computed once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from helpers.comparisons import comparison
from helpers.http_visitor import Visitor, config_of

from xlt_core.lessons.lesson import lessons
from xlt_core.records import Comparison, InputError
from xlt_core.ui.compare import handlers
from xlt_core.ui.shared import zero_gpu
from xlt_core.ui.shared.same_comparisons import KEPT, SameComparisons

DONE = comparison({"prompt": 0.5}, items=4)
DONE = replace(DONE, runs=tuple(replace(run, state="done") for run in DONE.runs))
RUNNING = replace(DONE, runs=tuple(replace(run, state="running") for run in DONE.runs))


class Work:
    """A comparison that ends once its gate is open, and counts how often it began and ended."""

    def __init__(self, end: Comparison = DONE) -> None:
        self.began, self.closed, self.gate, self.end = 0, Event(), Event(), end

    def __call__(self) -> Iterator[Comparison]:
        self.began += 1
        try:
            while not self.gate.is_set():
                yield RUNNING
                self.gate.wait(0.01)
            yield self.end
        finally:
            self.closed.set()


def test_thirty_at_once_and_one_later_are_one_computation() -> None:
    same, work = SameComparisons(), Work()
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(lambda: [*same.run("key", work)]) for _ in range(30)]
        work.gate.set()
        ends = [one.result()[-1] for one in asked]
    assert work.began == 1 and ends == [DONE] * 30 and not same.running
    (again,) = same.run("key", work)
    assert work.began == 1 and again == DONE and again.runs[0].recalled == len(DONE.runs[0].predictions)


def test_a_class_in_the_same_lesson_is_one_computation(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    computed, compared, config = [], zero_gpu.run_comparison, config_of(address)
    monkeypatch.setattr(zero_gpu, "run_comparison", lambda plan: computed.append(plan) or compared(plan))
    monkeypatch.setattr(handlers, "SAME", SameComparisons())
    number = next(n for n, lesson in enumerate(lessons(), 1) if lesson.title == "Label words")
    with ThreadPoolExecutor(3) as pool:
        seen = [*pool.map(lambda _: Visitor(address, config).take(number)[0], range(3))]
    assert len(computed) == 1 and len({*seen}) == 1
    happened, *scores = seen[0]
    assert "decisive (p &lt; 0.001)" in happened and len(scores) == 2


def test_one_who_stops_leaves_it_to_the_others_and_the_last_one_stops_it() -> None:
    same, work = SameComparisons(), Work()
    first, second = (same.run("key", work) for _ in range(2))
    assert next(first) == next(second) == RUNNING and work.began == 1
    first.close()
    assert next(second) == RUNNING and not work.closed.is_set()
    second.close()
    assert work.closed.wait(10) and not same.running and not same.finished


def test_what_went_wrong_is_tried_again_and_only_some_are_kept() -> None:
    failed = replace(DONE, runs=tuple(replace(run, state="failed") for run in DONE.runs))
    same, works = SameComparisons(), [Work(failed), Work()]
    for work in works:
        work.gate.set()
        assert [*same.run("key", work)][-1] == work.end
    assert [work.began for work in works] == [1, 1]
    for number in range(KEPT + 2):
        assert [*same.run(f"{number}", works[1])]
    assert len(same.finished) == KEPT and "key" not in same.finished

    def off() -> Iterator[Comparison]:
        raise InputError("no such model")
        yield DONE

    with pytest.raises(InputError, match="no such model"):
        list(same.run("off", off))
