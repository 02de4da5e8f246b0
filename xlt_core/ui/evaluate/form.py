"""The form of the tab Evaluate: the grid of tasks, languages, strategies, shots and seeds, and its model and data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison.combining import why_not
from xlt_core.records import Column, InputError, Plan, Row
from xlt_core.sweeps.sweep import Grid
from xlt_core.ui.compare.choices import picker_menu
from xlt_core.ui.fields import sources, strategies
from xlt_core.ui.fields.strategies import Strategies
from xlt_core.ui.results.run_view import RunView
from xlt_core.ui.shared.html import escape, language_label
from xlt_core.ui.shared.limits import MAX_ITEMS, MAX_PUBLIC_ITEMS, answer_count, check_grid
from xlt_core.ui.shared.updates import Values

SHOTS = (0, 1, 2, 4, 8)
MAX_SEEDS = 10
DEFAULT = Grid(("topic", "ner"), ("kin", "hau", "lug"), shots=(0, 2, 4), samples=20)


@dataclass(frozen=True)
class GridForm:
    """The widgets of the grid."""

    tasks: gr.CheckboxGroup
    languages: gr.Dropdown
    strategies: Strategies
    shots: gr.CheckboxGroup
    seeds: gr.Number
    samples: gr.Number
    datasets: gr.Dropdown
    models: gr.Dropdown
    translators: gr.Dropdown
    picker: gr.Dropdown

    def widgets(self) -> set[Any]:
        """Everything from which a grid is read."""
        own = {self.tasks, self.languages, self.shots, self.seeds, self.samples, self.datasets, self.models}
        return own | {self.translators, self.picker} | self.strategies.widgets()


@dataclass(frozen=True)
class EvaluatePage:
    """All widgets. size: the size and the cost of the grid. runs: the menu of runs."""

    form: GridForm
    size: gr.HTML
    estimate: gr.Button
    start: gr.Button
    runs: gr.Dropdown
    view: RunView


def build() -> GridForm:
    """Draws the form, set to a small grid."""
    titles = [(task.title, name) for name, task in catalog.tasks().items()]
    tasks = gr.CheckboxGroup(titles, value=list(DEFAULT.tasks), label="Tasks", elem_id="evaluate-tasks")
    languages = gr.Dropdown(language_menu(DEFAULT.datasets, DEFAULT.languages), value=list(DEFAULT.languages),
                            multiselect=True, label="Languages", elem_id="evaluate-languages")  # fmt: skip
    columns = strategies.build("evaluate-")
    shots = gr.CheckboxGroup(list(map(str, SHOTS)), value=list(map(str, DEFAULT.shots)), label="Shots",
                             elem_id="evaluate-shots")  # fmt: skip
    with gr.Row(elem_classes=["xlt-pair"]):
        samples = gr.Number(DEFAULT.samples, precision=0, label="Items a cell", elem_id="evaluate-samples",
                            min_width=110)  # fmt: skip
        seeds = gr.Number(1, precision=0, label="Seeds", elem_id="evaluate-seeds",
                          min_width=110)  # fmt: skip
    picker = picker_menu(DEFAULT.demonstrations_from, "evaluate-")
    with gr.Accordion("Model and data", open=False, elem_id="evaluate-sources"):
        titles = [(catalog.dataset(name).title, name) for name in catalog.offered_datasets()]
        datasets = gr.Dropdown(titles, value=list(DEFAULT.datasets), multiselect=True, label="Datasets",
                               info="Each task and language is run on every dataset that has it.",
                               elem_id="evaluate-datasets")  # fmt: skip
        models = sources.model_menu("model", DEFAULT.model, "evaluate-", several=True)
        translators = sources.model_menu("translator", DEFAULT.translator, "evaluate-", several=True)
    return GridForm(tasks, languages, columns, shots, seeds, samples, datasets, models, translators, picker)


def read(form: GridForm, values: Values, public: bool) -> Grid:
    """The grid that is entered. Raises InputError for one that cannot run here."""
    seeds = _whole(values[form.seeds], "The number of seeds", MAX_SEEDS)
    grid = Grid(
        tasks=tuple(name for name in catalog.tasks() if name in values[form.tasks]),
        languages=tuple(values[form.languages]),
        shots=tuple(k for k in SHOTS if str(k) in values[form.shots]),
        seeds=tuple(range(seeds)),
        columns=strategies.read(form.strategies, values),
        datasets=tuple(values[form.datasets]),
        demonstrations_from=values[form.picker] or DEFAULT.demonstrations_from,
        samples=_whole(values[form.samples], "The number of items", MAX_PUBLIC_ITEMS if public else MAX_ITEMS),
    ).along(chosen(values[form.models], "a model"), chosen(values[form.translators], "a translator"))
    return check_grid(grid, public)


def size_html(grid: Grid) -> str:
    """The size of the grid in one line."""
    shots = ", ".join(map(str, grid.shots))
    axes = (("model", grid.models), ("translator", grid.translators))
    parts = [_count(len(grid.tasks), "task"), _count(len(grid.languages), "language"),
             _count(len(grid.columns), "column"), *(_count(len(names), what) for what, names in axes if names),
             f"{shots} shots", _count(len(grid.seeds), "seed"), f"{grid.samples} items a cell"]  # fmt: skip
    return f"<p class='xlt-size'>{escape(' × '.join(parts))}: up to <b>{answer_count(grid):,}</b> answers</p>"


def language_menu(datasets: tuple[str, ...], chosen: tuple[str, ...]) -> list[tuple[str, str]]:
    """The languages that at least one of the datasets has for some task, then those chosen that none has."""
    offered = [catalog.dataset(name).languages(task) for name in datasets for task in catalog.tasks()]
    codes = dict.fromkeys(code for codes in offered for code in codes)
    rows = [row for row in map(catalog.by_code, dict.fromkeys((*codes, *chosen))) if row]
    return [(language_label(row) + ": not in these datasets" * (row.code not in codes), row.code) for row in rows]


def has_translations(form: GridForm, values: Values) -> bool:
    """Whether a chosen dataset has published translations of one of the chosen tasks and languages."""
    data = [catalog.dataset(name) for name in values[form.datasets]]
    return any(one.translated_splits(task, language) for one in data for task in values[form.tasks]
               for language in values[form.languages])  # fmt: skip


def reasons(grid: Grid) -> dict[str, str]:
    """Why strategies can run in none of the grid's languages with any of its models, by strategy."""
    columns, asking = tuple(Column(name, name) for name in catalog.strategies()), (Column("prompt", "prompt"),)
    for model in grid.each_model:  # one that is not here is told, though columns that ask no model could run
        absent = _reasons(replace(grid, model=model), grid.languages[0], asking).get("")
        if absent is not None:
            return {"": absent}
    found = [_reasons(replace(grid, model=model, translator=translator), language, columns)
             for model in grid.each_model for translator in grid.each_translator
             for language in grid.languages]  # fmt: skip
    return {name: found[0][name] for name in catalog.strategies() if found and all(name in one for one in found)}


def _reasons(grid: Grid, language: str, columns: tuple[Column, ...]) -> dict[str, str]:
    """Those of the model and the translator: a typed text with labels of its own asks nothing of the dataset."""
    asked = Plan(grid.tasks[0], language, columns, grid.datasets[0], model=grid.model, translator=grid.translator,
                 inputs=(Row("-"),), labels=("-",), shots=0)  # fmt: skip
    return why_not(asked)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def chosen(value: Any, what: str) -> tuple[str, ...]:
    """The names that are chosen or typed in a menu of several. Raises InputError where there is none."""
    names = tuple(dict.fromkeys(str(name).strip() for name in value or () if str(name).strip()))
    if not names:
        raise InputError(f"Choose {what} first.")
    return names


def _whole(value: Any, what: str, limit: int) -> int:
    if not isinstance(value, int | float) or value != int(value) or not 1 <= value <= limit:
        raise InputError(f"{what} must be a whole number from 1 to {limit:,}.")
    return int(value)
