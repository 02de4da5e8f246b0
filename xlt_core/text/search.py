"""Finds words in a text whatever the spelling of either, and says where they stand in the text as it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import regex

from xlt_core.text.forms import FOLDED
from xlt_core.text.words import MARK, WORD, cuts

Place = tuple[int, int]  # start and end, in characters of the text

# A character and what NFD may put in another order behind it; three Tibetan vowels decompose into such.
SEQUENCE = regex.compile(r".[\P{Canonical_Combining_Class=0}\u0f73\u0f75\u0f81]*", regex.DOTALL)
HYPHEN_SPACES = regex.compile(r"\s+(?=-)|(?<=-)\s+")
INSIDE_WORD = regex.compile(rf"(?<={WORD})(?={WORD})")
BEFORE_MARK = regex.compile(rf"(?={MARK})")
SPACES = regex.compile(r"\s+")
BREAKABLE = regex.compile(r"[^\S\u00a0\u2007\u202f]+")  # without those that no line is broken at


@dataclass(frozen=True)
class Spelling:
    """A text in another spelling; characters: where the original's are that each of its characters stands for."""

    text: str
    characters: tuple[Place, ...]

    def place(self, start: int, end: int) -> Place | None:
        """The original's characters; None where only a part of one would be meant."""
        before, behind = self.characters[start - 1 : start], self.characters[end : end + 1]
        first, last = self.characters[start][0], self.characters[end - 1][1]
        apart = (not before or before[0][1] <= first) and (not behind or last <= behind[0][0])
        return (first, last) if apart else None

    @cached_property
    def cuts(self) -> frozenset[int]:
        return cuts(self.text)

    def between_words(self, position: int) -> bool:
        return position in self.cuts or not INSIDE_WORD.match(self.text, position)

    def rewritten(self, letters: Sequence[str]) -> Spelling:
        """With other letters for each of its own; "" leaves one out."""
        pairs = [(new, at) for new, at in zip(letters, self.characters, strict=True) if new]
        return Spelling("".join(new for new, _ in pairs), tuple(at for new, at in pairs for _ in new))


def decomposed(text: str) -> Spelling:
    """The text in NFD."""
    if text.isascii():
        return Spelling(text, tuple(pairwise(range(len(text) + 1))))
    letters: list[str] = []
    characters: list[Place] = []
    for match in SEQUENCE.finditer(text):
        written = unicodedata.normalize("NFD", match[0])
        letters.append(written)
        start, end = match.span()
        kept = written == match[0]
        characters += ((start + at, start + at + 1) if kept else (start, end) for at in range(len(written)))
    return Spelling("".join(letters), tuple(characters))


def folding(spelling: Spelling) -> Spelling:
    """Another with one kind of apostrophe and hyphen, no spaces around hyphens, and no characters without a width."""
    if spelling.text.translate(FOLDED) != spelling.text:
        spelling = spelling.rewritten([FOLDED.get(ord(letter), letter) for letter in spelling.text])
    dropped = {at for match in HYPHEN_SPACES.finditer(spelling.text) for at in range(*match.span())}
    return spelling.rewritten(_without(spelling.text, dropped)) if dropped else spelling


def spaced(spelling: Spelling, spaces: regex.Pattern[str]) -> Spelling:
    """Another with one common space for each run of the spaces."""
    runs = [match.span() for match in spaces.finditer(spelling.text) if match[0] != " "]
    if not runs:
        return spelling
    letters = _without(spelling.text, {at for start, end in runs for at in range(start, end)})
    for start, _ in runs:
        letters[start] = " "
    return spelling.rewritten(letters)


def _without(text: str, dropped: set[int]) -> list[str]:
    return ["" if at in dropped else letter for at, letter in enumerate(text)]


def casefolded(spelling: Spelling) -> Spelling:
    """Another, whatever the case."""
    text = spelling.text.casefold()
    if len(text) == len(spelling.text):
        return Spelling(text, spelling.characters)
    return spelling.rewritten([letter.casefold() for letter in spelling.text])


@lru_cache(maxsize=256)
def spelled(text: str, caseless: bool = False, folded: bool = False) -> Spelling:
    """The text as it is compared."""
    spelling = decomposed(text)
    if folded:
        spelling = spaced(folding(spelling), SPACES)
    elif caseless:
        spelling = spaced(spelling, BREAKABLE)
    return casefolded(spelling) if caseless else spelling


def places(sought: str, text: str, caseless: bool = False, folded: bool = False) -> tuple[list[Place], list[Place]]:
    """Where in a text stands what is canonically equivalent to the one sought, from the left; such may overlap.

    First the places of whole words, then those within longer words; never one that begins or ends within a letter.
    caseless: whatever the case, and the spaces there; folded: whatever the apostrophes, the hyphens, and no-break or
    unseen spaces.
    """
    there = spelled(text, caseless, folded)
    whole: list[Place] = []
    within: list[Place] = []
    for start, end in _found(spelled(sought.strip(), caseless, folded).text, there.text):
        place = there.place(start, end)
        if place and there.between_words(start) and there.between_words(end):
            whole.append(place)
        elif place and not BEFORE_MARK.match(there.text, end):
            within.append(place)
    return whole, within


def _found(sought: str, text: str) -> Iterator[Place]:
    start = text.find(sought) if sought else -1
    while start >= 0:
        yield start, start + len(sought)
        start = text.find(sought, start + 1)
