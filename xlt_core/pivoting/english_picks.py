"""Demonstrations that are picked for each item by its own text, and shown in English."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence

from xlt_core.contracts import Picked
from xlt_core.pivoting.crossing import Crossed, Crossing
from xlt_core.prompting.calls import reason
from xlt_core.prompting.shown import shown
from xlt_core.records import Example, InputError, Reply


class EnglishPicks:
    """Picks for the items that have crossed; called with their English, it tells what was picked. A row is translated
    once, at the first item that it is picked for, which has the call among its own."""

    def __init__(self, crossing: Crossing) -> None:
        self._crossing = crossing
        self._rows: dict[tuple[str, str], tuple[Example, ...]] = {}  # () where the translation came back empty
        self._found: dict[str, Picked] = {}

    def pick(self, entered: Mapping[int, Crossed]) -> Iterator[tuple[int, Picked]]:
        """Each index with what is shown for it, in English."""
        indices = sorted(entered)
        for position, picked in shown(self._crossing.setting, [entered[index].example for index in indices]):
            made = picked if picked.error else self._in_english(picked)
            self._found[str(indices[position])] = made
            yield indices[position], made

    def __call__(self, examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
        return ((index, self._found[example.id]) for index, example in enumerate(examples))

    def _in_english(self, picked: Picked) -> Picked:
        """The rows in English, with the calls that this took. An error of the translator is one of the item."""
        replies, new = list(picked.replies), {}
        try:
            for key, row in {(row.id, row.text): row for row in picked.rows}.items():
                new[key] = self._rows[key] if key in self._rows else self._translated(row, replies)
        except InputError:
            raise
        except Exception as error:
            return Picked(replies=tuple(replies), error=reason(error))
        self._rows |= new
        rows = tuple(made for row in picked.rows for made in new[row.id, row.text])
        return Picked(rows, tuple(replies))

    def _work(self, row: Example) -> Generator[str | Reply, None, tuple[Example, ...]]:
        return self._crossing.demonstrations([row])

    def _translated(self, row: Example, replies: list[Reply]) -> tuple[Example, ...]:
        work = self._work(row)
        while True:
            try:
                made = next(work)
            except StopIteration as end:
                return end.value
            if isinstance(made, Reply) and made.final:
                replies.append(made)
