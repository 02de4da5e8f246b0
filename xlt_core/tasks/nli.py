"""Natural-language inference, as in XNLI (arXiv 1809.05053) and AfriXNLI (arXiv 2406.03368); the cloze is XGLM's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlt_core.contracts import Task
from xlt_core.formats.lines import first_line, one_line
from xlt_core.records import Answer, Example, Language
from xlt_core.tasks._instructions import instruction
from xlt_core.tasks._label_words import asking_word, label_words
from xlt_core.tasks._labels import read_label


class _Inference(Task):
    """What both forms share."""

    title = "Inference"
    answer_kind = "label"
    metrics = ("macro_f1", "accuracy", "weighted_f1")
    fields = ("premise", "hypothesis")

    def write(self, answer: Answer) -> str:
        return one_line(str(answer)).strip()

    def label_words(self, language: Language) -> Mapping[str, str]:
        return label_words("nli", language)


@dataclass(frozen=True)
class _Cloze(_Inference):
    """`PREMISE, right? Yes, HYPOTHESIS` (XGLM, arXiv 2112.10668): each label by the word in the gap."""

    asks: str = "right"

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return ""

    def question(self, example: Example) -> str:
        return f"{one_line(example.texts['premise']).strip()}, {self.asks}?"

    def completion(self, answer: Answer, example: Example) -> str:
        return f"{self.write(answer)}, {one_line(example.texts['hypothesis']).strip()}"

    def read(self, text: str, example: Example) -> Answer | None:
        """The word before the first comma: the hypothesis may well hold another."""
        return read_label(first_line(text).partition(",")[0], example.choices)


class Nli(_Inference):
    """Read leniently, as a topic is."""

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("nli", choices, language)

    def question(self, example: Example) -> str:
        premise, hypothesis = (one_line(example.texts[name]).strip() for name in self.fields)
        return f"Premise: {premise}\nHypothesis: {hypothesis}\nRelation:"

    def read(self, text: str, example: Example) -> Answer | None:
        """The one label named, as xlt_core.tasks._labels reads it."""
        return read_label(text, example.choices)

    def cloze(self, language: Language) -> Task | None:
        return _Cloze(asking_word("nli", language))
