"""Makes a prompt fit the model's context: demonstrations go first, from the far end, then the end of the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from xlt_core.contracts import Host, Task
from xlt_core.records import Example, InputError, Prompt

CHARACTERS = 32  # no text has more characters per token than this; spares counting what was pasted by the megabyte

Build = Callable[[Sequence[Example], Example], Prompt]


def fit(
    host: Host, build: Build, demonstrations: Sequence[Example], example: Example, reserve: int, field: str = "text"
) -> tuple[Prompt, tuple[str, ...]]:
    """The prompt that leaves `reserve` tokens free, and notes on what it lacks. field: of the text that may be cut.

    One count where all fits, else a binary search. Raises InputError where even the instruction does not fit.
    """
    shots, length = len(demonstrations), len(example.texts[field])

    def prompt(kept: int, characters: int) -> Prompt:
        return build(demonstrations[shots - kept :], cut(example, characters, field))

    def fits(kept: int, characters: int) -> bool:
        built = prompt(kept, characters)
        short = sum(len(message.text) for message in built) <= CHARACTERS * host.context
        return short and host.count(built) + reserve <= host.context

    kept = shots if fits(shots, length) else _most(lambda n: fits(n, length), shots - 1)
    if kept < 0:
        kept, length = 0, _most(lambda n: fits(0, n), length - 1)
    if length < 1 <= len(example.texts[field]):
        raise InputError(
            f"The instruction leaves no room for a text in the model's {host.context} tokens; "
            "shorten it, or lower the output limit."
        )
    return prompt(kept, length), _notes(shots - kept, length, example, host, field)


def longest(task: Task, example: Example) -> str:
    """The field that is cut where an example is too long: never one that holds a list."""
    return max((name for name in task.fields if name not in task.listed), key=lambda n: len(example.texts.get(n, "")))


def cut(example: Example, characters: int, field: str = "text") -> Example:
    """The example with only the beginning of a text, so that spans of it are spans of the whole."""
    if characters >= len(example.texts[field]):
        return example
    return replace(example, texts={**example.texts, field: example.texts[field][:characters]})


def counted(number: int, thing: str) -> str:
    """Such as "1 demonstration" or "3 demonstrations"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _most(good: Callable[[int], bool], top: int) -> int:
    """The largest n in 0..top that is good, where all smaller ones are too; -1 where none is."""
    low, high = -1, top
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if good(middle) else (low, middle - 1)
    return low


def _notes(dropped: int, length: int, example: Example, host: Host, field: str) -> tuple[str, ...]:
    fitting = f"to fit the model's {host.context} tokens"
    notes = [f"{counted(dropped, 'demonstration')} dropped {fitting}"] if dropped else []
    if length < len(example.texts[field]):
        notes.append(f"{field} cut to its first {counted(length, 'character')} {fitting}")
    return tuple(notes)
