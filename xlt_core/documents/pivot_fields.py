"""What documents say of the machine's pivot: of an item and of a column, as plain values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from xlt_core.findings.pivots import column_pivot, item_pivot
from xlt_core.formats.values import plain
from xlt_core.records import Example, Prediction, Run
from xlt_core.scoring.pivot import Signs

Fields = dict[str, Any]
NAMES = ("chrf_pp", *Signs.__annotations__, "back_chrf_pp")  # of an item's figures; those that it lacks are left out


def item_fields(example: Example, prediction: Prediction) -> Fields:
    """{"pivot": figures by NAMES}."""
    figures = item_figures(example, prediction)
    return {"pivot": figures} if figures else {}


def item_figures(example: Example, prediction: Prediction) -> Fields:
    """An item's figures by NAMES."""
    found = item_pivot(example, prediction)
    if found is None:
        return {}
    every = {"chrf_pp": found.chrf_pp, **asdict(found.signs), "back_chrf_pp": found.back_chrf_pp}
    return {name: value for name, value in every.items() if value is not None}


def column_fields(run: Run, metric: str, seed: int) -> Fields:
    """{"pivot": the same of a column, with sacreBLEU's signature, the correlation and the sentence on it}."""
    found = column_pivot([run], metric, seed)
    if found is None:
        return {}
    every = {name: value for name, value in plain(found).items() if name != "signs" and value not in (None, "")}
    return {"pivot": every | asdict(found.signs)}
