"""A sweep's grid, and its cells: one plan each, with what cannot be combined left out and said."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from xlt_core.catalog import LLM, PARTS, PIVOT, Parts, asks_model
from xlt_core.comparison.combining import why_not
from xlt_core.comparison.plan import tidy
from xlt_core.documents.column_options import columns_fit_options, columns_words, picker_words
from xlt_core.records import UNSAID, Column, InputError, Limits, Plan

FRESH = Plan("", "")


@dataclass(frozen=True)
class Grid:
    """A sweep in plain values: every task in every language, with each model, translator, number of shots and seed.

    datasets: for a task in a language, each of them that has it. models, translators: where there are several, of which
    model and translator are then the first. The rest is as in a Plan, the same for all cells.
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
    models: tuple[str, ...] = field(default=(), metadata=UNSAID)
    translators: tuple[str, ...] = field(default=(), metadata=UNSAID)
    demonstrations_from: str = field(default=FRESH.demonstrations_from, metadata=UNSAID)
    demonstrations_language: str = field(default="", metadata=UNSAID)

    @property
    def each_model(self) -> tuple[str, ...]:
        return self.models or (self.model,)

    @property
    def each_translator(self) -> tuple[str, ...]:
        return self.translators or (self.translator,)

    def along(self, models: Sequence[str], translators: Sequence[str]) -> Grid:
        """The grid with these models and translators; of one alone, or none, as a grid without the axis."""
        models, translators = tuple(map(str.strip, models)), tuple(map(str.strip, translators))
        return replace(
            self, model=(*models, self.model)[0], models=models if len(models) > 1 else (),
            translator=(*translators, self.translator)[0], translators=translators if len(translators) > 1 else (),
        )  # fmt: skip


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
    """The grid's cells, one model after the other, in an order in which prompts begin as those before them.

    What cannot be combined is in it with the reason; the cells of one of several models or translators that cannot be
    had have failed. Raises InputError for a grid that is off, or where nothing can be run.
    """
    _check(grid, parts)
    made = []
    for part, absent in _along(grid, parts):
        for task in grid.tasks:
            for language in (parts.language(name).code for name in grid.languages):
                for plan, cannot in _combined(part, task, language, parts, absent):
                    # Fewer shots begin as more do, so that the model goes on from what it has read.
                    plans = [replace(plan, shots=shots, seed=seed) for seed in grid.seeds for shots in grid.shots]
                    made += [_cell(tidy(plan, parts), cannot, absent) for plan in plans]
    if not any(cell.state == "waiting" for cell in made):
        raise InputError(made[0].note)
    return tuple(made)


def columns_asked(grid: Grid, parts: Parts = PARTS) -> list[tuple[Column, ...]]:
    """The columns of each model and translator of the grid, where all can be had."""
    pairs = product(enumerate(grid.each_model), enumerate(grid.each_translator))
    return [_changed(grid.columns, not m, not t, parts) for (m, _), (t, _) in pairs]


def _along(grid: Grid, parts: Parts) -> Iterator[tuple[Grid, str]]:
    """The grid for each model and translator, and why that cannot be had: with all columns for the first that can, and
    for the others with those that they change, so that no answer is asked for twice."""
    used = any(parts.strategy(column).uses_translator for column in grid.columns)
    lost = (
        {name: _why_absent(replace(grid, model=name), "model", parts) for name in grid.models},
        {name: _why_absent(replace(grid, translator=name), "translator", parts) for name in grid.translators if used},
    )
    first = [next((name for name in names if not gone.get(name)), names[0])
             for names, gone in zip((grid.each_model, grid.each_translator), lost, strict=True)]  # fmt: skip
    for model in grid.each_model:
        for translator in grid.each_translator:
            same = model == first[0], translator == first[1]
            own = _changed(grid.columns, *same, parts)
            if own or all(same):
                part = replace(grid, columns=own, model=model, translator=translator)
                yield part, lost[0].get(model, "") or lost[1].get(translator, "")


def _changed(
    columns: tuple[Column, ...], first_model: bool, first_translator: bool, parts: Parts
) -> tuple[Column, ...]:
    """The columns that are other ones with this model and translator than with the first ones; all of them where one
    builds on the others, as those must be there."""
    made: list[Column] = []
    for column in columns:
        by_model = asks_model(column, parts) and not column.model
        by_translator = parts.strategy(column).uses_translator and not column.translator
        made += [column] if (first_model or by_model) and (first_translator or by_translator) else []
    return columns if made and any(parts.strategy(column).combines for column in columns) else tuple(made)


def _why_absent(grid: Grid, part: str, parts: Parts) -> str:
    """Why the grid's model or translator cannot be had; "" where it can."""
    try:
        if part == "model":
            parts.host(grid.model)
        elif grid.translator != LLM:
            parts.translator(grid.translator).lacks(parts.language(PIVOT))
    except InputError as error:
        return str(error)
    return ""


def command(grid: Grid, out: str = "results") -> str:
    """The command line that runs the grid; "" where no options can express it."""
    listed = any("," in name for name in (*grid.models, *grid.translators))
    if not columns_fit_options(grid.columns) or grid.limits != FRESH.limits or listed:
        return ""
    words = ["python", "-m", "xlt_core", "sweep", "--tasks", ",".join(grid.tasks), "--languages"]
    words += [",".join(grid.languages), "--shots", ",".join(map(str, grid.shots))]
    words += ["--seeds", ",".join(map(str, grid.seeds)), "--dataset", ",".join(grid.datasets), "--split", grid.split]
    words += [f"--labels={','.join(grid.labels)}"] if grid.labels else []
    words += columns_words(grid.columns) + picker_words(grid)
    words += ["--samples", str(grid.samples), *_axis("model", grid.each_model)]
    return shlex.join([*words, *_axis("translator", grid.each_translator), "--out", out])


def _axis(name: str, values: Sequence[str]) -> list[str]:
    return [f"--{name}{'s' * (len(values) > 1)}", ",".join(values)]


def _check(grid: Grid, parts: Parts) -> None:
    """Raises InputError for what is off whatever the cell."""
    for name, values in (("task", grid.tasks), ("language", grid.languages), ("dataset", grid.datasets),
                         ("number of shots", grid.shots), ("seed", grid.seeds),
                         ("model", grid.each_model), ("translator", grid.each_translator)):  # fmt: skip
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


def _combined(grid: Grid, task: str, language: str, parts: Parts, absent: str) -> Iterator[tuple[Plan, dict[str, str]]]:
    """A plan for each dataset that has the task in the language, with what cannot be; the first one where none has.
    absent: why the model or the translator cannot be had, in place of what cannot be combined with it."""
    plan = Plan(task, language, grid.columns, split=grid.split, model=grid.model, translator=grid.translator,
                samples=grid.samples, limits=grid.limits, labels=grid.labels,
                demonstrations_from=grid.demonstrations_from,
                demonstrations_language=grid.demonstrations_language)  # fmt: skip
    having = [name for name in grid.datasets if parts.dataset(name).serves(task, language)]
    for name in having or grid.datasets[:1]:
        named = replace(plan, dataset=name)
        yield named, {} if absent else why_not(named, parts)


def _cell(plan: Plan, cannot: Mapping[str, str], absent: str) -> Cell:
    if absent:
        return Cell(plan, state="failed", note=absent)
    left = tuple(column for column in plan.columns if column.name not in cannot)
    if "" in cannot or not left:
        reason = cannot.get("") or next(iter(cannot.values()))
        return Cell(plan, cannot, "cannot", reason)
    return Cell(replace(plan, columns=left), cannot, total=plan.samples * len(left))
