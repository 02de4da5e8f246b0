"""Calls to hosts and translators in one batch; what fails there is tried once more alone, so no item harms another."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

from xlt_core.records import InputError, Reply

Call = Callable[[Sequence[int]], Iterator[tuple[int, Reply]]]
Outcome = Reply | Exception
PATIENCE = 3  # items that may fail alone, one after the other, before the host itself is held to be at fault


def attempt(call: Call, count: int) -> Iterator[tuple[int, Outcome]]:
    """Yields (index, reply), partial replies too, or (index, exception) for an item that fails even alone.

    call: takes indices below count, yields (position in them, reply). Raises InputError as it comes, and the
    exception itself where nothing at all succeeds.
    """
    waiting = set(range(count))
    failure = yield from _run(call, sorted(waiting), waiting)
    if failure and count == 1:
        yield 0, failure
        return
    for failed, index in enumerate(sorted(waiting)):
        failure = yield from _run(call, [index], waiting)
        if failure and failed + 1 >= PATIENCE and len(waiting) == count:
            raise failure
        if failure:
            yield index, failure


def _run(
    call: Call, indices: Sequence[int], waiting: set[int]
) -> Generator[tuple[int, Outcome], None, Exception | None]:
    """Passes the replies on, takes the finished from waiting, and returns what went wrong."""
    try:
        for position, reply in call(indices) if indices else ():
            if reply.final:
                waiting.discard(indices[position])
            yield indices[position], reply
    except InputError:
        raise
    except Exception as error:
        return error
    return RuntimeError("No answer came back.") if waiting.intersection(indices) else None


def empty(field: str) -> str:
    """What is said of an item that lacks a text."""
    return f"The {field} is empty; write one."


def reason(error: Exception) -> str:
    """What went wrong, for the user."""
    return str(error) or type(error).__name__
