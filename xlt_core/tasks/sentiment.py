"""Sentiment of short texts: positive, neutral or negative, as in AfriSenti (Muhammad et al. 2023, arXiv 2302.08956)."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import one_line
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction
from xlt_core.tasks._labels import read_label


class Sentiment(Task):
    """Read as a topic is. AfriSenti's shared task ranked by weighted F1, which stands beside macro F1."""

    title = "Sentiment"
    answer_kind = "label"
    metrics = ("macro_f1", "accuracy", "weighted_f1")

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("sentiment", choices, language)

    def question(self, example: Example) -> str:
        return f"Text: {one_line(example.text).strip()}\nSentiment:"

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def read(self, text: str, example: Example) -> Answer | None:
        """The one label named, as xlt_core.tasks._labels reads it."""
        return read_label(text, example.choices)
