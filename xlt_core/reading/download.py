"""Files of public datasets by their address, on the Hugging Face Hub or raw on GitHub, kept in the Hub's cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from xlt_core.records import InputError

PATIENCE = 30  # seconds for a server to answer


@dataclass(frozen=True)
class Address:
    """Where one file lies, as alternatives in the order in which they are tried.

    clone: paths inside a clone of its repository; hub: (dataset repository, path, revision); raw: web addresses;
    sha256: of what lies at these, where it is known.
    """

    clone: tuple[str, ...]
    hub: tuple[tuple[str, str, str], ...] = ()
    raw: tuple[str, ...] = ()
    sha256: str = ""


def download(address: Address) -> Path:
    """The file, from the cache where it is there. Raises InputError with the reason where it cannot be had."""
    reasons = []
    for repository, path, revision in address.hub:
        try:
            return _from_hub(repository, path, revision)
        except OSError as error:  # whatever the Hub's client raises is one
            reasons.append(_line(error))
    for url in address.raw:
        try:
            return _from_web(url, address.sha256)
        except OSError as error:
            reasons.append(f"{url}: {_line(error)}")
    raise InputError(
        f"{Path(address.clone[0]).name} cannot be downloaded ({'; '.join(reasons)}); check the connection, "
        f"or clone the repository that has {address.clone[0]} and name its folder with --data-root."
    )


def kept(address: Address) -> bool:
    """Whether the file was downloaded before."""
    from huggingface_hub import try_to_load_from_cache

    places = (try_to_load_from_cache(name, path, revision=rev, repo_type="dataset") for name, path, rev in address.hub)
    return any(isinstance(place, str) for place in places) or any(_place(url).is_file() for url in address.raw)


def _from_hub(repository: str, path: str, revision: str) -> Path:
    from huggingface_hub import hf_hub_download

    return Path(hf_hub_download(repository, path, revision=revision, repo_type="dataset"))


def _from_web(url: str, sha256: str) -> Path:
    from huggingface_hub import constants

    place = _place(url)
    if place.is_file():
        return place
    if constants.HF_HUB_OFFLINE:
        raise OSError("offline mode is on")
    request = urllib.request.Request(url, headers={"User-Agent": "xlt"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        content = answer.read()
    if sha256 and (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise OSError(f"what came is not the expected file, its SHA-256 is {found[:12]}…")
    place.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed, so that a download that breaks off leaves no half a file behind.
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as half:
        half.write(content)
    os.replace(half.name, place)
    return place


def _place(url: str) -> Path:
    from huggingface_hub import constants

    parts = urlsplit(url)
    return Path(constants.HF_HOME, "xlt", quote(parts.netloc, safe=""), *Path(parts.path.lstrip("/")).parts)


def _line(error: OSError) -> str:
    if isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError):
        return str(error.reason)
    return (str(error).strip() or type(error).__name__).split("\n")[0].rstrip(".")
