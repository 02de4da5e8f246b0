"""Which column is ahead under each condition, and which of the others it is not surely ahead of."""

from __future__ import annotations

from collections.abc import Iterator

from xlt_core import catalog
from xlt_core.findings.records import Cell, Findings, Leader

SIGNIFICANCE_LEVEL = 0.05  # p, after Holm's correction, below which a difference is called decisive


def leaders(found: Findings) -> Iterator[Leader]:
    """The best column of each condition at each number of shots, and for their mean; bounds are left out."""
    for condition in found.conditions:
        for shots in (*found.shots, None):
            cells = [c for c in (found.cell(condition, shots, name) for name in found.columns) if c]
            cells = [cell for cell in cells if not catalog.is_bound(cell.strategy)]
            cells.sort(key=lambda cell: -cell.score.value)
            if cells:
                best, *others = cells
                tied = tuple(c.column for c in others if abs(c.score.value - best.score.value) < 1e-9)
                undecided = tuple(c.column for c in others if not _ahead(found, best, c))
                names = tuple(cell.column for cell in cells)
                level = found.baselines[condition].level
                yield Leader(condition, shots, best.column, best.score, names, tied, undecided, level)


def _ahead(found: Findings, best: Cell, other: Cell) -> bool:
    test = found.contrast(best.condition, best.shots, best.column, other.column)
    return bool(test and test.difference > 0 and (test.p if test.p_holm is None else test.p_holm) < SIGNIFICANCE_LEVEL)
