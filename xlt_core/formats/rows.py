"""Rows that people wrote: read from .jsonl, .csv and .tsv files, and checked against a task."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlt_core.contracts import Task
from xlt_core.formats.fields import columns, english_of, named, row_of_cells, texts_of
from xlt_core.formats.values import build
from xlt_core.records import Answer, Example, InputError, Row
from xlt_core.text.forms import folded

FORMATS = (".jsonl", ".csv", ".tsv")
LONGEST = 200_000  # characters of a typed text; models read a few thousand
LONGEST_CELL = 10_000_000  # characters; what the csv module takes by itself is less than a typed text may have
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
SURROGATES = re.compile("[\ud800-\udfff]")  # halves of characters, which no file and no tokenizer can take


def read_row(task: Task, row: Row, choices: tuple[str, ...], place: str, demonstration: bool = False) -> Example:
    """The row as an example. place: such as "Demonstration 2", for the InputError that a bad row raises."""
    texts, english = texts_of(task.fields, row), english_of(task.fields, row)
    example = _example(task, row.id, texts, row.answer, choices, place, demonstration)
    if not "".join(english.values()).strip():
        return example
    inside = f"The English of {place[0].lower()}{place[1:]}"
    given = row.english_answer or (row.answer if task.answer_kind in ("label", "number") else "")
    pivot = _example(task, f"{row.id}-english", english, given, choices, inside, demonstration)
    return replace(example, pivot=pivot)


def _example(
    task: Task, name: str, texts: Mapping[str, str], answer: str, choices: tuple[str, ...], place: str, wanted: bool
) -> Example:
    """wanted: whether it must have an answer."""
    check_texts(task, texts, place)
    choices = task.choices_of(texts, choices)
    read = read_answer(task, answer, texts, choices, place) if wanted or answer.strip() else None
    return Example(name, texts, read, choices)


def clean(text: str) -> str:
    """The text without halves of characters."""
    return SURROGATES.sub("\ufffd", text)


def check_texts(task: Task, texts: Mapping[str, str], place: str) -> None:
    """Raises InputError where a text is not there, or too long."""
    lacking = task.lacking(texts)
    if lacking:
        raise InputError(f"{place} has no {lacking}; write one, or remove the row.")
    longest = max(map(len, texts.values()))
    if longest > LONGEST:
        raise InputError(f"{place} has {longest:,} characters; shorten it to {LONGEST:,} or less.")


def read_answer(task: Task, answer: str, texts: Mapping[str, str], choices: tuple[str, ...], place: str) -> Answer:
    """The answer that a person wrote, which must be one exactly; InputError with what is allowed otherwise."""
    line = " ".join(answer.split())
    hint = {
        "label": f"write one of {', '.join(choices) or 'the labels'}",
        "number": "write a number in digits",
        "spans": f"write LABEL: entity $$ LABEL: entity, each entity as it stands in the text and each label one of "
                 f"{', '.join(choices) or 'the kinds'}, or none",
    }.get(task.answer_kind, "write it in one line")  # fmt: skip
    if not line:
        raise InputError(f"{place} has no answer; {hint}.")
    read = task.read(line, Example("", texts, choices=choices))
    astray = isinstance(read, tuple) and not all(span.located for span in read)
    own = ", or name labels of your own in the field Labels (--labels)" if choices else ""
    if read is None or astray or (task.answer_kind != "number" and _pieces(task.write(read)) != _pieces(line)):
        raise InputError(f"The answer {line[:80]!r} of {place[0].lower()}{place[1:]} cannot be used; {hint}{own}.")
    return read


def same(text: str) -> str:
    """What two texts share that differ only in case, spaces, apostrophes, hyphens, or the characters of a letter."""
    return "".join(folded(text).split())


def _pieces(answer: str) -> set[str]:
    return {same(piece) for piece in answer.split("$$")} - {""}


def load_rows(path: Path, fields: Sequence[str] = ("text",)) -> tuple[Row, ...]:
    """Rows of a .jsonl, .csv or .tsv file with the fields' columns, answer and, optionally, id and their English.

    Raises InputError that names the line of a wrong row.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path} must end in {', '.join(FORMATS)}.")
    rows = tuple(_row(cells, f"Line {number} of {path.name}", fields) for number, cells in lines_of(path))
    if not rows:
        raise InputError(f"{path.name} has no rows; write some under a first line such as {','.join(fields)},answer.")
    return rows


