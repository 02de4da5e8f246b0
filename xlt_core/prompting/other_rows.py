"""Demonstrations in another language: the same rows by id, else others with the same labels."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xlt_core.contracts import Pick, Picked, Setting
from xlt_core.prompting.shown import shown
from xlt_core.records import Example, Language


@dataclass(frozen=True)
class OtherRows:
    """Rows of a setting's dataset in the language `spoken`. count: how many are the same rows, how many others."""

    setting: Setting
    spoken: Language
    count: dict[str, int] = field(default_factory=lambda: {"same": 0, "others": 0})

    def of(self, rows: Sequence[Example]) -> tuple[Example, ...]:
        """A row for each, none twice. Raises InputError where the dataset has no train rows in the language."""
        found: list[Example] = []
        for row in rows:
            same = self._same(row)
            self.count["same" if same else "others"] += 1
            other = same or self._alike(row, found)
            found += [other] if other else []
        return tuple(found)

    def picking(self) -> Pick:
        """The setting's pick, in the language."""

        def pick(examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
            for index, picked in shown(self.setting, examples):
                yield index, picked if picked.error else Picked(self.of(picked.rows), picked.replies)

        return pick

    def _same(self, row: Example) -> Example | None:
        """The row itself in the language: its human English, or the one of its id."""
        pivot = row.pivot
        if self.spoken == self.setting.english and pivot and pivot.answer is not None and pivot.text.strip():
            return pivot
        found = self._by_id.get(row.id)
        return found if found and _held(found) == _held(row) else None

    def _alike(self, row: Example, taken: Sequence[Example]) -> Example | None:
        """Another row with the same label, or kinds of entities, that is not taken; else any."""
        free = [other for other in self._shuffled if other not in taken]
        return next((other for other in free if _held(other) == _held(row)), free[0] if free else None)

    @cached_property
    def _by_id(self) -> dict[str, Example]:
        return {row.id: row for row in self.setting.rows(self.spoken.code)}

    @cached_property
    def _shuffled(self) -> list[Example]:
        rows = list(self._by_id.values())
        random.Random(f"other rows {self.setting.seed}").shuffle(rows)
        return rows


def _held(row: Example) -> object:
    """The label, or the kinds of the entities; texts are all alike."""
    if isinstance(row.answer, tuple):
        return sorted({span.kind for span in row.answer})
    return row.answer if row.choices else ""
