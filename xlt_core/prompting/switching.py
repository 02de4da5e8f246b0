"""Which words of a text are swapped for their translations: the longest entries first, and of these a seeded share."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from xlt_core.prompting.rewriting import name_of, rewritten
from xlt_core.prompting.word_lists import Entry, Lexicon
from xlt_core.records import Example
from xlt_core.text.forms import key
from xlt_core.text.search import Place, Spelling, places
from xlt_core.text.words import words

Swap = tuple[int, int, str]


@dataclass(frozen=True)
class Switcher:
    """lexicon: may still grow; kinds: of the entries that are swapped; share: of the occurrences, in percent."""

    lexicon: Lexicon
    kinds: tuple[str, ...]
    share: int
    seed: int

    def __call__(self, text: str, name: str) -> Spelling:
        return rewritten(text, self.swaps(text, name))

    def swaps(self, text: str, name: str) -> list[Swap]:
        """From the left. Whether a place is swapped hangs on the seed, the name and the place alone: more of the share
        are swapped with a higher one, and a text that was cut has the swaps of the whole."""
        chosen = [(place, entry) for place, entry in self._found(text) if self._lot(name, place)]
        chosen.sort(key=lambda found: found[0])
        return [(*place, _in_case(text[slice(*place)], entry.target)) for place, entry in chosen]

    def pairs(self, example: Example, fields: Sequence[str]) -> list[tuple[str, str]]:
        """The new and the old of each swap."""
        named = [(example.texts[field], name_of(example, field)) for field in fields if field in example.texts]
        return [(new, text[start:end]) for text, name in named for start, end, new in self.swaps(text, name)]

    def _lot(self, name: str, place: Place) -> bool:
        return random.Random(f"switch {self.seed} {name} {place[0]}").random() * 100 < self.share

    def _found(self, text: str) -> list[tuple[Place, Entry]]:
        """The places of entries, none overlapping a longer one."""
        there = {key(word) for word in words(text)}
        entries = [entry for entry in self.lexicon.values()
                   if entry.kind in self.kinds and there.issuperset(map(key, words(entry.source)))]  # fmt: skip
        found: list[tuple[Place, Entry]] = []
        for entry in sorted(entries, key=lambda entry: (-len(entry.source), entry.source)):
            for place in places(entry.source, text, caseless=True)[0]:
                if all(place[1] <= start or end <= place[0] for (start, end), _ in found):
                    found.append((place, entry))
        return found


def count(examples: Sequence[Example]) -> int:
    """The words of texts."""
    return sum(len(example.text.split()) for example in examples)


def _in_case(old: str, new: str) -> str:
    """The new word with a capital where the old one has it."""
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
