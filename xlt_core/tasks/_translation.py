"""What the two directions of translation share: `Language: sentence`, line by line, and how an output is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from xlt_core.contracts import Task
from xlt_core.formats.lines import first_line, one_line, refuses
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction

ENGLISH = Language("eng", "English")
UNKNOWN = Language("", "the language")


@dataclass(frozen=True)
class Translating(Task):
    """Translation to or from English. language: the other one, once the task is asked in it. Read leniently: the first
    line, without thoughts, a lead-in or the name of the language before it."""

    answer_kind = "text"
    metrics = ("chrf_pp", "bleu", "length_ratio")
    unpivoted = (
        "Translation is not asked by way of English: the translator alone is a column of its own, the strategy "
        "translator."
    )
    into_english: ClassVar[bool] = True

    language: Language = UNKNOWN

    def in_language(self, language: Language) -> Task:
        return replace(self, language=language)

    def direction(self, language: Language, english: Language) -> tuple[Language, Language]:
        return (language, english) if self.into_english else (english, language)

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        source, target = self._names
        return instruction("translation", choices, language).replace("[source]", source).replace("[target]", target)

    def question(self, example: Example) -> str:
        source, target = self._names
        text = one_line(example.text).strip()
        return f"{source}: {text}\n{target}:" if self.language.code else f"Text: {text}\nTranslation:"

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def read(self, text: str, example: Example) -> Answer | None:
        """The first line of the output behind thoughts and lead-ins; None where it is empty or a refusal."""
        said = without_thoughts(text)
        named = rf"(?:{re.escape(self._names[1])}(?:\s+translation)?|translation)(?:\s+is)?"
        field = re.compile(rf"^[*_#\s]*(?:the\s+)?{named}[*_\s]*:[*_\s]*", re.IGNORECASE)
        left = field.sub("", without_lead_in(said).strip())
        return None if refuses(said) else first_line(left) or None

    @property
    def _names(self) -> tuple[str, str]:
        """Of the languages of input and answer, in English."""
        source, target = self.direction(self.language, ENGLISH)
        return source.name, target.name
