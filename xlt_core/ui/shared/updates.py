"""The values that a handler gets and the updates that it returns, both by widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[Any, Any]
Updates = dict[Any, Any]


def merge(*parts: Updates) -> Updates:
    """All updates; where two concern the same widget, they are joined, and the later one wins in what both set."""
    merged: Updates = {}
    for part in parts:
        for widget, value in part.items():
            merged[widget] = _both(merged[widget], value) if widget in merged else value
    return merged


def _both(old: Any, new: Any) -> Any:
    if _is_update(old):
        return old | (new if _is_update(new) else {"value": new})
    return {"value": old} | new if _is_update(new) else new


def _is_update(value: Any) -> bool:
    return isinstance(value, dict) and value.get("__type__") == "update"
