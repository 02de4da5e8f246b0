"""Whether two sets of comparisons hold the same results: all but how long they took, and the noise of arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from xlt_core.records import Comparison, Reply, Run

NOISE = 1e-3  # nats of a log-likelihood; it hangs a little on what else is in the batch


def assert_same(found: Iterable[Comparison], wanted: Iterable[Comparison]) -> None:
    found, wanted = list(found), list(wanted)
    for one, other in zip(map(_bare, found), map(_bare, wanted), strict=True):
        assert one == other
    assert [*_likelihoods(found)] == pytest.approx([*_likelihoods(wanted)], abs=NOISE)


def _bare(comparison: Comparison) -> Comparison:
    return replace(comparison, runs=tuple(map(_run, comparison.runs)))


def _run(run: Run) -> Run:
    predictions = tuple(replace(p, replies=tuple(map(_reply, p.replies))) for p in run.predictions)
    preparation = sorted(map(_reply, run.preparation), key=lambda reply: reply.sent)  # they come in any order
    return replace(run, predictions=predictions, preparation=tuple(preparation))


def _reply(reply: Reply) -> Reply:
    return replace(reply, seconds=0.0, choices=dict.fromkeys(reply.choices, 0.0))


def _likelihoods(comparisons: Iterable[Comparison]) -> Iterator[float]:
    for comparison in comparisons:
        yield from (value for run in comparison.runs for reply in run.replies for value in reply.choices.values())
