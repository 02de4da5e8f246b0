"""The cells of a sweep in words: their names, what was left out, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from xlt_core.records import Plan

if TYPE_CHECKING:
    from xlt_core.sweeps.grid import Cell


def varying(plans: Iterable[Plan]) -> tuple[str, ...]:
    """Of model and translator, those that differ among the plans."""
    given = list(plans)
    return tuple(part for part in ("model", "translator") if len({getattr(plan, part) for plan in given}) > 1)


def models_of(plan: Plan, told: Sequence[str]) -> tuple[str, ...]:
    """The plan's models that are to be told, without folders or owners."""
    names = (getattr(plan, part) for part in told)
    return tuple(name if "://" in name else PurePath(name).name for name in names)


def cell_title(plan: Plan, told: Sequence[str]) -> str:
    """Such as "topic in kin, 4 shots, seed 0, smollm2". told: as of `varying`."""
    return ", ".join([f"{plan.task} in {plan.language}", f"{plan.shots} shots", f"seed {plan.seed}",
                      *models_of(plan, told)])  # fmt: skip


def left_out(cells: Iterable[Cell]) -> Iterator[str]:
    """What cannot be combined, once for all numbers of shots and seeds."""
    yield from dict.fromkeys(
        f"Left out, {cell.plan.task} in {cell.plan.language}{f', {name}' * bool(name)}: {reason}"
        for cell in cells for name, reason in cell.cannot.items())  # fmt: skip


def failures(cells: Sequence[Cell]) -> Iterator[tuple[str, str, int]]:
    """The title of the first cell that failed for a reason, the reason, and how many others failed for it."""
    told = varying(cell.plan for cell in cells)
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.state == "failed":
            found.setdefault(cell.note, []).append(cell)
    for note, failed in found.items():
        yield cell_title(failed[0].plan, told), note, len(failed) - 1
