"""Words that a knob gives: in the field itself, or in a file of one or two columns; and the bundled world's phrases."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from xlt_core.records import InputError
from xlt_core.text.forms import key
from xlt_core.world import world

SEPARATORS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
NAMED = ("place", "org", "date")  # kinds of rows of the world's tables that name something
SLOT = re.compile(r"[{}]")
MOST_BYTES = 20_000_000


@dataclass(frozen=True)
class Entry:
    """A word, a phrase or an entity, and its translation. kind: as one of these is called."""

    source: str
    target: str
    kind: str


Lexicon = Mapping[str, Entry]  # by the source's key


def of_world(language: str) -> Lexicon:
    """The phrases and names of the bundled world with their English. Raises InputError for a language it lacks."""
    own, english = world.table(language), world.table("eng")
    entries = [_of_row(row, own[row], english[row]) for row in own if row in english]
    return {key(entry.source): entry for entry in entries if entry}


def _of_row(row: str, own: str, english: str) -> Entry | None:
    named = row.split(".")[0] in NAMED
    pair = [text.partition("[")[2].partition("]")[0] if named else text for text in (own, english)]
    if not all(pair) or any(map(SLOT.search, pair)) or key(pair[0]) == key(pair[1]):
        return None
    return Entry(pair[0], pair[1], "entity" if named else kind_of(pair[0]))


def kind_of(text: str) -> str:
    return "phrase" if " " in text.strip() else "word"


def of_knob(text: str, what: str = "dictionary") -> Lexicon:
    """From `word=translation, ...`, or a .csv or .tsv file of two columns, and a third with the kind if there is one.

    what: the knob's name. Raises InputError for what is neither, and where there is no pair.
    """
    rows = rows_of(text)
    pairs = rows if rows is not None else [part.split("=", 1) for part in text.split(",") if part.strip()]
    odd = next((pair for pair in pairs if len(pair) < 2 or not all(side.strip() for side in pair[:2])), None)
    if odd is not None or not pairs:
        place = " ".join(odd or ["its beginning"]).strip()[:60]
        raise InputError(
            f"The {what} cannot be read at {place!r}; write word=translation, word=translation, or "
            "name a .tsv or .csv file with two columns."
        )
    entries = [Entry(source.strip(), target.strip(), _kind(more, source)) for source, target, *more in pairs]
    return {key(entry.source): entry for entry in entries}


def _kind(more: list[str], source: str) -> str:
    named = more[0].strip().casefold() if more else ""
    return named if named in ("word", "phrase", "entity") else kind_of(source)


def rows_of(text: str) -> list[list[str]] | None:
    """The rows of the file that a knob names; None where it names none. Raises InputError where there is no such."""
    path = Path(text.strip()).expanduser()
    if path.suffix.lower() not in SEPARATORS or "\n" in text:
        return None
    content = _content(path)
    read = csv.reader(content.splitlines(), delimiter=SEPARATORS[path.suffix.lower()])
    return [row for row in read if any(cell.strip() for cell in row)]


def digest(text: str) -> str:
    """What the words of a knob hang on: the content of the file that it names, or ""."""
    path = Path(text.strip()).expanduser()
    named = path.suffix.lower() in SEPARATORS and "\n" not in text
    return sha256(_content(path).encode()).hexdigest()[:12] if named else ""


def _content(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path.name} is larger than {MOST_BYTES:,} bytes; take a shorter list.")
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        raise InputError(f"There is no file {path}; give the path of a .tsv, .csv or .txt file.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not in UTF-8; save it so.") from None


@cache
def _read(path: Path, changed: int) -> str:
    return path.read_text(encoding="utf-8-sig")
