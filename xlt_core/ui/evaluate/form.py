"""The choices of a grid: tasks, languages, strategies, shots, seeds and items, and what it all runs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.records import InputError
from xlt_core.sweeps.sweep import Grid
from xlt_core.ui.compare import sources, strategies
from xlt_core.ui.compare.strategies import Strategies
from xlt_core.ui.shared.html import escape, spoken
from xlt_core.ui.shared.limits import MOST_ITEMS, MOST_PUBLIC_ITEMS, answers, check_grid

SHOTS = (0, 1, 2, 4, 8)
MOST_SEEDS = 10
FIRST = Grid(("topic", "ner"), ("kin", "hau", "lug"), shots=(0, 2, 4), samples=20)  # what the page opens with

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


@dataclass(frozen=True)
class Choices:
    """The widgets."""

    tasks: gr.CheckboxGroup
    languages: gr.Dropdown
    strategies: Strategies
    shots: gr.CheckboxGroup
    seeds: gr.Number
    samples: gr.Number
    datasets: gr.Dropdown
    model: gr.Dropdown
    translator: gr.Dropdown

    def widgets(self) -> set[Any]:
        """Everything that a grid is read from."""
        own = {self.tasks, self.languages, self.shots, self.seeds, self.samples, self.datasets, self.model}
        return own | {self.translator} | self.strategies.widgets()


def build() -> Choices:
    """Draws the choices, set to a small grid."""
    titles = [(task.title, name) for name, task in catalog.tasks().items()]
    tasks = gr.CheckboxGroup(titles, value=list(FIRST.tasks), label="Tasks", elem_id="evaluate-tasks")
    languages = gr.Dropdown(language_menu(FIRST.datasets), value=list(FIRST.languages), multiselect=True,
                            label="Languages", elem_id="evaluate-languages")  # fmt: skip
    columns = strategies.build("evaluate-")
    shots = gr.CheckboxGroup(list(map(str, SHOTS)), value=list(map(str, FIRST.shots)), label="Shots",
                             elem_id="evaluate-shots")  # fmt: skip
    with gr.Row(elem_classes=["xlt-pair"]):
        samples = gr.Number(FIRST.samples, precision=0, label="Items a cell", elem_id="evaluate-samples",
                            min_width=110)  # fmt: skip
        seeds = gr.Number(1, precision=0, label="Seeds", elem_id="evaluate-seeds",
                          min_width=110)  # fmt: skip
    with gr.Accordion("Model and data", open=False, elem_id="evaluate-sources"):
        offered = [(catalog.dataset(name).title, name) for name in catalog.offered_datasets()]
        datasets = gr.Dropdown(offered, value=list(FIRST.datasets), multiselect=True, label="Datasets",
                               info="A task in a language is asked on each of them that has it.",
                               elem_id="evaluate-datasets")  # fmt: skip
        model = sources.menu("model", FIRST.model, "evaluate-")
        translator = sources.menu("translator", FIRST.translator, "evaluate-")
    return Choices(tasks, languages, columns, shots, seeds, samples, datasets, model, translator)


def read(choices: Choices, values: Values, public: bool) -> Grid:
    """The grid that the choices stand for. Raises InputError for what cannot run here."""
    seeds = _whole(values[choices.seeds], "The number of seeds", MOST_SEEDS)
    grid = Grid(
        tasks=tuple(name for name in catalog.tasks() if name in values[choices.tasks]),
        languages=tuple(values[choices.languages]),
        shots=tuple(k for k in SHOTS if str(k) in values[choices.shots]),
        seeds=tuple(range(seeds)),
        columns=strategies.read(choices.strategies, values),
        datasets=tuple(values[choices.datasets]),
        model=_one(values[choices.model], "a model"),
        translator=_one(values[choices.translator], "a translator"),
        samples=_whole(values[choices.samples], "The number of items", MOST_PUBLIC_ITEMS if public else MOST_ITEMS),
    )
    return check_grid(grid, public)


def size_html(grid: Grid) -> str:
    """What the grid asks for, in a line."""
    shots = ", ".join(map(str, grid.shots))
    parts = [_count(len(grid.tasks), "task"), _count(len(grid.languages), "language"),
             _count(len(grid.columns), "column"), f"{shots} shots", _count(len(grid.seeds), "seed"),
             f"{grid.samples} items a cell"]  # fmt: skip
    return f"<p class='xlt-size'>{escape(' × '.join(parts))}: up to <b>{answers(grid):,}</b> answers</p>"


def language_menu(datasets: tuple[str, ...]) -> list[tuple[str, str]]:
    """The languages that one of the datasets has for some task."""
    served = [catalog.dataset(name).languages(task) for name in datasets for task in catalog.tasks()]
    codes = dict.fromkeys(code for codes in served for code in codes)
    known = catalog.languages()
    return [(spoken(known[code]), code) for code in codes if code in known]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _one(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"Choose {what} first.")
    return value.strip()


def _whole(value: Any, what: str, most: int) -> int:
    if not isinstance(value, int | float) or value != int(value) or not 1 <= value <= most:
        raise InputError(f"{what} must be a whole number from 1 to {most:,}.")
    return int(value)
