"""MasakhaNER-X (Ruder et al. 2023, XTREME-UP, arXiv 2305.11938): entities in news sentences as they were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xlt_core.reading.download import Address
from xlt_core.reading.entities import KINDS, RAW, REPOSITORY, with_pivots
from xlt_core.reading.reader import Reader, called, json_lines
from xlt_core.records import Example, InputError, Span

LANGUAGES = "am bbj bm ee fon ha ig lg luo mos ny pcm rw sn sw tn tw wo xh yo zu".split()
FOLDER = "xtreme-up/MasakhaNER-X"


class MasakhaNerX(Reader):
    """Luganda sentences have the human English of MAFAND-MT, where they are among its sentences."""

    title = "MasakhaNER-X"
    licence = "CC BY-NC 4.0"
    citation = "Ruder et al. 2023: XTREME-UP, a user-centric scarce-data benchmark for under-represented languages."
    url = REPOSITORY
    tasks = ("ner",)

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"{FOLDER}/{split}/{name}.jsonl"
        return Address((path,), (), (f"{RAW}/{path}",))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        rows = enumerate(json_lines(path, path.read_bytes().split(b"\n")), 1)
        made = [_example(row, f"Row {number} of {path}") for number, row in rows]
        return with_pivots(made, language, self.roots, bool(self.clones))


def _example(row: dict[str, Any], place: str) -> Example:
    try:
        text = row["text"]
        marks = [(mark["start_byte"], mark["limit_byte"], mark["label"]) for mark in row["spans"]]
        return Example(row["example_id"], {"text": text}, spans(text, marks), KINDS)
    except (KeyError, TypeError) as error:
        raise InputError(f"{place} is no row of MasakhaNER-X ({error}); fetch the file again.") from None


def spans(text: str, marks: Iterable[tuple[int, int, str]]) -> tuple[Span, ...]:
    """Entities as characters of the text, in its order. marks: start and end as bytes of its UTF-8, and the kind."""
    found, content = [], text.encode()
    for first, last, kind in sorted(marks):
        # An offset inside a character, which UTF-8 marks by its two highest bits, is widened to all of it.
        while first > 0 and content[first : first + 1] and content[first] & 0xC0 == 0x80:
            first -= 1
        while last < len(content) and content[last] & 0xC0 == 0x80:
            last += 1
        start, end = len(content[:first].decode()), len(content[:last].decode())
        found.append(Span(text[start:end], kind, start, end))
    return tuple(found)
