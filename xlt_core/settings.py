"""The environment variables, in one place."""

from __future__ import annotations

import os
from pathlib import Path

# Threads that wait by spinning starve other processes; what computes reads this once, when it is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

ROOT = Path(__file__).resolve().parent.parent
ASSETS = Path(os.environ.get("XLT_ASSETS") or ROOT / "assets")
POCKET = ASSETS / "pocket"
_DATA_HOME = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
ADAPTERS = Path(os.environ.get("XLT_ADAPTERS") or Path(_DATA_HOME, "xlt", "adapters")).expanduser()  # made here
MODEL_FOLDER = Path(os.environ.get("XLT_MODELS_DIR") or Path(_DATA_HOME, "xlt", "models")).expanduser()  # fetched
DATA_ROOTS = tuple(Path(root).expanduser() for root in os.environ.get("XLT_DATA_ROOTS", "").split(os.pathsep) if root)
DATASETS = tuple(os.environ.get("XLT_DATASETS", "").replace(",", " ").split())  # offered on the page, from the Hub
HOST_URL = os.environ.get("XLT_HOST_URL", "").strip().rstrip("/")  # of an OpenAI-compatible server, ending in /v1
HOST_KEY = os.environ.get("XLT_HOST_KEY", "").strip()
# Many visitors, as on a Space that is not private: each sees only runs of their own, and types no path or address.
PUBLIC = os.environ.get("XLT_PUBLIC", "").strip() not in ("", "0") or (
    "SPACE_ID" in os.environ and os.environ.get("XLT_PUBLIC", "").strip() != "0"
)
ANY = "any"


def _ids(name: str) -> tuple[str, ...]:
    """What may be named on the page beside the bundled: a list, or `any` (as by default where it is not public)."""
    given = tuple(os.environ.get(name, "" if PUBLIC else ANY).replace(",", " ").split())
    return tuple(entry for entry in given if entry != ANY) if PUBLIC else given


MODELS = _ids("XLT_MODELS")
TRANSLATORS = _ids("XLT_TRANSLATORS")
STORE = Path(
    os.environ.get("XLT_STORE")  # :memory: keeps nothing
    or Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "xlt" / "store.sqlite"
)
