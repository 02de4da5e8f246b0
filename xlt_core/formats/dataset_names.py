"""Names of datasets outside the catalog: a file of one's own, or hub:ID, with its columns behind a question mark."""

from __future__ import annotations

from pathlib import Path

from xlt_core.formats.rows import FORMATS
from xlt_core.records import InputError

HUB = "hub:"
Columns = tuple[tuple[str, str], ...]  # of a field, or the answer, and the column that has it


def bare(name: str) -> str:
    """The name without its columns."""
    before = name.partition("?")[0]
    return before if name.startswith(HUB) or _is_file(before) else name


def file_of(name: str) -> str:
    """The path of a file of one's own; "" for any other dataset."""
    return bare(name) if _is_file(bare(name)) else ""


def columns_text(name: str) -> str:
    """The columns as they are written, such as text=body,answer=topic; "" where there are none."""
    return name[len(bare(name)) :].lstrip("?")


def with_columns(name: str, columns: str) -> str:
    """The name with columns behind it."""
    written = ",".join("=".join(pair) for pair in read_columns(columns))
    return f"{name}?{written}" if written else name


def split_names(text: str) -> tuple[str, ...]:
    """The names of a list with commas, of which those among columns separate none."""
    names: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        if names and "?" in names[-1] and "=" in part and "?" not in part:
            names[-1] += f",{part}"
        else:
            names.append(part)
    return tuple(names)


def read_columns(text: str) -> Columns:
    """The pairs of "text=body, answer=topic". Raises InputError where a part is not FIELD=COLUMN."""
    pairs = [tuple(map(str.strip, part.partition("=")[::2])) for part in text.split(",") if part.strip()]
    odd = next(("=".join(pair).strip("=") for pair in pairs if not all(pair)), "")
    if odd or len(dict(pairs)) < len(pairs):
        where = f" at {odd[:60]!r}" if odd else ""
        raise InputError(f"The columns cannot be read{where}; write FIELD=COLUMN with commas between them, each field "
                         "once, such as text=body, answer=topic.")  # fmt: skip
    return tuple((field, column) for field, column in pairs)


def _is_file(name: str) -> bool:
    return Path(name).suffix.lower() in FORMATS
