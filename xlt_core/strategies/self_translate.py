"""`self-translate`: the model itself translates, then answers in English (Etxaniz et al. 2023, arXiv 2308.01223)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

from xlt_core.contracts import Setting, Solver
from xlt_core.pivoting.crossing import HUMAN, MACHINE, Crossing
from xlt_core.pivoting.english_picks import EnglishPicks
from xlt_core.pivoting.pairs import PairedPicks, english_of, paired_demonstrations
from xlt_core.pivoting.pivot_solver import PivotSolver
from xlt_core.prompting.fewshot import FewShot, knob
from xlt_core.prompting.own_translator import OwnTranslator
from xlt_core.prompting.thoughts import MARK, ThinkingPrompter
from xlt_core.records import Reply

ASK = f'First translate the text to English. Then write "{MARK}" and the answer.'


@dataclass(frozen=True)
class SelfTranslated(FewShot):
    """By way of English, with no translator but the model. In one call (think-translate, as in xCoT, arXiv 2401.07037)
    entities and texts are answered in the language: they stand there without a way back."""

    title = "Self-translate"
    summary = "The model itself translates, and then answers in English: in two calls, or thinking in one."
    paper = "Etxaniz et al. 2023, arXiv 2308.01223; in one call xCoT, arXiv 2401.07037"
    acts_on, asks_for, asks_in = ("input", "demonstrations", "output"), ("labels",), "English"

    calls: Literal["two", "one"] = knob(
        "two", "Calls", "Two: translate, then answer. One: the translation and behind it the answer (think-translate)."
    )
    shown: Literal["human", "own"] = knob(
        "human", "Demonstrations", "Their English: the data's own where there is one, or the model's translations."
    )
    tokens: int = knob(256, "Translation limit", "Tokens of a translation; in one call of all output.", (8, 2048))

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        self.check(setting)
        human = self.shown == HUMAN
        rows = tuple(row for row in setting.demonstrations if human and row.pivot and row.pivot.text.strip())
        own = replace(setting, translator=OwnTranslator(setting.host, rows, self.tokens))
        crossing = Crossing(own, HUMAN if human else MACHINE, name="self-translate")
        crossing.checked()
        if self.calls == "one":
            return (yield from self._in_one_call(crossing))
        english = yield from crossing.demonstrations(setting.demonstrations)
        picks = EnglishPicks(crossing) if setting.pick else None
        prompter = yield from self.prompter(replace(own, demonstrations=english, pick=picks))
        return PivotSolver(replace(crossing, pivot=MACHINE), prompter, picks=picks)

    def _in_one_call(self, crossing: Crossing) -> Generator[str | Reply, None, Solver]:
        rows = yield from paired_demonstrations(crossing, crossing.setting.demonstrations)
        picks = PairedPicks(crossing) if crossing.setting.pick else None
        setting = self.ordered(replace(crossing.setting, demonstrations=rows, pick=picks))
        made = ThinkingPrompter(self, setting, "", ASK, lambda row: f"English: {english_of(row)}", self.tokens)
        yield from made.remarks()
        return made
