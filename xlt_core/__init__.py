"""Compares cross-lingual prompting strategies for low-resource languages, side by side.

In Python: `import xlt_core as xlt`, then `xlt.compare(task="topic", language="kin")`; docs/python.md has the rest.
"""

from __future__ import annotations

import logging
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlt_core.interface.calls import adapt, compare, diagnose, score, sweep
    from xlt_core.interface.lists import languages
    from xlt_core.interface.tables import Rows
    from xlt_core.records import Column, InputError, Row

__version__ = "0.1.0"
__all__ = ["Column", "InputError", "Row", "adapt", "compare", "datasets", "diagnose", "languages", "models", "score",
           "strategies", "sweep", "tasks"]  # fmt: skip

# Whoever serves the page sees what went wrong inside; on the command line a sentence is enough.
logging.getLogger(__name__).addHandler(logging.NullHandler())

# Where a name of the interface is. It is loaded when it is first asked for, so that the import itself takes no time.
LOADED_LATER = {
    **dict.fromkeys(("Column", "InputError", "Row"), "records"),
    **dict.fromkeys(("adapt", "compare", "diagnose", "score", "sweep"), "interface.calls"),
    "languages": "interface.lists",
}
CALLABLE_FOLDERS = ("datasets", "models", "strategies", "tasks")


class _CallableFolder(ModuleType):
    """A folder of this package that is also a function: xlt_core.tasks is the folder, xlt_core.tasks() lists it.

    Python binds a sub-package to its name here whenever somebody imports it, so a function of that name would not last.
    """

    def __call__(self) -> Rows:
        """A row for each, as the command line's list of the same name has them."""
        return getattr(import_module("xlt_core.interface.lists"), self.__name__.rpartition(".")[2])()


def __getattr__(name: str) -> Any:
    if name not in LOADED_LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LOADED_LATER[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *LOADED_LATER})


for _folder in CALLABLE_FOLDERS:  # their own __init__.py hold no code, so nothing heavy comes with them
    import_module(f"{__name__}.{_folder}").__class__ = _CallableFolder
