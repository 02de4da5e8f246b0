"""Every strategy with demonstrations of each item's own: it answers all items, whatever the scored answers are, or
says in a sentence why it cannot; and a sweep keeps what was picked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.flipped_gold import Flipped
from helpers.small_parts import parts, plan

from xlt_core import catalog
from xlt_core.comparison.compare import compare
from xlt_core.documents.document import command, decode, encode
from xlt_core.records import Column, Plan
from xlt_core.store.store import Store
from xlt_core.sweeps.grid import Grid
from xlt_core.sweeps.grid import command as command_of
from xlt_core.sweeps.sweep import sweep

FLIPPED = Flipped()


@pytest.mark.parametrize("name", sorted(name for name, kind in catalog.strategies().items() if not kind.combines))
def test_a_strategy_answers_with_picked_demonstrations(name):
    asked = replace(plan(name), demonstrations_from="similar", shots=2, samples=20)
    sides = [[*compare(asked, p)][-1].runs[0] for p in (parts(), replace(parts(), dataset=lambda name: FLIPPED))]
    if sides[0].state == "failed":
        assert sides[0].note.endswith("."), sides[0].note
        return
    answers = [{p.id: (p.answer, p.error) for p in run.predictions} for run in sides]
    assert len(answers[0]) == 20 and answers[0] == answers[1] and not any(error for _, error in answers[0].values())
    shown = {reply.sent for p in sides[0].predictions for reply in p.replies if reply.purpose == "answer"}
    assert not shown or any(text.count("Train") + text.count("opened") + text.count("won") >= 2 for text in shown)


def test_links_and_commands_carry_the_picker():
    asked = Plan("topic", "kin", demonstrations_from="bm25", demonstrations_language="eng")
    assert decode(encode(asked)) == asked
    assert "--demonstrations-from bm25 --demonstrations-language eng" in command(asked)
    usual = Plan("topic", "kin")
    assert decode(encode(usual)) == usual and "demonstrations-from" not in command(usual)
    grid = Grid(("topic",), ("kin",), demonstrations_from="random")
    assert "--demonstrations-from random" in command_of(grid)


def test_a_sweep_goes_on_with_picked_rows_and_columns_that_build_on_others(tmp_path):
    columns = tuple(Column(name, name) for name in ("prompt", "votes", "ensemble"))
    grid = Grid(("topic",), ("kin",), (0, 2), columns=columns, samples=6, demonstrations_from="similar")
    store, given = Store(tmp_path / "s.sqlite"), parts()
    first = [*sweep(grid, store, given)][-1]
    # Without shots nothing votes, and what builds on it says so.
    assert [cell.state for cell in first.cells] == ["failed", "done"] and "votes" in first.cells[0].note
    host = given.host("pocket")
    before = sum(host.batches)
    assert [cell.state for cell in [*sweep(grid, store, given)][-1].cells] == ["failed", "done"]
    assert sum(host.batches) == before
