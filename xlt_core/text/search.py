"""Finds words in a text whatever the spelling of either, and says where they stand in the text as it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import regex

from xlt_core.text.forms import FOLDED
from xlt_core.text.words import MARK, WORD, cuts

Place = tuple[int, int]  # start and end, in characters of the text

# A character and what NFD may put in another order behind it; three Tibetan vowels decompose into such.
SEQUENCE = regex.compile(r".[\P{Canonical_Combining_Class=0}\u0f73\u0f75\u0f81]*", regex.DOTALL)
HYPHEN_SPACES = regex.compile(r"\s+(?=-)|(?<=-)\s+")
INSIDE_WORD = regex.compile(rf"(?<={WORD})(?={WORD})")
INSIDE_LETTER = regex.compile(rf"(?={MARK})")
BREAKABLE = r"[^\S\u00a0\u2007\u202f]+"  # spaces, but for those that no line is broken at


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

    def whole(self, edge: int) -> bool:
        """Whether a word can end here."""
        return edge in self.cuts or not INSIDE_WORD.match(self.text, edge)


def decomposed(text: str) -> Spelling:
    """The text in NFD."""
    if text.isascii():
        return Spelling(text, tuple((at, at + 1) for at in range(len(text))))
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
    """Another with one kind of apostrophe and hyphen, without spaces around hyphens or characters without a width."""
    translated = [letter.translate(FOLDED) for letter in spelling.text]
    kept = [at for at, letter in enumerate(translated) if letter]
    text = "".join(translated)
    dropped = {at for match in HYPHEN_SPACES.finditer(text) for at in range(*match.span())}
    left = [at for at in range(len(text)) if at not in dropped]
    return Spelling("".join(text[at] for at in left), tuple(spelling.characters[kept[at]] for at in left))


@dataclass(frozen=True)
class Searched:
    """A text that is searched many times."""

    text: str

    @cached_property
    def _written(self) -> Spelling:
        return decomposed(self.text)

    @cached_property
    def _folded(self) -> Spelling:
        return folding(self._written)

    def places(self, sought: str, whole: bool = True, caseless: bool = False, folded: bool = False) -> Iterator[Place]:
        """Where a text stands that is canonically equivalent to the one sought, from the left; such may overlap.

        whole: only as whole words; else also within longer ones, never within a letter. caseless: whatever the case,
        and the spaces that are there. folded: whatever the apostrophes, hyphens, and no-break or unseen spaces.
        """
        hay, needle = (self._folded if folded else self._written), decomposed(sought)
        needle_text = (folding(needle) if folded else needle).text
        if not needle_text.strip():
            return
        between = r"\s+" if folded else BREAKABLE
        pieces = map(regex.escape, needle_text.split()) if caseless or folded else [regex.escape(needle_text)]
        pattern = regex.compile(between.join(pieces), regex.IGNORECASE if caseless else 0)
        for match in pattern.finditer(hay.text, overlapped=True):
            place = hay.place(*match.span())
            if place and _ends(hay, *match.span(), whole):
                yield place


def _ends(hay: Spelling, start: int, end: int, whole: bool) -> bool:
    """Whether both ends of a place are between words, or (not whole) between letters."""
    if whole:
        return hay.whole(start) and hay.whole(end)
    return not INSIDE_LETTER.match(hay.text, end)
