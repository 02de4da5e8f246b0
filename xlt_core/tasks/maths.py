"""Word problems whose answer is a number, as in MGSM (Shi et al. 2022, arXiv 2210.03057) and AfriMGSM (2406.03368)."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import one_line, refuses
from xlt_core.formats.outputs import without_thoughts
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction
from xlt_core.text.numbers import number_of


class Maths(Task):
    """Read leniently: digits of any script, separators, signs and units do not matter. A row's reasoning, where it has
    one, is what the strategy `reason` shows before the answer."""

    title = "Maths"
    answer_kind = "number"
    metrics = ("number_match",)
    fields, optional = ("text", "reasoning"), ("reasoning",)

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("maths", choices, language)

    def question(self, example: Example) -> str:
        return f"Question: {one_line(example.text).strip()}\nAnswer:"

    def write(self, answer: Answer) -> str:
        return number_of(str(answer)) or one_line(str(answer)).strip()

    def read(self, text: str, example: Example) -> Answer | None:
        """The number that the output gives as its answer, as xlt_core.text.numbers reads it; None for none."""
        said = without_thoughts(text).partition("\nQuestion:")[0]
        return None if refuses(said) else number_of(said)
