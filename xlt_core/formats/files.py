"""Files and folders for results: whether one can write there, and the sentence that says why not."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryFile

from xlt_core.records import InputError


def check_file(path: Path) -> None:
    """Raises InputError where the file cannot be written, before anything is computed for it."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            return  # such as a pipe, whose reader would take the trial for the end
        new = not os.path.lexists(path)
        path.open("ab").close()  # the rights alone do not tell of every file system
        if new:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from None


def check_folder(path: Path) -> None:
    """Makes the folder where it is not there. Raises InputError where nothing can be written into it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=path).close()
    except OSError as error:
        raise InputError(f"{path} cannot be written ({_reason(error)}); name another folder.") from None


def write(path: Path, made: str | bytes) -> None:
    """Writes the file, text as UTF-8. Raises InputError."""
    try:
        path.write_bytes(made if isinstance(made, bytes) else made.encode())
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> InputError:
    if not os.path.isdir(path.parent):
        return InputError(f"{path} cannot be written (there is no folder {path.parent}); make it, or name another.")
    return InputError(f"{path} cannot be written ({_reason(error)}); name another file.")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
