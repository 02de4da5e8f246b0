"""The program `apertium` on this machine, one process for each text.

Its tagger learns as it goes, so that in a process which has read other texts before, a text may come out otherwise.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from signal import SIGINT, SIGKILL
from tempfile import TemporaryDirectory
from threading import Lock

from xlt_core.records import HostError

DATA = Path(os.environ.get("APERTIUM_DATADIR") or "/usr/share/apertium")
STOP = ".[]"  # a full stop that is taken off again: without one, the end of a text is no end of a sentence
GRACE = 0.3  # seconds to end by itself
QUOTED = re.compile("'([^']+)'")


class Program:
    """The program, looked for each time it is asked: it may be installed meanwhile. patience: seconds for a text."""

    def __init__(self, patience: float = 15.0) -> None:
        self.patience = patience

    @property
    def absent(self) -> str:
        """Why it cannot be asked; "" where it can."""
        return "" if shutil.which("apertium") else "The program apertium is not installed here"

    def version(self) -> str:
        return "" if self.absent else _version(shutil.which("apertium") or "")

    def pairs(self) -> frozenset[str]:
        return frozenset() if self.absent else frozenset(_output("-l").split())

    def revision(self, pairs: Sequence[str]) -> str:
        """The version, and each pair with a digest of its data."""
        return ", ".join([self.version(), *(f"{name} {_digest(name)}".strip() for name in pairs)])

    def session(self, pair: str) -> Processes:
        return Processes(pair, self.patience)


class Processes:
    """The processes of one call. Closing ends those that are still at work, with all that they have started."""

    def __init__(self, pair: str, patience: float) -> None:
        self._pair, self._patience = pair, patience
        self._lock, self._closed = Lock(), False
        self._running: set[subprocess.Popen[bytes]] = set()

    def __call__(self, segments: Sequence[str]) -> list[str]:
        """The segments, translated. Raises HostError where the program hangs, ends in the middle, or is stopped."""
        sent = "".join(f"{segment}{STOP}\0" for segment in segments).encode()
        # The program's own scratch files go with the folder, whatever becomes of it.
        with TemporaryDirectory() as folder, self._start(folder) as process:
            output, errors = self._answer(process, sent)
        made = output.decode(errors="replace").split("\0")
        if len(made) <= len(segments):
            *_, said = ["", *errors.decode(errors="replace").strip().splitlines()]
            raise HostError(f"apertium {self._pair} ended in the middle of a text{said and f' ({said[:200]})'}.")
        return [_unstopped(text) for text in made[: len(segments)]]

    def _answer(self, process: subprocess.Popen[bytes], sent: bytes) -> tuple[bytes, bytes]:
        try:
            return process.communicate(sent, self._patience)
        except subprocess.TimeoutExpired:
            raise HostError(f"apertium {self._pair} gave no answer within {self._patience:g} seconds.") from None
        finally:
            self._end(process)

    def close(self) -> None:
        with self._lock:
            self._closed, running = True, [*self._running]
        for process in running:
            self._end(process)

    def _start(self, folder: str) -> subprocess.Popen[bytes]:
        line = [shutil.which("apertium") or "apertium", "-u", "-z", "-f", "none", self._pair]
        with self._lock:
            if self._closed:
                raise HostError("The translation was stopped.")
            try:
                process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                           env=os.environ | {"TMPDIR": folder}, start_new_session=True)  # fmt: skip
            except OSError as error:
                raise HostError(f"apertium could not be started ({error.strerror}).") from None
            self._running.add(process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Ends the process and its children, and leaves no zombie: a shell that is interrupted waits for its children
        first, while one that is killed leaves them to whoever is process 1, which may be ourselves."""
        with self._lock:
            if process not in self._running:
                return
            self._running.discard(process)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(GRACE)
                os.killpg(process.pid, SIGKILL)
            process.wait()
            with suppress(ChildProcessError):
                while True:
                    os.waitpid(-process.pid, 0)


def _unstopped(text: str) -> str:
    """One line, without the full stop that was put behind it."""
    before, mark, after = text.rpartition(STOP)
    return " ".join(((before + after) if mark else text.replace("[]", "")).splitlines())


def _output(option: str) -> str:
    """What the program says of itself; "" where it does not."""
    line = [shutil.which("apertium") or "apertium", option]
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


@lru_cache
def _version(path: str) -> str:
    return _output("-V").strip() or "Apertium"


@lru_cache
def _digest(pair: str) -> str:
    """Eight hexadecimal digits for a pair's data: its pipeline, and the files which that names."""
    mode = DATA / "modes" / f"{pair}.mode"
    if not mode.is_file():
        return ""
    files = [mode, *map(Path, QUOTED.findall(mode.read_text("utf-8")))]
    return sha256(b"\n".join(path.read_bytes() for path in files if path.is_file())).hexdigest()[:8]
