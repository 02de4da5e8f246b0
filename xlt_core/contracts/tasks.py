"""What is asked: a task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from xlt_core.records import Answer, Example, Language


class Task:
    """What is asked. Law, tested over every bundled row: read(write(a)) == a.

    metrics: score names of xlt_core.metrics, the headline first. unpivoted: why its items cannot be asked by way of
    English, in a sentence; "" where they can.
    """

    title: ClassVar[str]
    answer_kind: ClassVar[Literal["label", "text", "spans", "number"]]
    metrics: ClassVar[tuple[str, ...]]
    unpivoted: ClassVar[str] = ""

    def in_language(self, language: Language) -> Task:
        """The task as it is asked of a language's data; itself, unless its wording depends on the language."""
        return self

    def direction(self, language: Language, english: Language) -> tuple[Language, Language]:
        """The languages of its input and of its answer, of a language's data."""
        return language, language

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        """The instruction, written in `language` where the project has it, else in English."""
        raise NotImplementedError

    def question(self, example: Example) -> str:
        """The user's turn for one example, up to where the answer begins."""
        raise NotImplementedError

    def write(self, answer: Answer) -> str:
        """The answer as the model should write it: one line, no surrounding space."""
        raise NotImplementedError

    def read(self, text: str, example: Example) -> Answer | None:
        """The answer that an output stands for, read leniently; None where it cannot be read (an invalid output)."""
        raise NotImplementedError
