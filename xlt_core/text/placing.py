"""Gives every mention a place of its own in a text, so that as many as can be have one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from xlt_core.text.search import Place

DEPTH = 6  # mentions that move, one after another, to make room for one


def assign(
    wanted: Sequence[Sequence[Sequence[Place]]], taken: Iterable[Place] = (), ordered: bool = True
) -> list[Place | None]:
    """A place for each mention; None where it has none that is free. No two overlap each other, or those taken.

    wanted: for each mention, in the order named, its places, the likeliest group of them first. Of a group a mention
    takes one that is not within a longer mention's, and (ordered) behind the one named before it, the nearest; one that
    finds all taken has others move, as in Kuhn's algorithm for matchings.
    """
    table = _Table([_outer_first(groups, inner) for inner in [_inner(wanted)] for groups in wanted],
                   list(taken), ordered)  # fmt: skip
    full: list[list[list[Place]]] = []  # where one found no room, no more of the same will: outputs repeat themselves
    for mention, groups in enumerate(table.wanted):
        if groups not in full and not table.settle(mention, DEPTH, set()):
            full.append(groups)
    return table.chosen


def _inner(wanted: Sequence[Sequence[Sequence[Place]]]) -> set[Place]:
    """The likeliest places that lie within others of these."""
    likeliest = {place for groups in wanted for place in next(filter(None, groups), ())}
    inner, reach = set(), -1
    for place in sorted(likeliest, key=lambda place: (place[0], -place[1])):
        if place[1] <= reach:
            inner.add(place)
        reach = max(reach, place[1])
    return inner


def _outer_first(groups: Sequence[Sequence[Place]], inner: set[Place]) -> list[list[Place]]:
    seen: set[Place] = set()
    ordered: list[list[Place]] = []
    for group in groups:
        new = sorted({*group} - seen, key=lambda place: (place in inner, place))
        seen.update(new)
        ordered += [list(part) for _, part in groupby(new, key=lambda place: place in inner)]
    return ordered


@dataclass
class _Table:
    """The places of all mentions, and which each has so far."""

    wanted: list[list[list[Place]]]
    taken: list[Place]
    ordered: bool
    chosen: list[Place | None] = field(init=False)

    def __post_init__(self) -> None:
        self.chosen = [None] * len(self.wanted)

    def settle(self, mention: int, depth: int, tried: set[Place]) -> bool:
        """Gives the mention a place, where need be by moving others. tried: the places asked for so far."""
        places = self._in_order(mention)
        for place in places:
            if not self._rivals(place) and self._open(place):
                self.chosen[mention] = place
                return True
        return depth > 0 and any(self._makes_room(mention, place, depth, tried) for place in places)

    def _makes_room(self, mention: int, place: Place, depth: int, tried: set[Place]) -> bool:
        if place in tried or not self._open(place):
            return False
        tried.add(place)
        before, rivals = list(self.chosen), self._rivals(place)
        for rival in rivals:
            self.chosen[rival] = None
        self.chosen[mention] = place
        if all(self.settle(rival, depth - 1, tried) for rival in rivals):
            return True
        self.chosen = before
        return False

    def _in_order(self, mention: int) -> list[Place]:
        before = reversed(self.chosen[:mention]) if self.ordered else ()
        last = next((place[1] for place in before if place), 0)
        return [place for group in self.wanted[mention] for behind in (True, False) for place in group
                if (place[0] >= last) is behind]  # fmt: skip

    def _rivals(self, place: Place) -> list[int]:
        return [index for index, other in enumerate(self.chosen) if other and _overlap(place, other)]

    def _open(self, place: Place) -> bool:
        return not any(_overlap(place, other) for other in self.taken)


def _overlap(one: Place, other: Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]
