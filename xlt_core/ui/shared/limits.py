"""Limits on what a visitor may run from the page or its endpoint: only what is offered, and only so much."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

from xlt_core import catalog
from xlt_core.contracts import SPLITS
from xlt_core.documents.plan_link import FILE_KNOBS
from xlt_core.formats.dataset_names import HUB, bare
from xlt_core.formats.fields import every_text
from xlt_core.formats.rows import FORMATS
from xlt_core.records import InputError, Plan, Row
from xlt_core.settings import PUBLIC
from xlt_core.sweeps.sweep import Grid, columns_asked

ON_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
MAX_CHARACTERS = 50_000
MAX_ROWS = 16
MAX_SAMPLES = 300
MAX_TOKENS = 512
MAX_ITEMS, MAX_ANSWERS = 10_000, 1_000_000
MAX_PUBLIC_ITEMS, MAX_PUBLIC_ANSWERS = 100, 20_000


def check_sources(plan: Plan, uploaded: str = "") -> Plan:
    """The plan, if its model, translator, dataset and split are offered, or may be typed here. Raises InputError.

    A link or a call of the endpoint must not reach the machine's own files. uploaded: path of the visitor's file.
    """
    models, translators, each = catalog.models(), catalog.translators(), [plan, *map(plan.of, plan.columns)]
    for what, name, allowed, offered in (
        *(("model", one.model, catalog.typed("model") or one.model in models, lambda: models) for one in each),
        *(("translator", one.translator, catalog.typed("translator") or one.translator in translators,
           lambda: translators) for one in each),
        ("dataset", plan.dataset, _may_read(plan.dataset, uploaded),
         catalog.offered_datasets),
        ("split", plan.split, plan.split in SPLITS, lambda: SPLITS),
    ):  # fmt: skip
        if not allowed:
            raise InputError(f"The {what} {name[:80]!r} is not offered here; choose one of {', '.join(offered())}.")
    return plan


def _may_read(dataset: str, uploaded: str) -> bool:
    """Whether a dataset is offered, the visitor's own file, or one of the Hub. Raises InputError for an id of none."""
    if dataset.startswith(HUB):
        return bool(check_hub(dataset))
    return bare(dataset) in filter(None, [uploaded]) or catalog.offers_dataset(dataset)


def check_hub(dataset: str) -> str:
    """The name of a dataset of the Hub, where such may be typed. Raises InputError for any other, and for a path."""
    place = bare(dataset).removeprefix(HUB).partition(":")[0]
    if PUBLIC:
        raise InputError(f"The dataset {dataset[:80]!r} is not offered here; choose one of the menu.")
    if not ON_HUB.fullmatch(place) or Path(place).exists():
        raise InputError(f"{place[:80]!r} is no id of a dataset of the Hub; write org/name, or org/name:configuration.")
    return dataset


def check_offered(plan: Plan, uploaded: str = "") -> Plan:
    """The plan, if a visitor may run it. uploaded: as for check_sources. Raises InputError."""
    check_sources(plan, uploaded)
    if not plan.columns:
        raise InputError("No strategy is chosen; tick at least one.")
    if not 1 <= plan.samples <= MAX_SAMPLES:
        raise InputError(f"Between 1 and {MAX_SAMPLES} items can be compared here, not {plan.samples}.")
    if not 1 <= plan.limits.tokens <= MAX_TOKENS:
        raise InputError(f"The output limit must lie between 1 and {MAX_TOKENS} tokens.")
    _check_rows("The input", plan.inputs, MAX_SAMPLES)
    _check_rows("Demonstration", plan.demonstrations or (), MAX_ROWS)
    _check_adapters(plan)
    _check_files(plan)
    return plan


def _check_rows(name: str, rows: tuple[Row, ...], limit: int) -> None:
    if len(rows) > limit:
        raise InputError(f"At most {limit} rows can be given here, not {len(rows)}; remove some.")
    for index, row in enumerate(rows, 1):
        size = max(map(len, every_text(row)))
        which = name if len(rows) == 1 and name != "Demonstration" else f"{name} {index}"
        if size > MAX_CHARACTERS:
            raise InputError(
                f"{which} is {size:,} characters long, and the most is {MAX_CHARACTERS:,}; paste a shorter piece."
            )


def _check_adapters(plan: Plan) -> None:
    if catalog.typed("model"):
        return  # the host itself refuses an adapter that it cannot load
    for column in plan.columns:
        adapter = str(column.knobs.get("adapter", ""))
        host = catalog.host(plan.of(column).model) if adapter else None
        code, kind = catalog.language(plan.language).code, catalog.strategies()[column.strategy]
        if adapter and adapter not in kind.adapters(host, code):
            raise InputError(f"The adapter {adapter[:80]!r} is not offered for this language; leave the field empty.")


def _check_files(plan: Plan) -> None:
    if catalog.typed("model"):
        return
    given = [(knob, str(column.knobs.get(knob, "")).strip()) for column in plan.columns for knob in FILE_KNOBS[1:]]
    named = next((knob for knob, value in given if Path(value).suffix.lower() in (*FORMATS, ".txt")), "")
    if named:
        raise InputError(f"The knob {named} cannot name a file here; write the words into it.")


def check_grid(grid: Grid, public: bool) -> Grid:
    """The grid, if a visitor may run it. Raises InputError."""
    for what, given in (("task", grid.tasks), ("language", grid.languages), ("number of shots", grid.shots),
                        ("dataset", grid.datasets), ("strategy", grid.columns)):  # fmt: skip
        if not given:
            raise InputError(f"Choose at least one {what}.")
    most, asked = MAX_PUBLIC_ANSWERS if public else MAX_ANSWERS, answer_count(grid)
    if asked > most:
        raise InputError(f"This grid asks for {asked:,} answers, and the most here is {most:,}; take fewer items, "
                         "shots or languages.")  # fmt: skip
    for language in grid.languages:
        for dataset in grid.datasets:
            for model, translator in product(grid.each_model, grid.each_translator):
                check_offered(Plan(grid.tasks[0], language, grid.columns, dataset, grid.split, model, translator,
                                   samples=1))  # fmt: skip
    return grid


def answer_count(grid: Grid) -> int:
    """The largest possible number of answers."""
    cells = len(grid.tasks) * len(grid.languages) * len(grid.datasets) * len(grid.shots) * len(grid.seeds)
    return cells * sum(map(len, columns_asked(grid))) * grid.samples
