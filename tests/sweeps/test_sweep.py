from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from helpers import small_parts
from helpers.small_hosts import Adapting

from xlt_core.records import Column, InputError, Limits, Reply
from xlt_core.store.store import Store
from xlt_core.sweeps.sweep import Grid, cells, estimate, grid_of, sweep

SMALL = Grid(("topic", "ner"), ("kin", "hau"), shots=(0, 2), seeds=(0, 1), samples=8)


class Counting(Adapting):
    """Each call costs a second, and three tokens."""

    def __init__(self) -> None:
        super().__init__(write=lambda prompt: "none")
        self.asked: list[tuple[str, str]] = []

    def score(self, prompts, choices, adapter=""):
        yield from self._billed(prompts, adapter, super().score(prompts, choices, adapter))

    def generate(self, prompts, adapter="", limits=Limits()):
        yield from self._billed(prompts, adapter, super().generate(prompts, adapter, limits))

    def _billed(self, prompts, adapter, replies) -> Iterator[tuple[int, Reply]]:
        for index, reply in replies:
            if reply.final:
                self.asked.append((adapter, self.render(prompts[index])))
            yield index, replace(reply, seconds=1.0, tokens_in=2, tokens_out=1)


def parts(host=None):
    return small_parts.parts(host or Counting())


class Broken(Counting):
    def score(self, *given, **named):
        raise OSError("the cable is out")


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def last(snapshots):
    return list(snapshots)[-1]


def states(snapshot):
    return {(c.plan.task, c.plan.language, c.plan.shots, c.plan.seed): c.state for c in snapshot.cells}


def test_every_cell_is_there_and_what_cannot_be_is_apart_with_the_reason():
    made = cells(SMALL, parts())
    assert len(made) == 16 and len(set(made_of(made))) == 16
    kin, hau = made[0], next(cell for cell in made if cell.plan.language == "hau")
    assert not kin.cannot and (kin.state, kin.total) == ("waiting", 24)
    assert "no adapter of laft for Hausa" in hau.cannot["laft"] and "does not know Hausa" in hau.cannot["translate"]
    assert [c.name for c in hau.plan.columns] == ["prompt"] and (hau.state, hau.total) == ("waiting", 8)


def made_of(made):
    return [(cell.plan.task, cell.plan.language, cell.plan.shots, cell.plan.seed) for cell in made]


def test_shots_grow_within_a_seed_so_that_prompts_begin_alike():
    order = made_of(cells(replace(SMALL, tasks=("topic",), languages=("kin",)), parts()))
    assert order == [("topic", "kin", shots, seed) for seed in (0, 1) for shots in (0, 2)]


def test_a_language_that_no_dataset_has_cannot_be_and_the_others_can():
    made = cells(replace(SMALL, languages=("kin", "yor"), datasets=("one", "two")), parts())
    yoruba = [cell for cell in made if cell.plan.language == "yor"]
    assert {cell.state for cell in yoruba} == {"cannot"} and "no topic in Yoruba" in yoruba[0].note
    assert {cell.plan.dataset for cell in made if cell.plan.language == "kin"} == {"one", "two"}


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"tasks": ()}, "at least one task"), ({"shots": ()}, "number of shots"), ({"tasks": ("poetry",)}, "no task"),
    ({"languages": ("klingonish",)}, "no language"), ({"languages": ("kin", "Kinyarwanda")}, "under two names"),
    ({"seeds": (1, 1)}, "seed 1 is given twice"), ({"languages": ("yor",)}, "has no topic in Yoruba"),
    ({"columns": (Column("a", "magic"),)}, "no strategy"), ({"columns": ()}, "at least one strategy"),
    ({"samples": 0}, "0 samples"), ({"shots": (-1,)}, "-1 shots"), ({"limits": Limits(tokens=0)}, "output limit"),
])  # fmt: skip
def test_a_grid_that_is_off_is_one_sentence(store, changes, sentence):
    with pytest.raises(InputError, match=sentence):
        last(sweep(replace(SMALL, **changes), store, parts()))
    assert store.runs() == ()


def test_all_strategies_get_the_same_items_and_demonstrations_and_shots_are_nested(store):
    run = last(sweep(SMALL, store, parts())).run
    made = {(c.plan.task, c.plan.language, c.plan.seed, c.plan.shots): c for c in store.comparisons(run)}
    assert len(made) == 16
    for (task, language, seed, shots), comparison in made.items():
        assert len({tuple(e.id for e in side.examples) for side in comparison.runs}) == 1
        fewer = made[task, language, seed, 0]
        assert fewer.runs[0].examples == comparison.runs[0].examples
        assert len(comparison.plan.demonstrations) == shots
    more = last(sweep(replace(SMALL, languages=("kin",), shots=(1, 2, 4, 8), seeds=(3,)), store, parts())).run
    drawn = [c.plan.demonstrations for c in store.comparisons(more) if c.plan.task == "topic"]
    assert [len(rows) for rows in drawn] == [1, 2, 4, 8]
    assert all(after[: len(before)] == before for before, after in pairwise(drawn))


