"""Columns that ask no language model: a solver by a function, and replies that carry the probabilities of labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from xlt_core.contracts import Setting, Task
from xlt_core.prompting.calls import empty
from xlt_core.records import Example, InputError, Prediction, Prompt, Reply

LEAST = 1e-6  # no label is impossible
LABELS_ONLY = "It chooses among labels; take it for a task with labels, such as topic."


@dataclass(frozen=True)
class Answering:
    """A solver that answers each example of a task by a function."""

    task: Task
    answer: Callable[[Example], Prediction]
    reader: None = None

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        """No prompt; what is said of the answer."""
        made = self.answer(example)
        return (), made.notes, made.replies

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        for example in examples:
            lacking = self.task.lacking(example.texts)
            yield Prediction(example.id, error=empty(lacking)) if lacking else self.answer(example)


def likeliest(
    example: Example, shares: Mapping[str, float], began: float, purpose: str, notes: tuple[str, ...] = ()
) -> Prediction:
    """The choice with the largest share, the first of equal ones. began: by perf_counter."""
    logs = {choice: math.log(max(shares.get(choice, 0.0), LEAST)) for choice in example.choices}
    best = max(logs, key=logs.__getitem__)
    reply = Reply(purpose, "", best, seconds=perf_counter() - began, choices=logs)
    return Prediction(example.id, best, (reply,), True, notes=notes)


def known_rows(setting: Setting) -> tuple[tuple[Example, ...], str]:
    """The train rows, or the demonstrations where there are none, and what they are in words."""
    try:
        rows = setting.rows("")
        return rows, f"{len(rows)} train rows"
    except InputError:
        if not setting.demonstrations:
            raise
        return setting.demonstrations, f"the {len(setting.demonstrations)} demonstrations"
