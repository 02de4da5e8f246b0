"""Where words begin and end: by UAX #29, and by ICU's dictionaries in scripts that put no spaces between words.

Letters, digits and what combines with them make a word. A mark is part of its letter. Unlike UAX #29's default, an
apostrophe or a full stop between letters ends a word, as names stand behind clitics: `n'Entebbe`, `y'u Rwanda`.
"""

from __future__ import annotations

import regex

# UTS #18's word characters, and numbers of any script. `re` has no combining marks among its own.
WORD = r"[\w\p{N}]"
MARK = r"[\p{M}\u200c\u200d]"  # with the joiners of UAX #29
# Thai, Lao, Burmese, Khmer and their like; Chinese and Japanese; Tibetan, which ends syllables with a point.
UNSPACED = regex.compile(r"[\p{Line_Break=Complex_Context}\p{Han}\p{Hiragana}\p{Katakana}\p{Tibetan}]")
RUN = regex.compile(r"[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}\u200c\u200d]*")


def words(text: str) -> list[str]:
    """The words of a text, in its order, without what stands between them."""
    return [piece for match in RUN.finditer(text) for piece in _cut(match[0])]


def count(text: str) -> int:
    """How many words: what stands between spaces, or, where the script puts none between words, `words`."""
    return len(words(text) if UNSPACED.search(text) else text.split())


def cuts(text: str) -> frozenset[int]:
    """Where a word ends and another begins with no space between them; only in scripts that are written so."""
    if not UNSPACED.search(text):
        return frozenset()
    found, end = set(), 0
    for piece in _segments(text):
        end += len(piece)
        found.add(end)
    return frozenset(found)


def _cut(run: str) -> list[str]:
    return _segments(run) if UNSPACED.search(run) else [run]


def _segments(text: str) -> list[str]:
    from icu4py.breakers import WordBreaker

    return list(WordBreaker(text, "und"))
