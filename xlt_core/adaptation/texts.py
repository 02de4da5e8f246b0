"""The raw documents of a text file, of a dataset of the Hub and of the bundled world, one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any

from xlt_core.models.hub import offline
from xlt_core.records import InputError, Language
from xlt_core.world import world

FORMATS = (".txt", ".jsonl", ".parquet")
HUB, POCKET = "hub:", "pocket"
HUB_ID = re.compile(r"[\w][\w.-]*/[\w][\w.-]*", re.ASCII)
BUNDLED = 3000  # documents of the bundled world, which has no end
PEEK = 1 << 20  # characters in which blank lines show how documents are separated
LONGEST = 50  # lines of a document, on average, where blank lines separate them
HEAD = 1000  # rows that tell which column is the text
UTF_8 = "utf-8-sig"  # with or without a byte order mark


def documents(source: str, language: Language) -> Iterator[str]:
    """The raw documents of a source, one after the other; nothing is held in memory. Raises InputError."""
    if source == POCKET:
        if language.code not in world.languages():
            raise InputError(f"There is no bundled text in {language.name}; give a file, or hub:ID of a dataset.")
        return islice(world.documents(language.code, seed=1), BUNDLED)
    if source.startswith(HUB):
        return _from_hub(source)
    path = Path(source).expanduser()
    readers = {".txt": _from_txt, ".jsonl": _from_jsonl, ".parquet": _from_parquet}
    if not path.is_file():
        raise InputError(f"There is no file {source}; name a {', '.join(FORMATS)} file, or hub:ID of a dataset.")
    if path.suffix.lower() not in readers:
        raise InputError(f"{path.name} is of no known kind; give text as {', '.join(FORMATS)}.")
    return readers[path.suffix.lower()](path)


def _from_txt(path: Path) -> Iterator[str]:
    """Documents separated by blank lines; where these are none or few, one a line."""
    try:
        with path.open(encoding=UTF_8) as file:
            apart = _separated(file.read(PEEK).splitlines())
        with path.open(encoding=UTF_8) as file:
            yield from _paragraphs(file) if apart else filter(str.strip, file)
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error


def _separated(lines: Sequence[str]) -> bool:
    """Whether blank lines separate documents: the documents between them then have LONGEST lines or less on average.

    A stray blank line in a file of one document a line would make two documents of it.
    """
    filled = [bool(line.strip()) for line in lines]
    documents = sum(after and not before for before, after in pairwise([False, *filled]))
    return documents > 1 and sum(filled) <= LONGEST * documents


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    for line in lines:
        if line.strip():
            held.append(line)
        elif held:
            yield "".join(held)
            held = []
    if held:
        yield "".join(held)


def _from_jsonl(path: Path) -> Iterator[str]:
    """The column of text is told by the first rows together: some of them may lack it, or have null there."""
    try:
        with path.open(encoding=UTF_8) as file:
            filled = ((number, line) for number, line in enumerate(file, 1) if line.strip())
            rows = (_row(line, f"{path.name}, line {number},") for number, line in filled)
            head = list(islice(rows, HEAD))
            named = dict.fromkeys(key for row in head for key, cell in row.items() if isinstance(cell, str))
            column = pick(list(named), path.name) if head else ""
            for row in chain(head, rows):
                cell = row.get(column)
                yield cell if isinstance(cell, str) else ""
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error


def _row(line: str, place: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise InputError(f'{place} is no JSON object; write each as {{"text": "..."}}.')
    return row


def _from_parquet(path: Path) -> Iterator[str]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            kinds = {field.name: str(field.type) for field in file.schema_arrow}
            column = pick([name for name, kind in kinds.items() if "string" in kind], path.name)
            for batch in file.iter_batches(columns=[column]):
                yield from (cell or "" for cell in batch.column(0).to_pylist())
    except (ArrowException, OSError) as error:
        raise InputError(f"{path.name} cannot be read as Parquet ({_line(error)}); write it anew.") from error


def pick(columns: list[str], place: str, wanted: str = "", remedy: str = "rename that of the text to `text`") -> str:
    """The column of text: the one that is wanted, else `text`, else the only one. Raises InputError with the remedy."""
    for name in filter(None, (wanted, "text")):
        if name in columns:
            return name
    if len(columns) == 1 and not wanted:
        return columns[0]
    have = f"the columns of text are {', '.join(columns)}" if columns else "there is no column of text"
    raise InputError(f"{place} has no column {wanted or 'text'!r} ({have}); {remedy}.")


def _from_hub(source: str) -> Iterator[str]:
    from huggingface_hub.errors import HfHubHTTPError

    identifier, _, rest = source.removeprefix(HUB).partition(":")
    if not HUB_ID.fullmatch(identifier) or Path(identifier).exists():
        raise InputError(f"{source} names no dataset of the Hub; write it as hub:org/name, hub:org/name:column or "
                         "hub:org/name:config:column.")  # fmt: skip
    try:
        if offline():  # the library itself would try for half a minute
            raise OSError("the Hub does not answer")
        rows, column = _stream(identifier, [part for part in rest.split(":") if part])
        for row in rows:
            yield str(row.get(column) or "")
    except (OSError, ValueError, RuntimeError, HfHubHTTPError) as error:
        raise InputError(
            f"The dataset {identifier} cannot be read from the Hub ({_line(error)}); check its name and the "
            "connection, and set HF_TOKEN where access to it was granted to you."
        ) from error


def _stream(identifier: str, parts: list[str]) -> tuple[Iterable[Mapping[str, Any]], str]:
    """The rows of a dataset's train split as they are downloaded, and the name of their column of text."""
    from datasets import get_dataset_config_names, load_dataset

    configs = get_dataset_config_names(identifier)
    config = parts.pop(0) if parts and parts[0] in configs else None
    if len(parts) > 1:
        raise InputError(f"{identifier} has no configuration {parts[0]!r}; choose one of {', '.join(configs[:20])}.")
    if config is None and len(configs) > 1:
        raise InputError(
            f"{identifier} has several configurations; write hub:{identifier}:CONFIG with one of "
            f"{', '.join(configs[:20])}."
        )
    rows = load_dataset(identifier, config or configs[0], split="train", streaming=True)
    features = rows.features or {name: None for name in next(iter(rows))}
    kinds = {name: getattr(feature, "dtype", "string") for name, feature in features.items()}
    place = f"hub:{identifier}:{config}" if config else f"hub:{identifier}"
    named = [name for name, kind in kinds.items() if "string" in kind]
    return rows, pick(named, identifier, "".join(parts), f"name one of them: {place}:COLUMN")


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0][:200].rstrip(".")
