"""Summarisation in one sentence, as in XL-Sum (arXiv 2106.13822)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import first_line, one_line, refuses
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction

FIELD = re.compile(
    r"^[*_#\s]*(?:(?:the|my|a|one-sentence|short|brief)\s+)*summary(?:\s+is)?[*_\s]*:[*_\s]*", re.IGNORECASE
)


class Summary(Task):
    """Read leniently: the first line, without thoughts, a lead-in or a repeated field name."""

    title = "Summary"
    answer_kind = "text"
    metrics = ("rouge_l", "rouge_1", "rouge_2", "chrf")

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("summary", choices, language)

    def question(self, example: Example) -> str:
        return f"Text: {one_line(example.text).strip()}\nSummary:"

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def read(self, text: str, example: Example) -> Answer | None:
        """The first line of the output behind thoughts and lead-ins; None where it is empty or a refusal."""
        said = without_thoughts(text)
        return None if refuses(said) else first_line(FIELD.sub("", without_lead_in(said).strip())) or None
