"""What one visitor may ask of the page and of its endpoint: only what is offered, and only so much of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from xlt_core import catalog
from xlt_core.contracts import SPLITS, Adapts
from xlt_core.records import InputError, Plan, Row
from xlt_core.sweeps.sweep import Grid

MOST_CHARACTERS = 50_000
MOST_ROWS = 16
MOST_SAMPLES = 300
MOST_TOKENS = 512
MOST_ITEMS, MOST_ANSWERS = 10_000, 1_000_000
MOST_PUBLIC_ITEMS, MOST_PUBLIC_ANSWERS = 100, 20_000
UNEXPECTED = "Something went wrong on this side; it has been logged. Nothing that you entered is lost: try once more."
LOG = logging.getLogger("xlt_core.ui")


def check_sources(plan: Plan, own: str = "") -> Plan:
    """The plan, if what it runs on may be named here: what is offered or, where the settings let anything be typed,
    any model. A link or a call from outside must not reach the machine's own files. own: the visitor's own file, as
    it was uploaded. Raises InputError."""
    models, translators = catalog.models(), catalog.translators()
    for what, name, fine, offered in (
        ("model", plan.model, catalog.typed("model") or plan.model in models, lambda: models),
        ("translator", plan.translator, catalog.typed("translator") or plan.translator in translators,
         lambda: translators),
        ("dataset", plan.dataset, plan.dataset in filter(None, [own]) or catalog.offers_dataset(plan.dataset),
         catalog.offered_datasets),
        ("split", plan.split, plan.split in SPLITS, lambda: SPLITS),
    ):  # fmt: skip
        if not fine:
            raise InputError(f"The {what} {name[:80]!r} is not offered here; choose one of {', '.join(offered())}.")
    return plan


def check_offered(plan: Plan, own: str = "") -> Plan:
    """The plan, if a visitor may run it, so much of it, and on that. own: as for check_sources. Raises InputError."""
    check_sources(plan, own)
    if not plan.columns:
        raise InputError("No strategy is chosen; tick at least one.")
    if not 1 <= plan.samples <= MOST_SAMPLES:
        raise InputError(f"Between 1 and {MOST_SAMPLES} items can be compared here, not {plan.samples}.")
    if not 1 <= plan.limits.tokens <= MOST_TOKENS:
        raise InputError(f"The output limit must lie between 1 and {MOST_TOKENS} tokens.")
    _check_rows("The input", plan.inputs, MOST_SAMPLES)
    _check_rows("Demonstration", plan.demonstrations or (), MOST_ROWS)
    _check_adapters(plan)
    return plan


def shield(function: Callable[..., Any], fail: Callable[[str], Any]) -> Callable[..., Any]:
    """The handler of an event, whose errors become what `fail` makes of one sentence; a traceback goes to the log."""

    @wraps(function)
    def guarded(*args: Any) -> Any:
        try:
            return function(*args)
        except Exception as error:
            return fail(sentence(error))

    return guarded


def shield_all(function: Callable[..., Iterator[Any]], fail: Callable[[str], Any]) -> Callable[..., Iterator[Any]]:
    """As `shield`, for a handler that yields."""

    @wraps(function)
    def guarded(*args: Any) -> Iterator[Any]:
        try:
            yield from function(*args)
        except Exception as error:
            yield fail(sentence(error))

    return guarded


def sentence(error: Exception) -> str:
    """What the user is told of an error; one that is not theirs is logged."""
    if isinstance(error, InputError):
        return str(error)
    LOG.error("An event of the page failed.", exc_info=error)
    return UNEXPECTED


def _check_rows(name: str, rows: tuple[Row, ...], most: int) -> None:
    if len(rows) > most:
        raise InputError(f"At most {most} rows can be given here, not {len(rows)}; remove some.")
    for index, row in enumerate(rows, 1):
        size = max(map(len, (row.text, row.answer, row.english, row.english_answer)))
        which = name if len(rows) == 1 and name != "Demonstration" else f"{name} {index}"
        if size > MOST_CHARACTERS:
            raise InputError(
                f"{which} is {size:,} characters long, and the most is {MOST_CHARACTERS:,}; paste a shorter piece."
            )


def _check_adapters(plan: Plan) -> None:
    if catalog.typed("model"):
        return  # the host says what it cannot have
    for column in plan.columns:
        adapter = str(column.knobs.get("adapter", ""))
        host = catalog.host(plan.model) if adapter else None
        have = host.adapters(catalog.language(plan.language).code) if isinstance(host, Adapts) else ()
        if adapter and adapter not in have:
            raise InputError(f"The adapter {adapter[:80]!r} is not offered for this language; leave the field empty.")


def check_grid(grid: Grid, public: bool) -> Grid:
    """The grid, if a visitor may run it. Raises InputError."""
    for what, given in (("task", grid.tasks), ("language", grid.languages), ("number of shots", grid.shots),
                        ("dataset", grid.datasets), ("strategy", grid.columns)):  # fmt: skip
        if not given:
            raise InputError(f"Choose at least one {what}.")
    most, wanted = MOST_PUBLIC_ANSWERS if public else MOST_ANSWERS, answers(grid)
    if wanted > most:
        raise InputError(f"This grid asks for {wanted:,} answers, and the most here is {most:,}; take fewer items, "
                         "shots or languages.")  # fmt: skip
    for language in grid.languages:
        for dataset in grid.datasets:
            check_offered(Plan(grid.tasks[0], language, grid.columns, dataset, grid.split, grid.model,
                               grid.translator, samples=1))  # fmt: skip
    return grid


def answers(grid: Grid) -> int:
    """How many answers there are at most."""
    cells = len(grid.tasks) * len(grid.languages) * len(grid.datasets) * len(grid.shots) * len(grid.seeds)
    return cells * len(grid.columns) * grid.samples
