"""The runs that are kept, in words: what each is about, when it was made, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from xlt_core import catalog
from xlt_core.findings.sentences import listed
from xlt_core.formats.values import build
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.store.store import StoredRun
from xlt_core.sweeps import sweep
from xlt_core.sweeps.sweep import Grid, grid_of
from xlt_core.ui.results.progress import named
from xlt_core.ui.shared.visitors import Keeping

LONGEST = 70
STATES = {"failed": "failed", "waiting": "not finished", "stopped": "stopped", "done": "done"}


def entitled(kept: StoredRun) -> str:
    """The name that it was given, else what it is about."""
    return kept.name or about(kept)


def about(kept: StoredRun) -> str:
    """What was asked, in a line."""
    try:
        return of_grid(grid_of(kept.plan)) if kept.kind == "sweep" else _of_plan(build(Plan, dict(kept.plan), "plan"))
    except InputError:  # kept by another version
        return kept.id


def of_grid(grid: Grid) -> str:
    """A grid in a line."""
    tasks = ", ".join(catalog.task(name).title for name in grid.tasks if name in catalog.tasks())
    known = catalog.languages()
    languages = listed([known[code].name if code in known else code for code in grid.languages])
    seeds = f" · {len(grid.seeds)} seeds" if len(grid.seeds) > 1 else ""
    shots = ", ".join(map(str, grid.shots))
    return f"{tasks} in {languages} · {shots} shots · {grid.samples} items{seeds} · {_basename(grid.model)}"


def of_comparisons(comparisons: Sequence[Comparison]) -> str:
    """What comparisons are about, in a line."""
    plans = [comparison.plan for comparison in comparisons]
    if len(plans) < 2:
        return _of_plan(plans[0]) if plans else ""
    models = dict.fromkeys(_basename(plan.model) for plan in plans)
    return of_grid(replace(grid_of_all(comparisons), model=", ".join(models)))


def grid_of_all(comparisons: Sequence[Comparison]) -> Grid:
    """The grid that comparisons of one sweep fill."""
    plans = [comparison.plan for comparison in comparisons]
    each = {name: tuple(dict.fromkeys(getattr(plan, name) for plan in plans))
            for name in ("task", "language", "shots", "seed", "dataset")}  # fmt: skip
    first = plans[0]
    return Grid(each["task"], each["language"], each["shots"], each["seed"], first.columns, each["dataset"],
                first.split, first.model, first.translator, first.samples)  # fmt: skip


def command(kept: StoredRun) -> str:
    """The line that computes a sweep again; "" for a comparison."""
    return sweep.command(grid_of(kept.plan)) if kept.kind == "sweep" else ""


def line(kept: StoredRun, at_work: bool) -> str:
    """A run for a list: name, what it is, when, state, cells."""
    done, able = kept.states.get("done", 0), sum(n for state, n in kept.states.items() if state != "cannot")
    cells = f" · {done} of {able} cells" if kept.kind == "sweep" else ""
    what = f" · {about(kept)}" if kept.name else ""
    made = datetime.fromtimestamp(kept.made).strftime("%d %b %Y, %H:%M")
    return f"{entitled(kept)}{what} · {made} · {state_of(kept, at_work)}{cells}"


def state_of(kept: StoredRun, at_work: bool) -> str:
    """In a word or two."""
    if at_work:
        return "at work"
    return next((said for state, said in STATES.items() if kept.states.get(state)), "nothing to do")


def menu_of(keeping: Keeping, visitor: object) -> list[tuple[str, str]]:
    """The visitor's sweeps for a menu, the last changed first."""
    runs = keeping.store().runs(keeping.sees(visitor))
    return [(line(kept, keeping.at_work(kept.id, visitor)), kept.id) for kept in runs if kept.kind == "sweep"]


def _of_plan(plan: Plan) -> str:
    what = "one input" if len(plan.inputs) == 1 else f"{len(plan.inputs) or plan.samples} items"
    return f"{named(plan)} · {what} · {_basename(plan.model)}"


def _basename(model: str) -> str:
    """A model without the folders that lead to it."""
    return model.rstrip("/").rsplit("/", 1)[-1] if model.startswith(("/", "~", ".")) else model
