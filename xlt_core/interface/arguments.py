"""Makes the fields of a record the arguments of a function, checked in one sentence."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from xlt_core.catalog_tools import unknown
from xlt_core.records import InputError

P, Options, R = ParamSpec("P"), TypeVar("Options"), TypeVar("R")


def takes(options: Callable[P, Options]) -> Callable[[Callable[[Options], R]], Callable[P, R]]:
    """Makes a function of one record into one that takes the record's fields as arguments.

    The signature is the record's, for editors and for `help`. A call that does not fit it raises InputError.
    """
    given = inspect.signature(options)
    own = getattr(options, "__annotations__", {})  # before those that it shares
    ordered = sorted(given.parameters.values(), key=lambda p: (p.default is not p.empty, p.name not in own))

    example = " and ".join(each.name for each in ordered[:2])

    def made(function: Callable[[Options], R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **named: P.kwargs) -> R:
            odd = next((name for name in named if name not in given.parameters), None)
            if odd is not None:
                raise InputError(unknown(f"argument of {function.__name__}", odd, given.parameters, given.parameters))
            try:
                given.bind(*args, **named)
            except TypeError as error:
                raise InputError(f"{function.__name__} is called by names, such as {example}: {error}.") from None
            return function(options(*args, **named))

        answer = inspect.signature(function).return_annotation
        call.__signature__ = inspect.Signature(ordered, return_annotation=answer)  # type: ignore[attr-defined]
        return call

    return made
