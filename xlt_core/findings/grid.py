"""Columns of one strategy that differ in two knobs or more, as a grid: its tiles, its axes, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from xlt_core import catalog
from xlt_core.findings.conclusions import baseline_of, decisive
from xlt_core.findings.sentences import number
from xlt_core.records import Column, Comparison, Run, Score
from xlt_core.scoring import metrics
from xlt_core.scoring.significance import RANDOMIZATION


@dataclass(frozen=True)
class Tile:
    """A column's place. values: of the axes, in their order; score: None while there is none; sent: its prompt for the
    first item."""

    column: str
    values: tuple[str, ...]
    score: Score | None
    sent: str = ""


@dataclass(frozen=True)
class Grid:
    """axes: the labels of the knobs that differ; chance: None where there is none."""

    strategy: str
    metric: str
    axes: tuple[str, ...]
    tiles: tuple[Tile, ...]
    chance: float | None

    def values(self, axis: int) -> tuple[str, ...]:
        """The values of an axis in the order of the columns."""
        return tuple(dict.fromkeys(tile.values[axis] for tile in self.tiles))


def grid_of(comparison: Comparison, metric: str) -> Grid | None:
    """The grid; None where the columns are none: other strategies, models or translators, or fewer than two knobs."""
    columns, runs = comparison.plan.columns, {run.name: run for run in comparison.runs}
    if len(columns) < 3 or len({(column.strategy, column.model, column.translator) for column in columns}) > 1:
        return None
    strategy = columns[0].strategy
    if strategy not in catalog.strategies() or not all(column.name in runs for column in columns):
        return None
    knobs = [knob for knob in catalog.knobs(strategy) if len({_value(c, knob.name, knob.default) for c in columns}) > 1]
    values = [tuple(_value(c, knob.name, knob.default) for knob in knobs) for c in columns]
    if len(knobs) < 2 or len(set(values)) < len(values):
        return None
    made = [_tile(runs[column.name], own, metric) for column, own in zip(columns, values, strict=True)]
    labels = tuple(knob.label for knob in knobs)
    return Grid(strategy, metric, labels, tuple(made), baseline_of(comparison.runs, metric).chance)


def _value(column: Column, knob: str, default: object) -> str:
    return str(column.knobs.get(knob, default))


def _tile(run: Run, values: tuple[str, ...], metric: str) -> Tile:
    sent = next((p.replies[-1].sent for p in run.predictions if p.replies and p.final), "")
    return Tile(run.name, values, run.scores.get(metric), sent)


def sentence(grid: Grid, comparison: Comparison) -> str:
    """Which tile is best, whether that is shown, which axis matters most, and how many tiles are above chance."""
    scored = [tile for tile in grid.tiles if tile.score]
    if len(scored) < len(grid.tiles):
        return ""
    best, worst = max(scored, key=_score), min(scored, key=_score)
    says = f"The {metrics.title(grid.metric)} is highest with {_named(grid, best)} ({number(_score(best))})"
    says += f" and lowest with {_named(grid, worst)} ({number(_score(worst))})"
    shown = "which is decided" if _decided(comparison, grid.metric, best.column, worst.column) else "undecided"
    return " ".join(filter(None, [f"{says}: {shown}.", _largest(grid, scored), _above_chance(grid, scored)]))


def _largest(grid: Grid, scored: Sequence[Tile]) -> str:
    """The axis whose best and worst value lie furthest apart on average."""
    found = []
    for axis, label in enumerate(grid.axes):
        means = {value: fmean(_score(tile) for tile in scored if tile.values[axis] == value)
                 for value in grid.values(axis)}  # fmt: skip
        high, low = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
        found.append((means[high] - means[low], label, high, low))
    gap, label, high, low = max(found)
    return f"On average the largest difference is in {label.lower()}: {high} is ahead of {low} by {number(gap)}."


def _above_chance(grid: Grid, scored: Sequence[Tile]) -> str:
    if grid.chance is None:
        return ""
    above = sum(tile.score.low > grid.chance for tile in scored if tile.score)
    return f"{above or 'None'} of {len(scored)} are shown to be above chance ({number(grid.chance)})."


def _decided(comparison: Comparison, metric: str, a: str, b: str) -> bool:
    return any(decisive(test) for test in comparison.tests
               if {test.a, test.b} == {a, b} and test.metric == metric and test.test == RANDOMIZATION)  # fmt: skip


def _named(grid: Grid, tile: Tile) -> str:
    return ", ".join(f"{label.lower()} {value}" for label, value in zip(grid.axes, tile.values, strict=True))


def _score(tile: Tile) -> float:
    return tile.score.value if tile.score else 0.0
