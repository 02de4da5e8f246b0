"""Files of models and adapters from the Hugging Face Hub, once each, with how far each download is for all to see."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

PATIENCE = 5.0  # seconds; the Hub's own client tries each file for half a minute
RECHECK = 60.0  # seconds for which an answer about the Hub holds
SMALL = ("*.json", "*.jinja", "*.model", "*.txt")  # configuration and tokenizer
WEIGHTS = ("model*.safetensors", "pytorch_model*.bin")  # the first kind that there is
ADAPTER = ("adapter_*",)
FOLDERS = ("*/*",)  # other forms of the same weights
UNREACHED = "the Hub does not answer, and it is not in the cache"


@dataclass(frozen=True)
class Download:
    """How far a download is, in bytes; total is 0 while the files are looked up."""

    name: str
    done: int
    total: int

    def __str__(self) -> str:
        if not self.total:
            return f"looking up {self.name}"
        unit, sign = (1e9, "GB") if self.total >= 1e8 else (1e6, "MB")
        return f"downloading {self.name}: {self.done / unit:.1f} of {self.total / unit:.1f} {sign}"


_under_way: dict[str, Download] = {}
_locks: dict[tuple[str, tuple[str, ...]], Lock] = {}


def downloads() -> tuple[Download, ...]:
    """What is being downloaded just now."""
    return tuple(_under_way.values())


def progress(name: str) -> str:
    """How far a model is on its way, for the user."""
    return str(_under_way[name]) if name in _under_way else f"loading {name}"


def files(name: str, revision: str | None = None) -> str:
    """The folder with the configuration and tokenizer of a Hub id. Raises OSError with a reason where it is not to
    be had."""
    return _snapshot(name, revision, SMALL)


def weights(name: str, revision: str | None = None) -> str:
    """The folder with all that is needed to load the model of a Hub id. Raises OSError as `files` does."""
    from huggingface_hub import snapshot_download

    if offline():
        return _snapshot(name, revision, SMALL)  # which kind of weights was fetched shows when they are read
    planned = snapshot_download(name, revision=revision, dry_run=True, allow_patterns=list(WEIGHTS),
                                ignore_patterns=list(FOLDERS), tqdm_class=_meter(lambda done, total: None))  # fmt: skip
    sizes = {kind: [file.file_size for file in planned if Path(file.filename).match(kind)] for kind in WEIGHTS}
    kinds = [kind for kind, found in sizes.items() if found]
    return _snapshot(name, revision, (*SMALL, *kinds[:1]), sum(sizes[kinds[0]]) if kinds else 0)


def adapter(name: str) -> str:
    """The folder of a Hub id's adapter. Raises OSError as `files` does."""
    return _snapshot(name, None, ADAPTER)


def has(name: str, file: str) -> bool:
    """Whether a folder or a Hub id has a file. Raises OSError where there is no such id."""
    if Path(name).is_dir():
        return (Path(name) / file).is_file()
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    try:
        hf_hub_download(name, file, local_files_only=offline())
    except LocalEntryNotFoundError as error:
        # That the cache lacks the file tells something only where the model itself has been fetched.
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return False
        raise FileNotFoundError(UNREACHED) from error
    except EntryNotFoundError:
        return False
    return True


def _snapshot(name: str, revision: str | None, patterns: tuple[str, ...], size: int = 0) -> str:
    """size: bytes, where it is known; else the total grows as the files are asked for."""
    from huggingface_hub import snapshot_download

    options = {"revision": revision, "allow_patterns": list(patterns), "ignore_patterns": list(FOLDERS)}
    if offline():
        try:
            return snapshot_download(name, local_files_only=True, **options)
        except FileNotFoundError as error:
            raise FileNotFoundError(UNREACHED) from error
    with _locks.setdefault((name, patterns), Lock()):  # two who ask at once share one download
        _under_way[name] = Download(name, 0, size)

        def tell(done: int, total: int) -> None:
            _under_way[name] = Download(name, done, max(size, total))

        try:
            return snapshot_download(name, tqdm_class=_meter(tell), **options)
        finally:
            _under_way.pop(name, None)


def _meter(tell: Callable[[int, int], None]) -> type[Any]:
    """A progress bar that draws nothing, and tells of bytes."""
    from tqdm import tqdm

    class Meter(tqdm):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named | {"file": io.StringIO()})

        def update(self, n: float | None = 1) -> bool | None:
            moved = super().update(n)
            if self.unit == "B" and self.desc.startswith("Reconstructing"):  # beside it one of what was transferred
                tell(int(self.n), int(self.total or 0))
            return moved

    return Meter


def offline() -> bool:
    """Whether the Hub does not answer."""
    return not _answers(int(time.monotonic() // RECHECK))


@lru_cache(maxsize=1)
def _answers(period: int) -> bool:
    import httpx2
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=PATIENCE)
    except (OSError, httpx2.HTTPError):  # OSError: HF_HUB_OFFLINE is set
        return False
    return True
