"""`bilingual`: text and English together in each turn, answered once (FILTER, arXiv 2009.05166, at prompt time)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

from xlt_core.contracts import Setting, Solver, Translator, missing
from xlt_core.pivoting.crossing import Crossing
from xlt_core.pivoting.pairs import PairedPicks, PairSolver, english_texts, paired_demonstrations
from xlt_core.prompting.fewshot import FewShot, Prompter, knob
from xlt_core.records import Example, InputError, Language, Reply


@dataclass(frozen=True)
class Bilingual(FewShot):
    """Few-shot prompting in the language, with the English beside each text."""

    title = "Bilingual"
    summary = "Each turn has the text and its English; the answer is in the language, so nothing is brought back."
    paper = "FILTER: Fang et al. 2021, arXiv 2009.05166"
    uses_translator = True
    acts_on, asks_for, asks_in = ("input", "demonstrations"), ("labels", "a translator"), "both"

    pivot: Literal["machine", "human"] = knob(
        "machine", "Pivot", "Who translates to English: the translator, or the data's own human translations."
    )
    first: Literal["source", "English"] = knob("source", "First", "Which of the two stands first in a turn.")
    beams: int = knob(1, "Beams", "Of the translator's search; 1 is greedy, and more take longer.", (1, 16))

    def untranslated(self, answer_kind: str, language: Language, english: Language, translator: Translator) -> str:
        """Only the way to English is needed, and of that nothing where people have translated."""
        return "" if self.pivot == "human" else missing(translator, language, english)

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        self.check(setting)
        crossing = Crossing(setting, self.pivot, self.beams, "bilingual")
        why_not = self.untranslated("", setting.language, setting.english, crossing.checked())
        if why_not:
            raise InputError(why_not)
        rows = yield from paired_demonstrations(crossing, setting.demonstrations)
        picks = PairedPicks(crossing) if setting.pick else None
        plain = yield from self.prompter(replace(setting, demonstrations=rows, pick=picks))
        return PairSolver(crossing, BilingualPrompter(plain.knobs, plain.setting, first=self.first))


@dataclass(frozen=True)
class BilingualPrompter(Prompter):
    """first: source or English."""

    first: str = "source"

    def question(self, example: Example, shown: bool = False) -> str:
        """The fields of the text and those of its English, then where the answer begins."""
        english = replace(example, texts={**example.texts, **english_texts(example)})
        *own, begin = self.setting.task.question(example).split("\n")
        other = [line for line in self.setting.task.question(english).split("\n")[:-1] if line not in own]
        named = [f"English {line[:1].lower()}{line[1:]}" for line in other]
        return "\n".join([*(own + named if self.first == "source" else named + own), begin])
