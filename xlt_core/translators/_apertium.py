"""What Apertium may be given: pairs by the codes that it goes by, and the translatable segments of any text."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from xlt_core.records import Language
from xlt_core.settings import ASSETS

ENGLISH = Language("eng", "English", aliases=("en",))
CODE = re.compile("[a-z]{2,3}")
MARKS = frozenset("@*#/\\[]{}~")  # of Apertium's own stream, among the punctuation
LAST = "\uffff"  # what lies above, its tools need not know


@dataclass(frozen=True)
class Released:
    """A row of the table. names: other codes; package: Debian's, with the pair to English; back: whether it also has
    the pair from English."""

    names: tuple[str, ...]
    package: str
    back: bool


@cache
def released() -> Mapping[str, Released]:
    """The rows of assets/apertium.csv by the language's code."""
    with (ASSETS / "apertium.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["code"]: Released(tuple(row["names"].split()), row["package"], bool(row["back"])) for row in rows}


def package(source: Language, target: Language) -> str:
    """Debian's package with the pair; "" where none is known."""
    back = source.code == "eng"
    row = released().get(target.code if back else source.code)
    fits = row and (row.back if back else target.code == "eng")
    return row.package if row and fits else ""


def pair(source: Language, target: Language, pairs: Collection[str]) -> str:
    """The pair among those that there are, such as eu-en; "" where there is none."""
    wanted = (f"{start}-{end}" for start in _codes(source) for end in _codes(target))
    return next((name for name in wanted if name in pairs), "")


def _codes(language: Language) -> tuple[str, ...]:
    """All codes that may stand for a language in the name of a pair, the likeliest first."""
    row = released().get(language.code)
    aliases = filter(CODE.fullmatch, (*language.aliases, language.flores.partition("_")[0]))
    return tuple(dict.fromkeys((*(row.names if row else ()), language.code, *aliases)))


@dataclass(frozen=True)
class Segment:
    """A part of a text. kept: it stays as it is; any other is of one line, and without space around it."""

    text: str
    kept: bool


def segments(text: str) -> list[Segment]:
    """The text in parts which, joined, are the text. What Apertium could take for a mark of its own, could lose or
    could move to another line is kept: controls, symbols, spaces around and line ends, and whatever has no letter."""
    return [part for plain, run in groupby(text, _plain) for part in _trimmed("".join(run), plain)]


def _trimmed(run: str, plain: bool) -> Iterator[Segment]:
    inner = run.strip(" ")
    if not plain or not any(map(str.isalpha, inner)):
        yield Segment(run, True)
        return
    before, _, after = run.partition(inner)
    yield from (Segment(part, part is not inner) for part in (before, inner, after) if part)


def _plain(char: str) -> bool:
    """Whether it is of the characters that any text of a language may have."""
    return char == " " or (unicodedata.category(char)[0] in "LMNP" and char not in MARKS and char < LAST)
