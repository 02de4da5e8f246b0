"""What findings are made of: frozen records of cells, differences and leaders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlt_core.records import PairedTest, Score
from xlt_core.scoring.significance import RANDOMIZATION


@dataclass(frozen=True, order=True)
class Place:
    """What a plan is about, its columns, shots and seed aside."""

    task: str
    language: str
    dataset: str
    split: str
    model: str
    translator: str


@dataclass(frozen=True)
class Cell:
    """A column at a place. shots: None for the mean over the numbers of shots that all columns there have.

    items: distinct ones that were scored; valid: share of readable outputs; by_seed: the score under each seed.
    tokens_per_word: tokens read and written by all models, for each word of the items' texts; seconds_per_item: of
    all calls for an item. Both without what is prepared once, such as translating the demonstrations.
    """

    place: Place
    shots: int | None
    column: str
    strategy: str
    metric: str
    score: Score
    by_seed: Mapping[int, float]
    items: int
    errors: int
    valid: float | None
    tokens_per_word: float | None
    seconds_per_item: float | None


@dataclass(frozen=True)
class Contrast:
    """A paired test between two columns at a place; its p_holm is corrected over the table that it stands in."""

    place: Place
    shots: int | None
    test: PairedTest


@dataclass(frozen=True)
class Aggregate:
    """Wilcoxon's signed-rank test of a - b over places, at a number of shots (None: the means over shots).

    difference: mean over the places; ahead, behind: places where a scores higher, lower; p None: all differences 0.
    """

    shots: int | None
    a: str
    b: str
    places: int
    difference: float
    ahead: int
    behind: int
    p: float | None
    p_holm: float | None = None


@dataclass(frozen=True)
class Leader:
    """The best column at a place. level: others with exactly its score; open: those that it is not decisively ahead of.

    columns: all that were scored there, the best first.
    """

    place: Place
    shots: int | None
    column: str
    score: Score
    columns: tuple[str, ...]
    level: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def decisive(self) -> bool:
        """Whether it is ahead of each other column, of which there must be one."""
        return len(self.columns) > 1 and not self.open


@dataclass(frozen=True)
class Average:
    """A column's mean over the places that have all columns and numbers of shots that at least half of them have."""

    shots: int
    column: str
    score: Score
    tokens_per_word: float | None
    seconds_per_item: float | None


@dataclass(frozen=True)
class Missing:
    """A run without a result: failed or stopped, and why."""

    place: Place
    shots: int
    seed: int
    column: str
    state: str
    reason: str


@dataclass(frozen=True)
class Baseline:
    """The scores of guessing uniformly, and of always giving the most frequent label; None but for labels."""

    chance: float | None = None
    majority: float | None = None


@dataclass(frozen=True)
class Findings:
    """All of it. columns: names with their strategies; complete: the places that the averages are over."""

    places: tuple[Place, ...] = ()
    shots: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    leaders: tuple[Leader, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    averages: tuple[Average, ...] = ()
    complete: tuple[Place, ...] = ()
    missing: tuple[Missing, ...] = ()
    baselines: Mapping[Place, Baseline] = field(default_factory=dict)

    def cell(self, place: Place, shots: int | None, column: str) -> Cell | None:
        return self._cells.get((place, shots, column))

    def contrast(self, place: Place, shots: int | None, a: str, b: str, test: str = RANDOMIZATION) -> PairedTest | None:
        """The test of a - b, whichever way round it was made."""
        found = self._contrasts.get((place, shots, frozenset((a, b)), test))
        return turned(found) if found and found.a != a else found

    @cached_property
    def _cells(self) -> dict[tuple[Place, int | None, str], Cell]:
        return {(cell.place, cell.shots, cell.column): cell for cell in self.cells}

    @cached_property
    def _contrasts(self) -> dict[tuple[Place, int | None, frozenset[str], str], PairedTest]:
        return {(c.place, c.shots, frozenset((c.test.a, c.test.b)), c.test.test): c.test for c in self.contrasts}


def turned(test: PairedTest) -> PairedTest:
    """The same test of b - a."""
    return replace(test, a=test.b, b=test.a, difference=-test.difference, low=-test.high, high=-test.low)
