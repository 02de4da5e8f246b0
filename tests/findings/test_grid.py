"""Columns of one strategy as a grid: which comparisons are one, its axes and tiles, and what it says."""

from __future__ import annotations

from dataclasses import replace

from helpers.comparisons import comparison

from xlt_core import catalog
from xlt_core.comparison.endings import scored
from xlt_core.findings.grid import grid_of, sentence
from xlt_core.records import Column, Comparison
from xlt_core.scoring.significance import between

TASK = catalog.task("topic")
KNOBS = {"a": {}, "b": {"template": "target"}, "c": {"demonstrations": "target"},
         "d": {"template": "target", "demonstrations": "target"}}  # fmt: skip


def of(rates: dict[str, float], knobs: dict[str, dict[str, str]] = KNOBS, **changes: str) -> Comparison:
    """A finished comparison of columns with these knobs, right at the given rates."""
    one = comparison(rates, items=60)
    columns = tuple(Column(name, "crosslingual", knobs[name], **changes) for name in rates)
    runs = tuple(scored(replace(run, strategy="crosslingual"), TASK) for run in one.runs)
    return replace(one, plan=replace(one.plan, columns=columns), runs=runs, tests=between(runs, TASK.metrics[0]))


def test_the_axes_are_the_knobs_that_differ() -> None:
    one = of({"a": 1.0, "b": 0.8, "c": 0.4, "d": 0.2})
    grid = grid_of(one, "macro_f1")
    assert grid is not None and grid.axes == ("Template", "Demonstrations in")
    assert [(tile.column, tile.values) for tile in grid.tiles] == [
        ("a", ("English", "English")), ("b", ("target", "English")),
        ("c", ("English", "target")), ("d", ("target", "target")),
    ]  # fmt: skip
    assert grid.values(1) == ("English", "target") and all(tile.sent == "sent" for tile in grid.tiles)
    said = sentence(grid, one)
    assert said.startswith("The macro F1 is highest with template English, demonstrations in English (1.00)")
    assert "lowest with template target, demonstrations in target (0." in said and ": which is decided." in said
    assert "the largest difference is in demonstrations in: English is ahead of target by 0." in said
    assert "of 4 are shown to be above chance (0.3" in said


def test_what_is_not_decided_is_said_to_be_so() -> None:
    one = of({"a": 0.34, "b": 0.33, "c": 0.35, "d": 0.33})
    grid = grid_of(one, "macro_f1")
    assert grid is not None and ": undecided." in sentence(grid, one)
    assert "None of 4 are shown to be above chance" in sentence(grid, one)


def test_what_is_no_grid() -> None:
    rates = {"a": 0.9, "b": 0.8, "c": 0.4, "d": 0.2}
    one = of(rates)
    columns = one.plan.columns
    for other in (
        (*columns[:3], Column("d", "prompt")),
        (*columns[:3], replace(columns[3], model="smollm2")),
        (*columns[:3], replace(columns[0], name="d")),
        columns[:2],
        tuple(replace(column, knobs={"label_words": f"x={n}"}) for n, column in enumerate(columns)),
        tuple(replace(column, strategy="nowhere") for column in columns),
    ):
        assert grid_of(replace(one, plan=replace(one.plan, columns=other)), "macro_f1") is None
    assert grid_of(comparison({"prompt": 0.5, "translate": 0.6, "laft": 0.7}), "macro_f1") is None
    running = replace(one, runs=tuple(replace(run, scores={}) for run in one.runs))
    grid = grid_of(running, "macro_f1")
    assert grid is not None and sentence(grid, running) == ""
