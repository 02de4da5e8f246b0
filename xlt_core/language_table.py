"""The languages that the project knows by name, from tables that are data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from xlt_core.records import Language
from xlt_core.settings import ASSETS


@cache
def languages() -> Mapping[str, Language]:
    """Languages by code: the rows of assets/languages.csv, then of any assets/languages-*.csv."""
    found: dict[str, Language] = {}
    for path in (ASSETS / "languages.csv", *sorted(ASSETS.glob("languages-*.csv"))):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                cells = {name: (cell or "").strip() for name, cell in row.items() if name}
                aliases = tuple(cells.pop("aliases", "").split())
                found[cells["code"]] = Language(
                    **(cells | {"direction": cells.get("direction") or "ltr"}), aliases=aliases
                )
    return found
