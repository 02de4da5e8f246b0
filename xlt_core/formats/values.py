"""Records to plain JSON values and back, by their annotations."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from xlt_core.records import UNSAID, InputError

NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false", types.NoneType: "null"}


def plain(value: Any, infinities: bool = False) -> Any:
    """A record as dicts, lists, texts and numbers. JSON lacks infinities: unless asked for, mappings lose them."""
    if is_dataclass(value):
        held = ((field, getattr(value, field.name)) for field in fields(value))
        said = ((field, inner) for field, inner in held if field.metadata != UNSAID or inner != _default(field))
        return {field.name: plain(inner, infinities) for field, inner in said}
    if isinstance(value, Mapping):
        return {key: plain(inner, infinities) for key, inner in value.items() if infinities or not _odd(inner)}
    return [plain(inner, infinities) for inner in value] if isinstance(value, tuple | list) else value


def build(kind: Any, data: Any, place: str) -> Any:
    """The value of a kind from plain data. place: its name in the InputError that is raised for what is off."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _record(kind, data, place)
    if origin in (Union, types.UnionType):
        return _either(kind, data, place)
    if origin is tuple and isinstance(data, list):
        return tuple(build(get_args(kind)[0], inner, f"{place}[{index}]") for index, inner in enumerate(data))
    if origin is Mapping and isinstance(data, dict):
        return {str(key): build(get_args(kind)[1], inner, f"{place}.{key}") for key, inner in data.items()}
    if type(data) is kind or (kind is float and type(data) is int):
        return kind(data) if kind is float else data
    raise InputError(f"{place} must be {NAMES.get(kind, 'a list' if origin is tuple else 'an object')}.")


def _either(kind: Any, data: Any, place: str) -> Any:
    failures = []
    for option in get_args(kind):
        try:
            return build(option, data, place)
        except InputError as error:
            failures.append(error)
    for failure in failures:
        if not str(failure).startswith(f"{place} must be"):  # it lies deeper: the option was the right one
            raise failure
    names = [NAMES.get(option, "a list" if get_origin(option) is tuple else "an object") for option in get_args(kind)]
    raise InputError(f"{place} must be {' or '.join(names)}.")


def _record(kind: Any, data: Any, place: str) -> Any:
    if not isinstance(data, dict):
        raise InputError(f"{place} must be an object.")
    known = {field.name: field for field in fields(kind)}
    odd = [key for key in data if key not in known] + [name for name, f in known.items() if _needed(f, data)]
    if odd:
        raise InputError(f"{place} {'lacks' if odd[0] in known else 'cannot have'} {str(odd[0])[:40]!r}.")
    hints = _hints(kind)
    return kind(**{name: build(hints[name], value, f"{place}.{name}") for name, value in data.items()})


_hints = cache(get_type_hints)  # reading the annotations takes longer than all the rest


def _needed(field: Field[Any], data: dict[str, Any]) -> bool:
    return field.name not in data and field.default is MISSING and field.default_factory is MISSING


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _odd(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
