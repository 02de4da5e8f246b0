"""What findings are made of: frozen records of cells, differences and leaders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlt_core.records import PairedTest, Score
from xlt_core.scoring.significance import RANDOMIZATION

COSTS = ("tokens_per_word", "seconds_per_item", "parameters")  # of cells and averages


@dataclass(frozen=True, order=True)
class Condition:
    """The data and models of a plan: all that its results depend on, but for columns, shots and seed. picked: by what
    the demonstrations are, and their language, where those are not the usual ones."""

    task: str
    language: str
    dataset: str
    split: str
    model: str
    translator: str
    picked: str = ""


@dataclass(frozen=True)
class Cell:
    """A column under a condition. shots: None for the mean over the numbers of shots that all columns there have.

    items: distinct ones that were scored; valid: share of readable outputs; by_seed: the score under each seed.
    tokens_per_word: tokens read and written by all models, for each word of the items' texts; seconds_per_item: of
    all calls for an item; both without what is prepared once, such as translating the demonstrations. parameters: of
    all models that answer, the translator among them; None where they are not known.
    """

    condition: Condition
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
    parameters: float | None = None


@dataclass(frozen=True)
class Contrast:
    """A paired test between two columns under a condition; its p_holm is corrected over the table that it stands in."""

    condition: Condition
    shots: int | None
    test: PairedTest


@dataclass(frozen=True)
class Aggregate:
    """Wilcoxon's signed-rank test of a - b over conditions, at a number of shots (None: the means over shots).

    difference: mean over them; ahead, behind: how many where a scores higher, lower; p None: all differences are 0;
    tests: how many there are at that number of shots, over which p_holm is corrected.
    """

    shots: int | None
    a: str
    b: str
    conditions: int
    difference: float
    ahead: int
    behind: int
    p: float | None
    p_holm: float | None = None
    tests: int = 1


@dataclass(frozen=True)
class Leader:
    """The best column under a condition. tied: others with exactly its score.

    undecided: others that it is not decisively ahead of; columns: all that were scored there, the best first.
    level: the score that needs no model, of chance or of the most frequent label; None where there is none.
    """

    condition: Condition
    shots: int | None
    column: str
    score: Score
    columns: tuple[str, ...]
    tied: tuple[str, ...]
    undecided: tuple[str, ...]
    level: float | None = None

    @property
    def clears(self) -> bool:
        """Whether its whole interval is above what needs no model."""
        return self.level is None or self.score.low > self.level

    @property
    def decisive(self) -> bool:
        """Whether it is above what needs no model, and ahead of each other column, of which there must be one."""
        return len(self.columns) > 1 and not self.undecided and self.clears


@dataclass(frozen=True)
class Average:
    """A column's mean over the complete conditions: with all columns and numbers of shots that at least half have."""

    shots: int
    column: str
    score: Score
    tokens_per_word: float | None
    seconds_per_item: float | None
    parameters: float | None = None


@dataclass(frozen=True)
class Missing:
    """A run without a result: failed or stopped, and why."""

    condition: Condition
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

    @property
    def level(self) -> float | None:
        """The higher of the two."""
        known = [value for value in (self.chance, self.majority) if value is not None]
        return max(known) if known else None

    @property
    def name(self) -> str:
        """What the level is the score of."""
        return "chance" if self.level == self.chance else "always giving the most frequent label"


@dataclass(frozen=True)
class Findings:
    """All of it. columns: names with their strategies; complete: the conditions that the averages are over."""

    conditions: tuple[Condition, ...] = ()
    shots: tuple[int, ...] = ()
    seeds: tuple[int, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    leaders: tuple[Leader, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()
    averages: tuple[Average, ...] = ()
    complete: tuple[Condition, ...] = ()
    missing: tuple[Missing, ...] = ()
    baselines: Mapping[Condition, Baseline] = field(default_factory=dict)

    def cell(self, condition: Condition, shots: int | None, column: str) -> Cell | None:
        return self._cells.get((condition, shots, column))

    def contrast(
        self, condition: Condition, shots: int | None, a: str, b: str, test: str = RANDOMIZATION
    ) -> PairedTest | None:
        """The test of a - b, whichever way round it was made."""
        found = self._contrasts.get((condition, shots, frozenset((a, b)), test))
        return reversed_test(found) if found and found.a != a else found

    @cached_property
    def _cells(self) -> dict[tuple[Condition, int | None, str], Cell]:
        return {(cell.condition, cell.shots, cell.column): cell for cell in self.cells}

    @cached_property
    def _contrasts(self) -> dict[tuple[Condition, int | None, frozenset[str], str], PairedTest]:
        return {(c.condition, c.shots, frozenset((c.test.a, c.test.b)), c.test.test): c.test for c in self.contrasts}


def reversed_test(test: PairedTest) -> PairedTest:
    """The same test of b - a."""
    return replace(test, a=test.b, b=test.a, difference=-test.difference, low=-test.high, high=-test.low)