def test_a_sweep_tells_how_far_it_is(store):
    snapshots = list(sweep(SMALL, store, parts()))
    done = [snapshot.done for snapshot in snapshots]
    assert done == sorted(done) and done[0] == 0 and done[-1] == snapshots[-1].total == 8 * 24 + 8 * 8
    assert {cell.state for cell in snapshots[-1].cells} == {"done"}
    ended = [position for snapshot in snapshots for position in snapshot.ended]
    assert sorted(ended) == list(range(16)) and snapshots[-1].left == 0


def test_a_sweep_that_ended_computes_nothing_again(store):
    first = last(sweep(SMALL, store, parts()))
    host = Counting()
    again = last(sweep(SMALL, store, parts(host)))
    assert again.run == first.run and not host.asked
    assert [cell.state for cell in again.cells] == ["done"] * 16 and again.done == first.done


def test_closed_and_started_again_it_goes_on(store):
    plain = Store(store.path.with_name("other.sqlite"))
    undisturbed = last(sweep(SMALL, plain, parts(Counting()))).run
    host, run = Counting(), ""
    for _ in range(40):
        work = sweep(SMALL, store, parts(host))
        for number, snapshot in enumerate(work):
            run = snapshot.run
            if number == 12:
                work.close()
    finished = last(sweep(SMALL, store, parts(host)))
    assert {cell.state for cell in finished.cells} == {"done"} and finished.run == run
    assert len(host.asked) == len(set(host.asked))
    assert [timeless(c) for c in store.comparisons(run)] == [timeless(c) for c in plain.comparisons(undisturbed)]


def timeless(comparison):
    runs = tuple(replace(run, preparation=()) for run in comparison.runs)
    return replace(comparison, runs=runs)


def test_failed_cells_are_apart_and_tried_again(store, caplog):
    class Fragile(Counting):
        cable = False

        def score(self, prompts, choices, adapter=""):
            if not self.cable and adapter:
                raise OSError("the cable is out")
            yield from super().score(prompts, choices, adapter)

    host, grid = Fragile(), replace(SMALL, tasks=("topic", "ner"), languages=("kin",))
    first = last(sweep(grid, store, parts(host)))
    assert (first.count("failed"), first.count("done")) == (4, 4)
    assert all("laft: " in c.note and "cable" in c.note for c in first.cells if c.state == "failed")
    host.cable, host.asked = True, []
    again = last(sweep(grid, store, parts(host)))
    assert again.count("done") == 8 and host.asked and all(adapter for adapter, _ in host.asked)
    assert all(run.state == "done" for c in store.comparisons(again.run) for run in c.runs)


def test_a_cell_that_cannot_be_resolved_fails_alone(store):
    end = last(sweep(replace(SMALL, tasks=("topic",), languages=("kin",), shots=(2, 99)), store, parts()))
    assert sorted(states(end).values()) == ["done", "done", "failed", "failed"]
    assert all("only 12 examples" in cell.note for cell in end.cells if cell.state == "failed")


def test_another_model_under_the_same_name_is_computed_anew(store):
    first, host = last(sweep(SMALL, store, parts())), Counting()
    host.revision = "newer"
    again = last(sweep(SMALL, store, parts(host)))
    assert again.run == first.run and host.asked
    assert {c.plan.model_revision for c in store.comparisons(again.run)} == {"newer"}


class Retold(small_parts.Small):
    """The same items, whose English was written anew."""

    def load(self, task, language, split):
        found = super().load(task, language, split)
        return [replace(e, pivot=replace(e.pivot, texts={"text": f"Again {e.pivot.text}"})) for e in found]


def test_items_whose_english_was_changed_are_asked_again(store):
    columns = (Column("translate", "translate", {"pivot": "human"}),)
    grid, retold, host = Grid(("topic",), ("kin",), (0,), columns=columns, samples=4), Retold(), Counting()
    last(sweep(grid, store, parts()))
    last(sweep(grid, store, replace(parts(host), dataset=lambda name: retold)))
    assert len(host.asked) == 4 and all("Again " in prompt for _, prompt in host.asked)


def test_the_cost_is_told_before_from_what_the_first_items_cost(store):
    grid = Grid(
        ("summary",), ("kin",), shots=(0, 2, 4), seeds=(0, 1), columns=(Column("prompt", "prompt"),), samples=20
    )
    host = Counting()
    told = last(estimate(grid, store, parts(host)))
    assert (told.calls, told.tokens_in, told.tokens_out, told.seconds) == (120, 240, 120, 120)
    assert len(host.asked) == told.measured == 24
    end = last(sweep(grid, store, parts(host)))
    # Without demonstrations the two seeds ask the same 20 things.
    assert len(host.asked) == 100 and end.estimate.calls == 120


def test_where_nothing_can_be_measured_the_time_is_not_told(store, caplog):
    shots = list(sweep(replace(SMALL, tasks=("topic",)), store, parts(Broken())))
    assert all(snapshot.left is None for snapshot in shots[:-1]) and shots[-1].count("failed") == 8


def test_the_grid_comes_back_from_the_store(store):
    grid = replace(SMALL, columns=(Column("a", "prompt", {"normalise": "bytes"}),))
    run = last(sweep(grid, store, parts(), owner="a key")).run
    assert grid_of(store.run(run, "a key").plan) == grid and store.runs("another") == ()
