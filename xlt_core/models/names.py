"""What a model's or translator's name stands for: the bundled one, a fetched one, a file, a folder, or a Hub id."""

from __future__ import annotations

import os
import re
from pathlib import Path

from xlt_core.models import gguf, packages
from xlt_core.models.suggested import Part, near_name
from xlt_core.records import InputError
from xlt_core.settings import POCKET

HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
LONGEST_ID = 96  # characters, as the Hub has it


def model_path(name: str, part: Part = "model") -> str:
    """The folder or Hub id that a name stands for. Raises InputError where it can be neither."""
    if name == "pocket":
        if not (POCKET / part / "config.json").is_file():
            raise InputError(f"The bundled {part} is not there; write it with `python -m xlt_core pocket`, "
                             "or name another one.")  # fmt: skip
        return str(POCKET / part)
    folder = Path(os.path.expanduser(name))
    if file := packages.named(name, part) or (gguf.named(name, folder) if part == "model" else ""):
        return file
    if os.path.isfile(folder / "config.json"):  # unlike pathlib's, false for a name that no file can have
        return str(folder)
    if name.strip("./") and os.path.isdir(folder):
        raise InputError(f"The folder {name} holds no {part}: it lacks config.json.")
    if HUB_ID.fullmatch(name) and len(name) <= LONGEST_ID and not name.startswith("."):
        return name
    raise InputError(
        f"There is no {part} {name[:80]!r}{near_name(name)}; give pocket, a Hugging Face id such as org/name, or a "
        "folder."
    )
