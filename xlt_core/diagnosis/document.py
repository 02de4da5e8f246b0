"""A diagnosis as plain values for JSON, and as rows of texts for a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlt_core import catalog
from xlt_core.contracts import Chart, Measured
from xlt_core.diagnosis.records import Snapshot
from xlt_core.formats.values import plain


def documents(snapshot: Snapshot) -> list[dict[str, Any]]:
    """One for each language and model: {"language", "model", "parallel", "split", "diagnostics": [{"name", ...}]}.

    What asks no model stands in those of all. A diagnostic without a result has "refused", the reason.
    """
    request = snapshot.request
    codes = dict.fromkeys(one.language for one in snapshot.found)
    return [
        {"language": code, "model": model, "parallel": Path(request.parallel).name, "split": request.split,
         "diagnostics": [_entry(one) for one in snapshot.found if one.language == code and one.model in (model, "")]}
        for code in codes for model in request.models
    ]  # fmt: skip


def as_json(snapshot: Snapshot) -> str:
    """Of one language and model its document; of several a list of them."""
    found = documents(snapshot)
    return json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=1)


def tables(found: Sequence[Measured]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """For each diagnostic its title, and its rows with the heads first: language, model, then what it tells."""
    made = []
    for name in dict.fromkeys(one.diagnostic for one in found):
        diagnostic = catalog.diagnostic(name)
        own = [one for one in found if one.diagnostic == name and not one.refused]
        cells = [diagnostic.row(one.values) for one in own]
        heads = list(dict.fromkeys(head for row in cells for head in row))
        models = any(one.model for one in own)
        rows = [(one.language, *([one.model] if models else []), *(row.get(head, "-") for head in heads))
                for one, row in zip(own, cells, strict=True)]  # fmt: skip
        if rows:
            made.append((diagnostic.title, [("language", *(["model"] if models else []), *heads), *rows]))
    return made


def refusals(found: Sequence[Measured]) -> list[str]:
    """What could not be measured, and why, each reason once."""
    lines = [f"{one.diagnostic}, {one.language}: {one.refused}" for one in found if one.refused]
    return list(dict.fromkeys(lines))


def charts(found: Sequence[Measured]) -> list[Chart]:
    """The pictures of all diagnostics."""
    own = {name: [one for one in found if one.diagnostic == name and not one.refused]
           for name in dict.fromkeys(one.diagnostic for one in found)}  # fmt: skip
    return [chart for name, measured in own.items() if measured for chart in catalog.diagnostic(name).charts(measured)]


def _entry(one: Measured) -> dict[str, Any]:
    if one.refused:
        return {"name": one.diagnostic, "refused": one.refused}
    said = catalog.diagnostic(one.diagnostic).says(catalog.language(one.language).name, one.values)
    return {"name": one.diagnostic, **plain(one.values), "says": said}
