"""Splits a text into sentences, since most translation models translate only one at a time, and joins them again.

Sentences are those of sentencex, which knows the punctuation of all scripts. Thai has none, and is cut at its spaces.
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
    """A part of a text, without space around it. separator: what follows it: a space, or line breaks."""

    text: str
    separator: str = " "


@dataclass
class Draft:
    """A text in translation. pieces: in order; replies: to the pieces translated so far, by their numbers."""

    text: str
    pieces: list[Piece]
    replies: dict[int, Reply] = field(default_factory=dict)

    def reply(self, sent: str) -> Reply:
        """The translation so far; final if all pieces are translated."""
        parts = [self.replies[number] for number in sorted(self.replies)]
        text = join((self.pieces[number], self.replies[number].text) for number in sorted(self.replies))
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


def split(
    text: str, language: Language, count: Callable[[str], int], max_tokens: int, keep_lines: bool = False
) -> Iterator[Piece]:
    """The text's sentences, in order; one that is too long is cut at a space, or anywhere if it has none.

    count: tokens of a text; keep_lines: do not split a line that is short enough. Nothing but space is lost.
    """
    start = 0
    for end in (*LINE_ENDS.finditer(text.strip()), None):
        line = text.strip()[start : end.start() if end else None]
        start = end.end() if end else len(text)
        *parts, last = _split_line(line, language, count, max_tokens, keep_lines) or [""]
        yield from map(Piece, parts)
        if last:
            yield Piece(last, end[0] if end else "")


def join(translated: Iterable[tuple[Piece, str]]) -> str:
    """The pieces' translations as one text, with the lines of the original."""
    return "".join(text.strip() + piece.separator for piece, text in translated if text.strip()).strip()


def _split_line(line: str, language: Language, count: Callable[[str], int], max_tokens: int, keep: bool) -> list[str]:
    if keep and count(line) <= max_tokens:
        return [line] if line else []
    code = next((alias for alias in language.aliases if len(alias) == 2), language.code)
    return [part for sentence in segment(code, line) for part in _split_at_spaces(sentence.strip(), count, max_tokens)]


def _split_at_spaces(text: str, count: Callable[[str], int], max_tokens: int) -> list[str]:
    """The text in parts that are short enough, cut at the space nearest to the middle."""
    if count(text) <= max_tokens or len(text) < 2:
        return [text] if text else []
    middle = len(text) // 2
    spaces = [index for index in (text.rfind(" ", 1, middle), text.find(" ", middle)) if index > 0]
    cut = min(spaces, key=lambda index: abs(index - middle), default=middle)
    first, second = text[:cut].strip(), text[cut:].strip()
    return _split_at_spaces(first, count, max_tokens) + _split_at_spaces(second, count, max_tokens)
