"""What a person wants of an assistant: one intent of many, as in INJONGO (Yu et al. 2025, arXiv 2502.09814)."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import one_line
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction
from xlt_core.tasks._labels import read_label


class Intent(Task):
    """Read as a topic is; an underscore in a label may be written as a space."""

    title = "Intent"
    answer_kind = "label"
    metrics = ("accuracy", "macro_f1")

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("intent", choices, language)

    def question(self, example: Example) -> str:
        return f"Text: {one_line(example.text).strip()}\nIntent:"

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def read(self, text: str, example: Example) -> Answer | None:
        """The one label named, as xlt_core.tasks._labels reads it."""
        return read_label(text, example.choices)
