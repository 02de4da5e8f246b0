"""What is asked: a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from xlt_core.records import Answer, Example, Language


class Task:
    """What is asked. Law, tested over every bundled row: read(write(a)) == a.

    metrics: score names of xlt_core.metrics, the headline first. unpivoted: why its items cannot be asked by way of
    English, in a sentence; "" where they can. fields: names of an example's texts, in the order of the page; optional:
    those that may be empty; listed: those that hold a list, an entry a line. answer_in: the field whose language a text
    answer is in, as a span of a passage is; "" where it is in that of the example.
    """

    title: ClassVar[str]
    answer_kind: ClassVar[Literal["label", "text", "spans", "number"]]
    metrics: ClassVar[tuple[str, ...]]
    unpivoted: ClassVar[str] = ""
    fields: ClassVar[tuple[str, ...]] = ("text",)
    optional: ClassVar[tuple[str, ...]] = ()
    listed: ClassVar[tuple[str, ...]] = ()
    answer_in: ClassVar[str] = ""

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

    def completion(self, answer: Answer, example: Example) -> str:
        """What stands behind the question where this is the answer: of a demonstration, or of a choice to score."""
        return self.write(answer)

    def choices_of(self, texts: Mapping[str, str], choices: tuple[str, ...]) -> tuple[str, ...]:
        """The choices of a row that a person wrote. choices: those of the data."""
        return choices

    def label_words(self, language: Language) -> Mapping[str, str]:
        """Published words for the labels in a language, by label; {} where there are none."""
        return {}

    def cloze(self, language: Language) -> Task | None:
        """The task asked as a sentence with a gap, where it has that form too."""
        return None

    def lacking(self, texts: Mapping[str, str]) -> str:
        """The first field that must not be empty and is; "" where there is none."""
        needed = (name for name in self.fields if name not in self.optional)
        return next((name for name in needed if not texts.get(name, "").strip()), "")
