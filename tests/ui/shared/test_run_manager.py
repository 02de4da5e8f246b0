"""Who may see which runs, and what is kept of a comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from helpers.comparisons import grid

from xlt_core.records import Comparison, Example, InputError, Plan, Prediction, Run
from xlt_core.store.store import ENDED as ENDED_STATES
from xlt_core.store.store import Store
from xlt_core.sweeps.sweep import Cell, Grid
from xlt_core.ui.results import overview
from xlt_core.ui.results.progress import LABELS, grid_html
from xlt_core.ui.results.run_state import of_comparisons, state_of
from xlt_core.ui.shared.limits import check_grid
from xlt_core.ui.shared.run_manager import RunManager

ITEM = Example("1", {"text": "a text"}, "sports", ("sports", "health"))
DONE = Run("prompt", "prompt", "done", examples=(ITEM,), predictions=(Prediction("1", "sports", valid=True),))
ENDED = Comparison(Plan("topic", "kin", samples=1), (DONE,))


@pytest.fixture
def store(tmp_path: Path):
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def test_on_a_public_page_a_run_is_its_visitors_alone(store: Store) -> None:
    manager, mine, yours = RunManager(lambda: store, public=True), "mine" * 5, "yours" * 4
    run = manager.save(ENDED, mine)
    assert [kept.id for kept in store.runs(manager.visible_owner(mine))] == [run]
    assert store.runs(manager.visible_owner(yours)) == ()
    with pytest.raises(InputError, match="no run"):
        store.run(run, manager.visible_owner(yours))


@pytest.mark.parametrize("key", ["", None, "short", 7])
def test_on_a_public_page_nobody_is_without_a_key(store: Store, key: object) -> None:
    manager = RunManager(lambda: store, public=True)
    for asked in (manager.owner, manager.visible_owner, manager.running_run, lambda key: manager.save(ENDED, key)):
        with pytest.raises(InputError, match="keeps no key"):
            asked(key)
    assert RunManager(lambda: store, public=False).visible_owner(key) is None


def test_a_comparison_is_kept_as_it_ended_and_a_file_by_its_name(store: Store) -> None:
    manager = RunManager(lambda: store, public=False)
    stopped = replace(ENDED, plan=replace(ENDED.plan, dataset="/tmp/uploads/mine.csv"),
                      runs=(DONE, replace(DONE, name="laft", state="stopped")))  # fmt: skip
    (found,) = store.comparisons(manager.save(stopped, ""))
    assert found.runs == stopped.runs and found.plan.dataset == "mine.csv"
    assert store.runs()[0].states == {"stopped": 1}


@pytest.mark.parametrize("state", ["stopped", "failed", "done"])
def test_a_comparison_can_be_opened_again_however_it_ended(store: Store, state: str) -> None:
    manager = RunManager(lambda: store, public=False)
    ended = replace(ENDED, runs=(replace(DONE, state=state),))
    opened = state_of(manager, manager.save(ended, ""), "")
    assert [cell.state for cell in opened.cells] == [state] and f"data-state='{state}'" in opened.progress_html()
    assert not opened.unfinished, "only a sweep can be resumed"
    assert of_comparisons([ended], "").cells[0].state == state


@pytest.mark.parametrize("languages", [["kin"], ["kin", "hau"]])
def test_results_are_drawn_of_one_condition_and_of_several(languages: list[str]) -> None:
    results = of_comparisons(grid({"prompt": 0.5, "laft": 0.9}, languages), "").results(latest=True)
    assert results and overview.sentences_html(results) and overview.tables_html(results.findings)
    for name, place in overview.place_menu(results.findings).items():
        figure, caption = overview._by_shots(results.findings, place)
        assert name and figure and caption


def test_every_state_of_a_cell_has_its_field_and_its_words() -> None:
    states = {*ENDED_STATES, "waiting", "running", "cannot"}
    assert set(LABELS) == states
    for state in states:
        assert f"data-state='{state}'" in grid_html([Cell(ENDED.plan, state=state, total=4)])
    several = [Cell(ENDED.plan, state="stopped", done=1, total=4), Cell(replace(ENDED.plan, seed=1), state="done")]
    assert ">1 of 4, stopped<" in grid_html(several)


@pytest.mark.parametrize(("changes", "public", "sentence"), [
    ({"tasks": ()}, False, "at least one task"), ({"columns": ()}, False, "at least one strategy"),
    ({"model": "/etc"}, True, "not offered"), ({"datasets": ("/etc/passwd",)}, False, "not offered"),
    ({"samples": 2_000, "shots": (0, 1, 2, 4)}, True, "the most here is 20,000"),
])  # fmt: skip
def test_a_grid_may_ask_only_for_what_is_offered_and_so_much(
    changes: dict, public: bool, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlt_core.catalog.typed", lambda part: not public)
    small = Grid(("topic",), ("kin",))
    assert check_grid(small, public) == small
    with pytest.raises(InputError, match=sentence):
        check_grid(replace(small, **changes), public)
