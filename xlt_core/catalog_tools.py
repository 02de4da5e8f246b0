"""The catalog's tools: scanning a folder, looking up by name, and a strategy's fields as knobs."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache, wraps
from threading import Lock
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from xlt_core.records import InputError

T = TypeVar("T")
Value = bool | int | float | str
TRUTH = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)
MOST_OFFERED = 20
CACHE_SIZE = 8  # hosts, and translators
WANTED = {"bool": "true or false", "int": "a whole number", "float": "a number"}


@dataclass(frozen=True)
class Knob:
    """A strategy's field as the page and the command line see it. choices: only for the kind choice;
    range: the least and the most that a number may be; yes: the choice that true stands for."""

    name: str
    label: str
    help: str
    kind: Literal["bool", "int", "float", "str", "choice"]
    choices: tuple[str, ...]
    default: Value
    range: tuple[int, int] | None = None
    yes: str = ""


@cache
def scan(folder: str, base: type[Any]) -> Mapping[str, type[Any]]:
    """The public class that extends the base in each file of the folder, by the file's name; of a file that holds
    several that differ in little, those in its BY_NAME."""
    package = importlib.import_module(f"xlt_core.{folder}")
    found = {}
    for name in sorted(info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_")):
        module = importlib.import_module(f"xlt_core.{folder}.{name}")
        found |= getattr(module, "BY_NAME", {})
        own = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__]
        kinds = [kind for kind in own if issubclass(kind, base) and not kind.__name__.startswith("_")]
        found.update(dict.fromkeys([name], kinds[-1]) if kinds and not hasattr(module, "BY_NAME") else {})
    return found


@cache
def knobs(kind: type[Any]) -> tuple[Knob, ...]:
    """The fields of a strategy's class, in their order."""
    hints = get_type_hints(kind)
    made = []
    for field in fields(kind):
        hint, label = hints[field.name], field.metadata.get("label") or field.name.replace("_", " ").capitalize()
        choices = tuple(map(str, get_args(hint))) if get_origin(hint) is Literal else ()
        default = field.default if field.default is not MISSING else field.default_factory()
        widget = "choice" if choices else hint.__name__
        told = field.metadata.get("help", ""), widget, choices, default, field.metadata.get("range")
        made.append(Knob(field.name, label, *told, field.metadata.get("yes", "")))
    return tuple(made)


def coerced(strategy: str, knob: Knob, value: Value) -> Value:
    """The value, which may be text, in the knob's own type. Raises InputError where it is none."""
    text = str(value).strip()
    if knob.yes and text.casefold() in TRUTH:
        text = knob.yes if TRUTH[text.casefold()] else str(knob.default)
    try:
        if knob.kind == "choice" and text not in knob.choices:
            raise ValueError
        readers = {"bool": lambda: TRUTH[text.casefold()], "int": lambda: int(text), "float": lambda: float(text)}
        read = readers.get(knob.kind, lambda: text if knob.choices else str(value))()
        if knob.range and not knob.range[0] <= read <= knob.range[1]:
            raise ValueError
        return read
    except (KeyError, ValueError):
        wanted = (
            f"{knob.range[0]} to {knob.range[1]}"
            if knob.range
            else WANTED.get(knob.kind, f"one of {', '.join(knob.choices)}")
        )
        raise InputError(f"The knob {strategy}.{knob.name} cannot be {text!r}; give {wanted}.") from None


def pick(what: str, known: Mapping[str, T], name: str) -> T:
    """known[name], or an InputError that names what is near."""
    if name not in known:
        raise InputError(unknown(what, name, known, known))
    return known[name]


def unknown(what: str, name: str, near: Iterable[str], known: Iterable[str]) -> str:
    """A sentence that offers what is spelt nearly so, or else all there is."""
    close = difflib.get_close_matches(name.strip().casefold(), list(near), n=3, cutoff=0.6)
    listed = [*known]
    more = f" and {len(listed) - MOST_OFFERED} more" if len(listed) > MOST_OFFERED else ""
    offer = f"choose one of {', '.join(listed[:MOST_OFFERED]) or 'none'}{more}."
    offer = f"did you mean {', '.join(close)}?" if close else offer
    return f"There is no {what} {name[:60]!r}; {offer}"


def once(make: Callable[[str], T]) -> Callable[[str], T]:
    """Caches what is made by name, the last few used; two threads that ask at once get the same."""
    made: dict[str, T] = {}
    locks: dict[str, Lock] = {}

    @wraps(make)
    def get(name: str) -> T:
        # A lock for each, so that a large model on its way keeps nobody from the others; setdefault is atomic.
        with locks.setdefault(name, Lock()):
            found = made.pop(name, None)  # in one step: another thread may be about to let it go
            made[name] = found = make(name) if found is None else found  # the last used stands at the end
            for old in [*made][:-CACHE_SIZE]:
                made.pop(old, None)
            return found

    return get
