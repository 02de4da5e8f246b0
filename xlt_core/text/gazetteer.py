"""A gazetteer: the entities of rows with answers, found again in other texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlt_core.records import Example, Span
from xlt_core.text.forms import canonical
from xlt_core.text.words import RUN

Words = tuple[str, ...]
LEAST = 0.5  # share of its places in the rows at which a name is an entity of its kind


@dataclass(frozen=True)
class Gazetteer:
    """Names, as their words, with their kinds. longest: words of a name."""

    kinds: Mapping[Words, str]
    longest: int

    def find(self, text: str) -> tuple[Span, ...]:
        """The names in the text from the left, the longest at each place."""
        found, end = [], 0
        for start, stop, kind in _places(text, self.kinds, self.longest):
            if start >= end:
                found.append(Span(text[start:stop], kind, start, stop))
                end = stop
        return tuple(found)


def collected(rows: Sequence[Example]) -> Gazetteer:
    """The gazetteer of rows: names that are, where they stand there, mostly entities of one kind."""
    marked: dict[Words, Counter[str]] = {}
    for row in rows:
        for span in row.answer or ():
            if isinstance(span, Span) and (name := _words(span.text)):
                marked.setdefault(name, Counter())[span.kind] += 1
    longest = max(map(len, marked), default=0)
    seen: Counter[Words] = Counter()
    for row in rows:
        words = _words(row.text)
        seen.update(words[i : i + n] for n in range(1, longest + 1) for i in range(len(words) - n + 1)
                    if words[i : i + n] in marked)  # fmt: skip
    kinds = {name: kind for name, counts in marked.items() for kind, number in counts.most_common(1)
             if number >= LEAST * seen[name]}  # fmt: skip
    return Gazetteer(kinds, longest)


def _places(text: str, kinds: Mapping[Words, str], longest: int) -> Iterator[tuple[int, int, str]]:
    matches = list(RUN.finditer(text))
    names = [canonical(match[0]) for match in matches]
    for first in range(len(matches)):
        for number in range(min(longest, len(matches) - first), 0, -1):
            kind = kinds.get(tuple(names[first : first + number]))
            if kind:
                yield matches[first].start(), matches[first + number - 1].end(), kind
                break


def _words(text: str) -> Words:
    return tuple(canonical(match[0]) for match in RUN.finditer(text))
