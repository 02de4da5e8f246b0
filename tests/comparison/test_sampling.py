"""Demonstrations for entities are balanced by the kinds that they hold."""

from __future__ import annotations

from xlt_core.demonstrations._shuffle import stratified_shuffle
from xlt_core.records import Example, Span

KINDS = ("PER", "LOC")


def example(number: int, kind: str) -> Example:
    answer = (Span("Aline", kind, 0, 5),) if kind else ()
    return Example(str(number), {"text": f"Aline {number}"}, answer, KINDS)


def test_of_four_at_most_two_hold_nothing() -> None:
    rows = [example(number, kind) for number, kind in enumerate([""] * 40 + ["PER"] * 3 + ["LOC"] * 3)]
    for seed in range(20):
        held = [e.answer[0].kind if e.answer else "" for e in stratified_shuffle(rows, seed, balanced=True)[:6]]
        assert sorted(held) == ["", "", "LOC", "LOC", "PER", "PER"]
    plain = [e.answer for e in stratified_shuffle(rows, 0)[:20]]
    assert sum(not answer for answer in plain) > 10, "items are a sample as they come"
