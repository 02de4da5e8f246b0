"""A small host whose tokens and layers can be read, and subjects for diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from helpers.small_hosts import ENGLISH, KINYARWANDA, Generating

from xlt_core.contracts import Diagnostic, Pieces, Subject, Values
from xlt_core.probing.sentence_states import SentenceStates

LAYERS, WIDTH = 3, 5
PAIRS = (("yatsinze umukino", "won match"), ("yafunguye ibitaro", "opened hospital"), ("ƙ", "k"), ("yaje", "came"))


class Inspected(Generating):
    """Words are tokens; a sentence's states hang on its words alone; a byte costs a nat. reads: of sentences so far."""

    def __init__(self, context: int = 100) -> None:
        super().__init__(context=context)
        self.reads: list[tuple[str, str]] = []

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        return [Pieces(len(text.split()), text.count("ƙ"), 0) for text in texts]

    def sentence_states(self, texts: Sequence[str], adapter: str = "") -> Iterator[list[Any]]:
        yield []
        for index, text in enumerate(texts):
            self.reads.append((text, adapter))
            dice = np.random.default_rng(sum(map(ord, text + adapter)))
            yield [(index, SentenceStates(*dice.normal(size=(2, LAYERS, WIDTH)).astype(np.float32)))]

    def nats(self, texts: Sequence[str], adapter: str = "") -> Iterator[float]:
        yield 0.0
        for text in texts:
            yield len(text.encode()) * (0.5 if adapter else 1.0)


def subject(**changes: Any) -> Subject:
    made = Subject(KINYARWANDA, ENGLISH, PAIRS, Inspected(), "small", languages=(KINYARWANDA, ENGLISH))
    return replace(made, **changes)


def measured(diagnostic: Diagnostic, given: Subject) -> Values:
    steps = diagnostic.measure(given)
    while True:
        try:
            assert next(steps)
        except StopIteration as end:
            return end.value
