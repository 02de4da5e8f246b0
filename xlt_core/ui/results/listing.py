"""The stored runs as menu entries: what each is about, when it was made, and its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from xlt_core import catalog
from xlt_core.findings.sentences import language_name, listed
from xlt_core.formats.values import build
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.store.store import StoredRun
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Grid, grid_of
from xlt_core.ui.results.progress import cell_name
from xlt_core.ui.shared.run_manager import RunManager

MOST_NAMED = 4  # tasks whose names fit into a line of the menu
STATES = {"failed": "failed", "waiting": "not finished", "stopped": "stopped", "done": "done"}


def title(kept: StoredRun) -> str:
    """The name that the run was given, else its description."""
    return kept.name or description(kept)


def description(kept: StoredRun) -> str:
    """What the run computes, in one line."""
    try:
        if kept.kind == "sweep":
            return describe_grid(grid_of(kept.plan))
        return _describe_plan(build(Plan, dict(kept.plan), "plan"))
    except InputError:  # stored by another version
        return kept.id


def describe_grid(grid: Grid) -> str:
    """A grid in one line."""
    titles = [catalog.task(name).title for name in grid.tasks if name in catalog.tasks()]
    tasks = ", ".join(titles) if len(titles) <= MOST_NAMED else f"{len(titles)} tasks"
    languages = listed([language_name(code) for code in grid.languages])
    seeds = f" · {len(grid.seeds)} seeds" if len(grid.seeds) > 1 else ""
    shots = ", ".join(map(str, grid.shots))
    several = (grid.each_model, grid.translators)
    models = " · ".join(", ".join(map(_model_name, names)) for names in several if names)
    return f"{tasks} in {languages} · {shots} shots · {grid.samples} items{seeds} · {models}"


def describe_comparisons(comparisons: Sequence[Comparison]) -> str:
    """Comparisons in one line."""
    plans = [comparison.plan for comparison in comparisons]
    if len(plans) < 2:
        return _describe_plan(plans[0]) if plans else ""
    models = tuple(dict.fromkeys(model for plan in plans for model in plan.models))
    return describe_grid(grid_of_comparisons(comparisons).along(models, ()))


def grid_of_comparisons(comparisons: Sequence[Comparison]) -> Grid:
    """The grid of the sweep that made the comparisons."""
    plans = [comparison.plan for comparison in comparisons]
    values = {name: tuple(dict.fromkeys(getattr(plan, name) for plan in plans))
              for name in ("task", "language", "shots", "seed", "dataset", "model", "translator")}  # fmt: skip
    first, columns = plans[0], {column.name: column for plan in plans for column in plan.columns}
    return Grid(values["task"], values["language"], values["shots"], values["seed"], tuple(columns.values()),
                values["dataset"], first.split, samples=first.samples).along(
                    values["model"], values["translator"])  # fmt: skip


def command(kept: StoredRun) -> str:
    """The command line that computes a sweep again; "" for a comparison."""
    return sweep.command(grid_of(kept.plan)) if kept.kind == "sweep" else ""


def menu_entry(kept: StoredRun, running: bool) -> str:
    """A run in a menu: name, description, date, state, number of cells."""
    done, possible = kept.states.get("done", 0), sum(n for state, n in kept.states.items() if state != "cannot")
    cells = f" · {done} of {possible} cells" if kept.kind == "sweep" else ""
    what = f" · {description(kept)}" if kept.name else ""
    made = datetime.fromtimestamp(kept.made).strftime("%d %b %Y, %H:%M")
    return f"{title(kept)}{what} · {made} · {state_label(kept, running)}{cells}"


def state_label(kept: StoredRun, running: bool) -> str:
    """The state of a run in a word or two."""
    if running:
        return "running"
    return next((label for state, label in STATES.items() if kept.states.get(state)), "nothing to do")


def sweep_menu(manager: RunManager, visitor: object) -> list[tuple[str, str]]:
    """The visitor's sweeps as a menu, the last changed first."""
    runs = manager.store().runs(manager.visible_owner(visitor))
    return [(menu_entry(kept, manager.is_running(kept.id, visitor)), kept.id) for kept in runs if kept.kind == "sweep"]


def _describe_plan(plan: Plan) -> str:
    items = "one input" if len(plan.inputs) == 1 else f"{len(plan.inputs) or plan.samples} items"
    return f"{cell_name(plan)} · {items} · {', '.join(map(_model_name, plan.models))}"


def _model_name(model: str) -> str:
    """A model without the folders of its path."""
    return model.rstrip("/").rsplit("/", 1)[-1] if model.startswith(("/", "~", ".")) else model
