"""`translate`: all is translated to English, asked in English, and brought back (Toukmaji 2024, arXiv 2403.06018)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

from xlt_core.contracts import Encodes, Setting, Solver, Translator, missing
from xlt_core.pivoting.aligning import Aligner
from xlt_core.pivoting.crossing import Crossing
from xlt_core.pivoting.english_picks import EnglishPicks
from xlt_core.pivoting.markers import Marker, Matcher, Projector
from xlt_core.pivoting.pivot_solver import PivotSolver
from xlt_core.prompting.fewshot import FewShot, knob
from xlt_core.records import InputError, Language, Reply


@dataclass(frozen=True)
class Translated(FewShot):
    """Few-shot prompting by way of English."""

    title = "Translate"
    summary = "Demonstrations and input are translated to English; the answer is brought back."
    uses_translator = True
    paper = "Toukmaji 2024, arXiv 2403.06018"
    acts_on, asks_for, asks_in = ("input", "demonstrations", "output"), ("labels", "a translator"), "English"

    pivot: Literal["machine", "human", "translate-test"] = knob(
        "machine", "Pivot", "Who translates to English: the translator, the data's own human translations, or the "
        "machine translations that some datasets publish of their test rows."
    )  # fmt: skip
    beams: int = knob(1, "Beams", "Of the translator's search; 1 is greedy, and more take longer.", (1, 16))
    fields: str = knob("all", "Fields", "Which texts are translated: all, or some, such as question (of qa) alone.")
    projection: Literal["match", "align", "markers"] = knob(
        "match", "Projection", "How entities come back: by match or each one's translation, by alignment of words, or "
        "by markers in the English that is translated back."
    )  # fmt: skip
    back: bool = knob(False, "Back-translation", "Translate the machine's English back, to see what was lost.")

    def untranslated(self, answer_kind: str, language: Language, english: Language, translator: Translator) -> str:
        """As by the contract, but for what people have translated and for labels, which stay. Entities need no way
        back either: without one, those are found that stand in the text."""
        into = "" if self.pivot != "machine" else missing(translator, language, english)
        return into or (missing(translator, english, language) if answer_kind == "text" else "")

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        self.check(setting)
        projector = self._projector(setting)
        crossing = Crossing(setting, self.pivot, self.beams, only=self.fields, projector=projector)
        ends, translator = (setting.language, setting.english), crossing.checked()
        why_not = self.untranslated(setting.task.answer_kind, *ends, translator)
        if why_not:
            raise InputError(why_not)
        if setting.task.answer_kind == "spans" and not crossing.can_return and self.projection != "align":
            if self.projection == "markers":
                raise InputError("The projection by markers needs a way back from English; choose match or align.")
            yield "no translation back: entities are found only where the text has them as the model wrote them"
        english = yield from crossing.demonstrations(setting.demonstrations)
        if self.back and not crossing.can_return:
            yield "no translation back: the pivot is not back-translated"
        picks = EnglishPicks(crossing) if setting.pick else None
        prompter = yield from self.prompter(replace(setting, demonstrations=english, pick=picks))
        return PivotSolver(crossing, prompter, self.back, picks)

    def _projector(self, setting: Setting) -> Projector:
        """Raises InputError where the model's states cannot be read."""
        if self.projection == "align" and setting.task.answer_kind == "spans":
            if not isinstance(setting.host, Encodes):
                raise InputError("The projection by alignment reads a model that runs here; choose match or markers.")
            return Aligner(setting.host)
        return Marker() if self.projection == "markers" else Matcher()
