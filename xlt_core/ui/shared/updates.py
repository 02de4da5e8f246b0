"""Joins updates of widgets, so that two regions can each say something about the same one."""

from __future__ import annotations

from typing import Any

Updates = dict[Any, Any]


def merged(*parts: Updates) -> Updates:
    """All updates; where two concern the same widget the later one wins in what both say."""
    joined: Updates = {}
    for part in parts:
        for widget, value in part.items():
            joined[widget] = _both(joined[widget], value) if widget in joined else value
    return joined


def _both(old: Any, new: Any) -> Any:
    if _is_update(old):
        return old | (new if _is_update(new) else {"value": new})
    return {"value": old} | new if _is_update(new) else new


def _is_update(value: Any) -> bool:
    return isinstance(value, dict) and value.get("__type__") == "update"
