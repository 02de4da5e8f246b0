"""Turns the errors of handlers into one sentence for the user."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from xlt_core.records import InputError

UNEXPECTED = "Something went wrong on this side; it has been logged. Nothing that you entered is lost: try once more."
LOG = logging.getLogger("xlt_core.ui")


def catch_errors(handler: Callable[..., Any], on_error: Callable[[str], Any]) -> Callable[..., Any]:
    """The handler; where it raises, the result is what on_error makes of the error's sentence."""

    @wraps(handler)
    def guarded(*args: Any) -> Any:
        try:
            return handler(*args)
        except Exception as error:
            return on_error(error_sentence(error))

    return guarded


def catch_errors_while_yielding(
    handler: Callable[..., Iterator[Any]], on_error: Callable[[str], Any]
) -> Callable[..., Iterator[Any]]:
    """As catch_errors, for a handler that is a generator."""

    @wraps(handler)
    def guarded(*args: Any) -> Iterator[Any]:
        try:
            yield from handler(*args)
        except Exception as error:
            yield on_error(error_sentence(error))

    return guarded


def error_sentence(error: Exception) -> str:
    """The sentence that the user reads about an error. One that is not an InputError is logged with its traceback."""
    if isinstance(error, InputError):
        return str(error)
    LOG.error("An event of the page failed.", exc_info=error)
    return UNEXPECTED
