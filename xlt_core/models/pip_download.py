"""Gets the wheel of a package: from the index, or by pip, which knows the user's index, proxies and certificates."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

from xlt_core.models.file_download import download
from xlt_core.models.hub import Download
from xlt_core.models.suggested import Suggestion
from xlt_core.records import InputError

INDEX, INDEX_FORMAT = "https://pypi.org/simple", "application/vnd.pypi.simple.v1+json"
TIMEOUT = 5.0  # seconds, for the index
POLL_SECONDS = 0.2  # between two looks at how far a download is
PIP = ("-m", "pip")
QUIET = tuple("--no-deps --no-input --no-cache-dir --quiet --disable-pip-version-check --retries 1".split())
WHEELS_ONLY = ("--only-binary", ":all:")


def wheel(entry: Suggestion, target: Path) -> Iterator[Download]:
    """Writes the wheel of the entry's package, and yields how far it is. From the index itself, for that can be
    continued; by pip where this process does not reach it. Raises InputError."""
    if address := _address(entry.package):
        try:
            yield from download(entry.key, address, target)
            return
        except InputError:
            if target.is_file():  # the network went away: the next call goes on from here
                raise
    with TemporaryDirectory(prefix="unfinished-", dir=target.parent) as folder:
        yield from _run(entry, Path(folder))
        os.replace(next(Path(folder).glob("*.whl")), target)


def _address(package: str) -> str:
    """Where the index has the wheel, by its JSON interface (PEP 691); "" where it does not say."""
    import httpx2
    from huggingface_hub import get_session

    name, _, version = package.partition("==")
    index = os.environ.get("PIP_INDEX_URL", INDEX).rstrip("/")
    try:
        answer = get_session().get(f"{index}/{name}/", headers={"Accept": INDEX_FORMAT}, timeout=TIMEOUT,
                                   follow_redirects=True)  # fmt: skip
        files = answer.raise_for_status().json()["files"]
    except (httpx2.HTTPError, OSError, ValueError, KeyError, TypeError):
        return ""
    begins = f"{name.replace('-', '_')}-{version}-"
    return next((urljoin(str(answer.url), file["url"]) for file in files
                 if file["filename"].startswith(begins) and file["filename"].endswith(".whl")), "")  # fmt: skip


def _run(entry: Suggestion, folder: Path) -> Iterator[Download]:
    """pip writes into the folder only, so that its progress can be seen there."""
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    total = round(1e9 * float(entry.gigabytes))
    call = [sys.executable, *PIP, "download", *QUIET, *WHEELS_ONLY, "--dest", str(folder), entry.package]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(call, env=environment, text=True, errors="replace", **pipes) as pip:
        try:
            while (said := _said(pip)) is None:
                yield Download(entry.key, min(_bytes_in(folder), total), total)
        finally:
            pip.kill()  # does nothing to one that has ended
    if pip.returncode:
        raise InputError(f"the package {entry.package} cannot be had by pip ({_reason(said)})")


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
