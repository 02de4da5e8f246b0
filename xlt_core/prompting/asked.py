"""An example on its way to the model, with the prompt made for it; and answers whose labels are called otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from xlt_core.records import Answer, Example, Prediction, Prompt, Reply, Span


@dataclass(frozen=True)
class Asked:
    """An example with the prompt made for it. replies: the calls that this took; rows: its demonstrations; written:
    what is scored for each choice."""

    example: Example
    prompt: Prompt
    notes: tuple[str, ...]
    replies: tuple[Reply, ...] = ()
    rows: tuple[Example, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def bare(self) -> tuple[tuple[str, ...], ...]:
        """What a calibration of its labels hangs on: what is scored, which is each item's own in a cloze, the labels,
        and the demonstrations."""
        return (tuple(self.written.values()), self.example.choices, *((row.id, row.text) for row in self.rows))

    def scores(self, reply: Reply, length: Callable[[str], int]) -> dict[str, float]:
        """The log-likelihood of each label, divided by its length, NaN where the model gave none."""
        return {choice: reply.choices.get(text, math.nan) / length(text) for choice, text in self.written.items()}

    def chosen(self, reply: Reply, scores: Mapping[str, float], bare: Mapping[str, float]) -> Prediction:
        """The likeliest choice. scores: each one's log-likelihood, NaN where the model gave none; bare: what is taken
        from each. The reply's choices are what is left, by the labels."""
        if any(map(math.isnan, scores.values())):
            lacking = "The model gave no likelihood for a label."
            return Prediction(self.example.id, replies=(*self.replies, reply), error=lacking, notes=self.notes)
        left = {choice: score - bare.get(choice, 0.0) for choice, score in scores.items()}
        best = max(left, key=left.__getitem__)
        reply = replace(reply, choices=left, text=self.written[best])
        return Prediction(self.example.id, best, (*self.replies, reply), True, notes=self.notes)


def renamed(answer: Answer, names: dict[str, str]) -> Answer:
    """The answer with its label, or its spans' kinds, renamed."""
    if isinstance(answer, str):
        return names.get(answer, answer)
    return tuple(replace(span, kind=names.get(span.kind, span.kind)) for span in answer if isinstance(span, Span))
