"""The languages that the project knows by name, from tables that are data.

A language in one script is one choice. Where data have it in several, each further one is a row of its own, with its
code in FLORES-200 as its code: `knc` is Central Kanuri in Latin script, `knc_Arab` in Arabic script.
"""

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


def other_scripts(language: str) -> tuple[str, ...]:
    """The codes of a language in its further scripts: ("knc_Arab",) for knc."""
    return tuple(code for code in languages() if code.startswith(f"{language}_"))
