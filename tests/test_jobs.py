"""Work in the background: watched, left alone, stopped, failed."""

from __future__ import annotations

from threading import Event
from time import sleep

import pytest

from xlt_core.jobs import UNEXPECTED, Job, Jobs
from xlt_core.records import InputError


def steps(gate: Event, closed: list[int], n: int = 3):
    try:
        for number in range(n):
            yield number
            gate.wait(10)
    finally:
        closed.append(number)


def test_whoever_comes_back_sees_where_it_is_and_how_it_ends():
    gate, closed = Event(), []
    job = Job("count", steps(gate, closed))
    first = job.watch(0.01)
    while next(first) is None:
        pass
    first.close()
    assert job.state == "running", "leaving the loop leaves the work alone"
    again = job.watch(0.01)
    assert next(again) == 0
    gate.set()
    assert list(again)[-1] == 2
    job.wait(10)
    assert (job.state, job.error, closed) == ("done", "", [2])
    assert list(job.watch()) == [2], "what has ended is shown once"


def test_what_comes_too_fast_is_skipped_and_the_end_is_shown_at_once():
    def work():
        yield from range(1000)
        for number in range(1000, 1030):
            yield number
            sleep(0.01)

    job = Job("count", work())
    shown = [number for number in job.watch() if number is not None]
    assert shown[-1] == 1029 and 2 <= len(shown) < 30 and shown == sorted(shown)


def test_a_stop_takes_effect_at_the_next_yield_and_closes_the_work():
    gate, closed = Event(), []
    job = Job("count", steps(gate, closed, 1000))
    job.stop()
    gate.set()
    job.wait(10)
    assert job.state == "stopped" and len(closed) == 1 and closed[0] < 999


@pytest.mark.parametrize(("error", "said"), [(InputError("Give a file."), "Give a file."), (KeyError("x"), UNEXPECTED)])
def test_a_failure_is_one_sentence_and_what_was_there_stays(error, said):
    def work():
        yield "half"
        raise error

    job = Job("half", work())
    assert list(job.watch(0.01))[-1] == "half"
    job.wait(10)
    assert (job.state, job.error, job.last) == ("failed", said, "half")


def test_jobs_are_kept_by_owner_and_bounded():
    gate = Event()
    jobs: Jobs[int] = Jobs()
    key, job = jobs.start("a", steps(gate, []), owner="me", most=1)
    with pytest.raises(InputError, match="1 at work already"):
        jobs.start("b", steps(gate, []), most=1)
    gate.set()
    job.wait(10)
    other, _ = jobs.start("b", steps(gate, []), owner="you", most=1)
    assert list(jobs.of("me")) == [key] and list(jobs.of("you")) == [other] and jobs.of() == {}
    jobs.forget(key)
    assert jobs.get(key) is None and list(jobs.of("me")) == []


def test_work_that_fails_as_it_is_stopped_has_ended_all_the_same():
    def work():
        try:
            while True:
                yield "half"
        finally:
            raise InputError("The store cannot be used.")

    job = Job("half", work())
    job.stop()
    job.wait(10)
    assert (job.state, job.error) == ("failed", "The store cannot be used.")
    assert list(job.watch(0.01)) == ["half"]
