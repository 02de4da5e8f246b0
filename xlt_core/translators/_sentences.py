"""Cuts a text into what a translation model can take at once, since most know single sentences only, and joins again.

Sentences are those of sentencex, which has the marks of all scripts; Thai has none, and is cut at its spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sentencex import segment

from xlt_core.records import Language, Reply

LINE_ENDS = re.compile(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*")


@dataclass(frozen=True)
class Piece:
    """A part of a text, without space around it. gap: what stands behind it: a space, or the ends of its line."""

    text: str
    gap: str = " "


@dataclass
class Draft:
    """A text on its way: its pieces in order, and by their numbers what has become of them."""

    text: str
    pieces: list[Piece]
    made: dict[int, Reply] = field(default_factory=dict)

    def reply(self, sent: str) -> Reply:
        """What there is of the translation; final where all pieces are done."""
        parts = [self.made[number] for number in sorted(self.made)]
        text = joined((self.pieces[number], self.made[number].text) for number in sorted(self.made))
        final = len(parts) == len(self.pieces) and all(part.final for part in parts)
        return Reply(
            "translate",
            sent,
            text,
            sum(part.tokens_in for part in parts),
            sum(part.tokens_out for part in parts),
            sum(part.seconds for part in parts),
            final=final,
            note="; ".join(dict.fromkeys(part.note for part in parts if part.note)),
        )


def pieces(
    text: str, language: Language, size: Callable[[str], int], room: int, lines: bool = False
) -> Iterator[Piece]:
    """The text's sentences, in order; one that is larger than the room is cut at a space, or where there is none.

    lines: keep a line in one where it has room. Nothing but space is lost.
    """
    start = 0
    for end in (*LINE_ENDS.finditer(text.strip()), None):
        line = text.strip()[start : end.start() if end else None]
        start = end.end() if end else len(text)
        *parts, last = _of_line(line, language, size, room, lines) or [""]
        yield from map(Piece, parts)
        if last:
            yield Piece(last, end[0] if end else "")


def joined(made: Iterable[tuple[Piece, str]]) -> str:
    """The pieces' translations as one text, with the lines of the original."""
    return "".join(text.strip() + piece.gap for piece, text in made if text.strip()).strip()


def _of_line(line: str, language: Language, size: Callable[[str], int], room: int, whole: bool) -> list[str]:
    if whole and size(line) <= room:
        return [line] if line else []
    short = next((alias for alias in language.aliases if len(alias) == 2), language.code)
    return [part for sentence in segment(short, line) for part in _halved(sentence.strip(), size, room)]


def _halved(text: str, size: Callable[[str], int], room: int) -> list[str]:
    """The text in parts that have room, cut at the space nearest to the middle."""
    if size(text) <= room or len(text) < 2:
        return [text] if text else []
    middle = len(text) // 2
    spaces = [place for place in (text.rfind(" ", 1, middle), text.find(" ", middle)) if place > 0]
    cut = min(spaces, key=lambda place: abs(place - middle), default=middle)
    return _halved(text[:cut].strip(), size, room) + _halved(text[cut:].strip(), size, room)
