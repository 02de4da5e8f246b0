"""A sweep's grid, and its cells: one plan each, with what cannot be combined left out and said."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.combining import why_not
from xlt_core.comparison.plan import tidy
from xlt_core.documents.column_options import columns_fit_options, columns_words
from xlt_core.records import Column, InputError, Limits, Plan

FRESH = Plan("", "")


@dataclass(frozen=True)
class Grid:
    """A sweep in plain values: every task in every language, with each number of shots and each seed.

    datasets: for a task in a language, each of them that has it. The rest is as in a Plan, the same for all cells.
    """

    tasks: tuple[str, ...]
    languages: tuple[str, ...]
    shots: tuple[int, ...] = (0, 2, 4)
    seeds: tuple[int, ...] = (0,)
    columns: tuple[Column, ...] = FRESH.columns
    datasets: tuple[str, ...] = (FRESH.dataset,)
    split: str = FRESH.split
    model: str = FRESH.model
    translator: str = FRESH.translator
    samples: int = FRESH.samples
    limits: Limits = FRESH.limits
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One plan of a sweep. cannot: reasons by the name of each column that is left out, under "" for the whole cell.

    state: waiting, running, done, failed or cannot; note: why it failed, or what its answers lack; done, total:
    predictions over all its columns.
    """

    plan: Plan
    cannot: Mapping[str, str] = field(default_factory=dict)
    state: str = "waiting"
    note: str = ""
    done: int = 0
    total: int = 0


def cells(grid: Grid, parts: Parts = PARTS) -> tuple[Cell, ...]:
    """The grid's cells, in an order in which prompts begin as those before them.

    What cannot be combined is in it with the reason. Raises InputError for a grid that is off, or where nothing can.
    """
    _check(grid, parts)
    made = []
    for task in grid.tasks:
        for language in (parts.language(name).code for name in grid.languages):
            for plan, cannot in _combined(grid, task, language, parts):
                # Fewer shots begin as more do, so that the model goes on from what it has read.
                plans = [replace(plan, shots=shots, seed=seed) for seed in grid.seeds for shots in grid.shots]
                made += [_cell(tidy(plan, parts), cannot) for plan in plans]
    if all(cell.state == "cannot" for cell in made):
        raise InputError(made[0].note)
    return tuple(made)


def command(grid: Grid, out: str = "results") -> str:
    """The command line that runs the grid; "" where no options can express it."""
    if not columns_fit_options(grid.columns) or grid.limits != FRESH.limits:
        return ""
    words = ["python", "-m", "xlt_core", "sweep", "--tasks", ",".join(grid.tasks), "--languages"]
    words += [",".join(grid.languages), "--shots", ",".join(map(str, grid.shots))]
    words += ["--seeds", ",".join(map(str, grid.seeds)), "--dataset", ",".join(grid.datasets), "--split", grid.split]
    words += [f"--labels={','.join(grid.labels)}"] if grid.labels else []
    words += columns_words(grid.columns)
    words += ["--samples", str(grid.samples), "--model", grid.model, "--translator", grid.translator, "--out", out]
    return shlex.join(words)


def _check(grid: Grid, parts: Parts) -> None:
    """Raises InputError for what is off whatever the cell."""
    for name, values in (("task", grid.tasks), ("language", grid.languages), ("dataset", grid.datasets),
                         ("number of shots", grid.shots), ("seed", grid.seeds)):  # fmt: skip
        if not values:
            raise InputError(f"Give at least one {name}.")
        if len(set(values)) < len(values):
            raise InputError(
                f"The {name} {next(v for v in values if values.count(v) > 1)} is given twice; once will do."
            )
    for task in grid.tasks:
        parts.task(task)
    if len({parts.language(name).code for name in grid.languages}) < len(grid.languages):
        raise InputError("One language is given under two names; give it once.")


def _combined(grid: Grid, task: str, language: str, parts: Parts) -> Iterator[tuple[Plan, dict[str, str]]]:
    """A plan for each dataset that has the task in the language, with what cannot be; the first one where none has."""
    plan = Plan(task, language, grid.columns, split=grid.split, model=grid.model, translator=grid.translator,
                samples=grid.samples, limits=grid.limits, labels=grid.labels)  # fmt: skip
    having = [name for name in grid.datasets if parts.dataset(name).serves(task, language)]
    for name in having or grid.datasets[:1]:
        named = replace(plan, dataset=name)
        yield named, why_not(named, parts)


def _cell(plan: Plan, cannot: Mapping[str, str]) -> Cell:
    left = tuple(column for column in plan.columns if column.name not in cannot)
    if "" in cannot or not left:
        reason = cannot.get("") or next(iter(cannot.values()))
        return Cell(plan, cannot, "cannot", reason)
    return Cell(replace(plan, columns=left), cannot, total=plan.samples * len(left))