def _row(cells: Any, place: str, fields: Sequence[str]) -> Row:
    if not isinstance(cells, dict):
        raise InputError(f"{place} is no JSON object.")
    known = columns(fields)
    given = {name: cell for name, cell in named(fields, cells).items() if name in known and cell is not None}
    for name in (*fields, "answer"):
        if name not in named(fields, cells):
            raise InputError(f"{place} has no column {name}; the columns are {', '.join(known)}.")
    build(Mapping[str, str], given, place)
    row = row_of_cells(fields, given)
    if not row.answer.strip():
        raise InputError(lacking(place, "answer"))
    return row


def lacking(place: str, name: str) -> str:
    """What is said of a row without a text or an answer."""
    none = " (none where a text has no entities)" if name == "answer" else ""
    return f"{place} has no {name}; write one{none}, or remove the line."


def lines_of(path: Path) -> Iterator[tuple[int, Any]]:
    """Line numbers, counted from 1, with what stands there: of a table, cells by the name of their column.

    Raises InputError that names the line of what cannot be read.
    """
    text = text_of(path)
    if path.suffix.lower() == ".jsonl":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError):
                    raise InputError(f"Line {number} of {path.name} is no JSON object.") from None
        return
    csv.field_size_limit(LONGEST_CELL)
    separator = separator_of(text, path)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restval="", strict=True)
    ended = 0
    try:
        _check_heads(reader.fieldnames or (), path)
        ended = reader.line_num
        for cells in reader:
            if None in cells:
                raise InputError(f"Line {reader.line_num} of {path.name} has more cells than line 1 has columns; put "
                                 f"quotation marks around a cell that holds a {SEPARATORS[separator]}.")  # fmt: skip
            # A quoted cell may hold line ends: the row is named by the line that it begins on.
            first = reader.line_num - sum(len(cell.splitlines()) - 1 for cell in cells.values() if cell)
            yield first, {name: cell for name, cell in cells.items() if name}
            ended = reader.line_num
    except csv.Error as error:  # found at the end of the cell, or of the file
        raise _unreadable(path, text, ended, error) from None


def _unreadable(path: Path, text: str, ended: int, error: csv.Error) -> InputError:
    """ended: the line that the row before ends on."""
    behind = text.splitlines()[ended:]
    blank = next((number for number, line in enumerate(behind) if line.strip()), 0)
    row = f"The row on line {ended + blank + 1} of {path.name} has"
    if "field larger" in str(error):
        return InputError(f"{row} a cell of more than {LONGEST_CELL:,} characters; shorten it, or close its quotation.")
    return InputError(f"{row} a quotation mark out of place ({error}); put one before and one after the cell, and "
                      "write each within it twice.")  # fmt: skip


def separator_of(text: str, path: Path) -> str:
    """What stands between the cells of a table: what the file's ending says, else what its first line has."""
    own = "\t" if path.suffix.lower() == ".tsv" else ","
    heads = text.partition("\n")[0]
    return next((separator for separator in (own, *SEPARATORS) if separator in heads), own)


def separator_note(path: Path) -> str:
    """What is to be said of a table whose cells are not separated as its ending says; "" for any other file."""
    ending = path.suffix.lower()
    separator = "" if ending == ".jsonl" else separator_of(text_of(path), path)
    expected = {".csv": ",", ".tsv": "\t"}.get(ending, separator)
    return f"{path.name} has a {SEPARATORS[separator]} between its cells" if separator != expected else ""


def _check_heads(names: Sequence[str], path: Path) -> None:
    twice = next((name for name in names if name and list(names).count(name) > 1), "")
    if twice:
        raise InputError(f"Line 1 of {path.name} has the column {twice} twice; give each column a name of its own.")


def text_of(path: Path) -> str:
    """The file's text. Raises InputError where there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not in UTF-8; save it so.") from None
