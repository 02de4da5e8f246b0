"""Downloads of models and adapters from the Hugging Face Hub, each once, with the progress of those under way."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

TIMEOUT = 5.0  # seconds; the Hub's own client tries each file for half a minute
RECHECK_SECONDS = 60.0  # how long an answer on whether the Hub can be reached holds
CONFIG_FILES = ("*.json", "*.jinja", "*.model", "*.txt")  # configuration and tokenizer
WEIGHT_FILES = ("model*.safetensors", "pytorch_model*.bin")  # the first format that the model has
ADAPTER_FILES = ("adapter_*",)
SUBFOLDERS = ("*/*",)  # the same weights in other formats
UNREACHABLE = "the Hub does not answer, and it is not in the cache"


@dataclass(frozen=True)
class Download:
    """The progress of a download in bytes; total is 0 while the files are looked up."""

    name: str
    done: int
    total: int

    def __str__(self) -> str:
        if not self.total:
            return f"looking up {self.name}"
        divisor, unit = (1e9, "GB") if self.total >= 1e8 else (1e6, "MB")
        return f"downloading {self.name}: {self.done / divisor:.1f} of {self.total / divisor:.1f} {unit}"


_downloads: dict[str, Download] = {}
_locks: dict[tuple[str, tuple[str, ...]], Lock] = {}


def downloads() -> tuple[Download, ...]:
    """The downloads that are under way."""
    return tuple(_downloads.values())


def progress(source: str, name: str) -> str:
    """The progress of loading a model, for the user. source: its Hub id or folder; name: what it is called."""
    return str(_downloads[source]) if source in _downloads else f"loading {name}"


def fetch_config(name: str, revision: str | None = None) -> str:
    """The folder with the configuration and tokenizer of a Hub id, downloaded if needed. Raises OSError with a reason
    if they cannot be had."""
    return _snapshot(name, revision, CONFIG_FILES)


def fetch_weights(name: str, revision: str | None = None) -> str:
    """The folder with all files that loading the model of a Hub id needs. Raises OSError as `fetch_config` does."""
    from huggingface_hub import snapshot_download

    if offline():
        return _snapshot(name, revision, CONFIG_FILES)  # the format of the weights shows when they are loaded
    plan = snapshot_download(
        name,
        revision=revision,
        dry_run=True,
        allow_patterns=list(WEIGHT_FILES),
        ignore_patterns=list(SUBFOLDERS),
        tqdm_class=_progress_bar(lambda done, total: None),
    )
    sizes = {
        pattern: [file.file_size for file in plan if Path(file.filename).match(pattern)] for pattern in WEIGHT_FILES
    }
    formats = [pattern for pattern, found in sizes.items() if found]
    return _snapshot(name, revision, (*CONFIG_FILES, *formats[:1]), sum(sizes[formats[0]]) if formats else 0)


def fetch_adapter(name: str) -> str:
    """The folder of a Hub id's adapter, downloaded if needed. Raises OSError as `fetch_config` does."""
    return _snapshot(name, None, ADAPTER_FILES)


def fetch_file(name: str, file: str, revision: str | None = None) -> str:
    """The path of one file of a Hub id, downloaded if needed. Raises OSError as `fetch_config` does."""
    path = Path(_snapshot(name, revision, (file,)), file)
    if not path.is_file():
        raise FileNotFoundError(f"{UNREACHABLE}" if offline() else f"it has no file {file}")
    return str(path)


def has_file(name: str, file: str) -> bool:
    """Whether a folder or a Hub id has a file. Raises OSError if there is no such id."""
    if Path(name).is_dir():
        return (Path(name) / file).is_file()
    from huggingface_hub import hf_hub_download, try_to_load_from_cache
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    try:
        hf_hub_download(name, file, local_files_only=offline())
    except LocalEntryNotFoundError as error:
        # A file that is not in the cache may still be on the Hub, unless the model itself has been downloaded.
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return False
        raise FileNotFoundError(UNREACHABLE) from error
    except EntryNotFoundError:
        return False
    return True


def _snapshot(name: str, revision: str | None, patterns: tuple[str, ...], size: int = 0) -> str:
    """size: bytes, if known; otherwise the total grows as files are requested."""
    from huggingface_hub import snapshot_download

    options = {"revision": revision, "allow_patterns": list(patterns), "ignore_patterns": list(SUBFOLDERS)}
    if offline():
        try:
            return snapshot_download(name, local_files_only=True, **options)
        except FileNotFoundError as error:
            raise FileNotFoundError(UNREACHABLE) from error
    with _locks.setdefault((name, patterns), Lock()):  # two callers at once share one download
        _downloads[name] = Download(name, 0, size)

        def report(done: int, total: int) -> None:
            _downloads[name] = Download(name, done, max(size, total))

        try:
            return snapshot_download(name, tqdm_class=_progress_bar(report), **options)
        finally:
            _downloads.pop(name, None)


def _progress_bar(report: Callable[[int, int], None]) -> type[Any]:
    """A progress bar that draws nothing, and reports bytes."""
    from tqdm import tqdm

    class ProgressBar(tqdm):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named | {"file": io.StringIO()})

        def update(self, n: float | None = 1) -> bool | None:
            displayed = super().update(n)
            if self.unit == "B" and self.desc.startswith("Reconstructing"):  # another bar counts the bytes transferred
                report(int(self.n), int(self.total or 0))
            return displayed

    return ProgressBar


def offline() -> bool:
    """Whether the Hub cannot be reached."""
    return not _answers(int(time.monotonic() // RECHECK_SECONDS))


@lru_cache(maxsize=1)
def _answers(period: int) -> bool:
    import httpx2
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=TIMEOUT)
    except (OSError, httpx2.HTTPError):  # OSError: HF_HUB_OFFLINE is set
        return False
    return True
