"""The environment variables, in one place."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = Path(os.environ.get("XLT_ASSETS") or ROOT / "assets")
POCKET = ASSETS / "pocket"
DATA_ROOTS = tuple(Path(root).expanduser() for root in os.environ.get("XLT_DATA_ROOTS", "").split(os.pathsep) if root)
DATASETS = tuple(os.environ.get("XLT_DATASETS", "").replace(",", " ").split())  # offered on the page, from the Hub
HOST_URL = os.environ.get("XLT_HOST_URL", "").strip().rstrip("/")  # of an OpenAI-compatible server, ending in /v1
HOST_KEY = os.environ.get("XLT_HOST_KEY", "").strip()
PUBLIC = os.environ.get("XLT_PUBLIC", "").strip() not in ("", "0")  # many visitors: each sees only runs of their own
