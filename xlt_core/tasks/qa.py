"""Question answering over a passage, as in SQuAD (arXiv 1606.05250); across languages as in AfriQA (2305.06897)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import first_line, one_line, refuses
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction
from xlt_core.text.answers import alternatives

FIELD = re.compile(r"^[*_#\s]*(?:(?:the|my|short|final)\s+)*answer(?:\s+is)?[*_\s]*:[*_\s]*", re.IGNORECASE)
EDGES, QUOTES = " \t*_`", '"“”„«»'


class Qa(Task):
    """A span of the passage or a short text, read as the first line. Several gold answers, any of which is right,
    have $$ between them; a demonstration shows the first."""

    title = "Questions"
    answer_kind = "text"
    metrics = ("qa_f1", "exact_match")
    fields = ("passage", "question")
    optional = ("passage",)
    answer_in = "passage"

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("qa", choices, language)

    def question(self, example: Example) -> str:
        passage = one_line(example.texts.get("passage", "")).strip()
        question = f"Question: {one_line(example.texts['question']).strip()}\nAnswer:"
        return f"Passage: {passage}\n{question}" if passage else question

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def completion(self, answer: Answer, example: Example) -> str:
        return next(iter(alternatives(self.write(answer))), "")

    def read(self, text: str, example: Example) -> Answer | None:
        """The first line of the output behind thoughts and lead-ins; None where it is empty or a refusal."""
        said = without_thoughts(text)
        return None if refuses(said) else _bare(first_line(FIELD.sub("", without_lead_in(said).strip()))) or None


def _bare(text: str) -> str:
    """Without markdown, and without quotation marks around the whole."""
    text = text.strip(EDGES)
    quoted = len(text) > 1 and text[0] in QUOTES and text[-1] in QUOTES
    return text[1:-1].strip() if quoted else text
