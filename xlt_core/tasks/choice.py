"""Multiple choice, as in MMLU (arXiv 2009.03300), AfriMMLU (arXiv 2406.03368) and Belebele (arXiv 2308.16884)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import first_line, one_line
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction
from xlt_core.tasks._options import letters_of, options_of, read_option


class _Options(Task):
    """What both forms share: a question, its options, and a passage where there is one. The answer is a letter."""

    title = "Multiple choice"
    answer_kind = "label"
    metrics = ("accuracy",)
    fields = ("passage", "question", "options")
    optional = ("passage",)
    listed = ("options",)

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def choices_of(self, texts: Mapping[str, str], choices: tuple[str, ...]) -> tuple[str, ...]:
        return letters_of(texts.get("options", ""))

    def _asked(self, example: Example) -> list[str]:
        passage = one_line(example.texts.get("passage", "")).strip()
        question = one_line(example.texts["question"]).strip()
        return [*([f"Passage: {passage}"] if passage else []), f"Question: {question}"]


class _Cloze(_Options):
    """The question alone; each option is scored by its own text (the cloze of OLMES, arXiv 2406.08446)."""

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return ""

    def question(self, example: Example) -> str:
        return "\n".join([*self._asked(example), "Answer:"])

    def completion(self, answer: Answer, example: Example) -> str:
        texts = dict(zip(letters_of(example.texts["options"]), options_of(example.texts["options"]), strict=True))
        return texts.get(str(answer), str(answer))

    def read(self, text: str, example: Example) -> Answer | None:
        """The option whose whole text was written."""
        return read_option(first_line(text), example.texts.get("options", ""), example.choices)


class Choice(_Options):
    """Lettered options; the answer is scored, or read, by its letter."""

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("choice", choices, language)

    def question(self, example: Example) -> str:
        options = options_of(example.texts["options"])
        lettered = [f"{letter}. {option}" for letter, option in zip(example.choices, options, strict=False)]
        return "\n".join([*self._asked(example), *lettered, "Answer:"])

    def read(self, text: str, example: Example) -> Answer | None:
        """The one option named, by its letter or its text."""
        return read_option(text, example.texts.get("options", ""), example.choices)

    def cloze(self, language: Language) -> Task | None:
        return _Cloze()
