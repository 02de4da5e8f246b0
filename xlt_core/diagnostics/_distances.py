"""How far languages lie from each other: by the database URIEL+ (Khan et al. 2025), where its package is installed.

URIEL+ (https://aclanthology.org/2025.coling-main.463) takes its facts from WALS, PHOIBLE, SSWL, Ethnologue and
Glottolog. Its tables are read where the package `urielplus` keeps them; none of its code runs.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlt_core.language_table import flores_codes, languages
from xlt_core.records import Language

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

PACKAGE = "urielplus"
TABLES = {"genetic": ("family_features", ""), "geographic": ("geocoord_features", ""), "syntactic": ("features", "S_"),
          "inventory": ("features", "INV_")}  # fmt: skip
KINDS = tuple(TABLES)
FEWEST = 3  # kinds of distance: languages of which fewer are known cannot be ranked beside the others
FEWEST_FEATURES = 20  # known of both languages; of two or three any languages agree


def source() -> str:
    """The database with its version; "" where its package is not installed."""
    return f"URIEL+ {version(PACKAGE)}" if importlib.util.find_spec(PACKAGE) else ""


def distances(one: Language, other: Language) -> dict[str, float]:
    """By kind, in 0..1: the angle between what is known of both, over a right angle; without kinds of which nothing is.

    URIEL+'s own measure: the greatest value over its sources of each feature.
    """
    tables = _tables()
    found = {}
    for kind in tables:
        a, b = (_vector(tables[kind], language) for language in (one, other))
        value = None if a is None or b is None else _angle(a, b)
        found |= {} if value is None else {kind: value}
    return found


def mean_distance(one: Language, other: Language) -> float | None:
    """The mean over the kinds that are known; None for fewer than FEWEST."""
    known = distances(one, other).values()
    return sum(known) / len(known) if len(known) >= FEWEST else None


def nearest(one: Language, others: Iterable[Language]) -> list[str]:
    """Codes of the others, the nearest first; those of which nothing is known last."""
    listed = list(others)
    far = {other.code: mean_distance(one, other) for other in listed}
    return sorted(far, key=lambda code: (far[code] is None, far[code] or 0.0))


def _vector(rows: Mapping[str, Array], language: Language) -> Array | None:
    codes = (language.code, language.flores[:3], *language.aliases)
    return next((rows[code] for code in codes if code in rows), None)


def _angle(a: Array, b: Array) -> float | None:
    """2/pi times the angle between two vectors; None where too few features are known of both. A language without any,
    such as an isolate without a family, is as far as can be."""
    import numpy as np

    known = (a >= 0) & (b >= 0)
    if known.sum() < FEWEST_FEATURES:
        return None
    a, b = a[known].astype(np.float64), b[known].astype(np.float64)
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if not lengths:
        return 1.0 if a.any() or b.any() else None
    return float(2 / np.pi * np.arccos(np.clip(a @ b / lengths, -1, 1)))


@cache
def _tables() -> Mapping[str, Mapping[str, Array]]:
    """The vectors of our languages by kind and ISO 639-3 code, -1 for what is not known. {} without the package."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.origin:
        return {}
    folder, read = Path(found.origin).parent / "database" / "original_uriel", {}
    wanted = _wanted()
    for name in dict.fromkeys(file for file, _ in TABLES.values()):
        read[name] = _read(folder / f"{name}.npz", wanted)
    return {kind: {code: row[[feature.startswith(prefix) for feature in read[name][0]]]
                   for code, row in read[name][1].items()}
            for kind, (name, prefix) in TABLES.items()}  # fmt: skip


def _wanted() -> set[str]:
    """ISO codes of our languages and of FLORES-200."""
    own = [code for one in languages().values() for code in (one.code, one.flores[:3], *one.aliases)]
    return {code for code in (*own, *flores_codes()) if len(code) == 3}


def _read(path: Path, wanted: set[str]) -> tuple[Sequence[str], dict[str, Array]]:
    """The names of the features, and the rows of some languages: of each feature the greatest value of its sources."""
    import numpy as np

    with np.load(path, allow_pickle=False) as table:
        places = {str(code): place for place, code in enumerate(table["langs"]) if str(code) in wanted}
        rows = table["data"][list(places.values())].max(-1)
        return [str(name) for name in table["feats"]], dict(zip(places, rows, strict=True))
