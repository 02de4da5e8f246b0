"""`mt-prompt`: the translator's k best translations, each answered, and fused (Ponti et al. 2021, arXiv 2107.11353)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from xlt_core.contracts import Host, Setting, Solver, Translator, missing
from xlt_core.pivoting.crossing import HUMAN, Crossing
from xlt_core.pivoting.english_picks import EnglishPicks
from xlt_core.pivoting.fusing import fused
from xlt_core.pivoting.pivot_solver import PivotSolver
from xlt_core.prompting.fewshot import FewShot, knob
from xlt_core.records import Example, InputError, Language, Prediction, Prompt, Reply


@dataclass(frozen=True)
class ManyPivots(FewShot):
    """By way of English, several times: demonstrations by the best translation, the input by each."""

    title = "MT-prompt"
    summary = "The input is translated in several ways; each is answered, and the answers are fused."
    paper = "Ponti et al. 2021, arXiv 2107.11353"
    uses_translator = True
    acts_on, asks_for, asks_in = ("input", "demonstrations", "output"), ("labels", "a translator"), "English"

    pivots: int = knob(3, "Pivots", "How many of the translator's best translations are asked.", (1, 8))
    human: bool = knob(False, "Human English too", "Ask the data's own English as one more pivot, where there is one.")
    fuse: Literal["mean", "votes"] = knob(
        "mean", "Fuse", "Labels: by the mean of their log-probabilities, or by votes; entities and texts by votes."
    )

    def untranslated(self, answer_kind: str, language: Language, english: Language, translator: Translator) -> str:
        """As of translate; and the translator must have more than one translation."""
        if self.pivots > 1 and not hasattr(translator, "ranked"):
            return (f"The translator {translator.name} has one translation for a text; set mt-prompt.pivots to 1, or "
                    "choose a model of translation.")  # fmt: skip
        back = missing(translator, english, language) if answer_kind == "text" else ""
        return missing(translator, language, english) or back

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        self.check(setting)
        crossing = Crossing(setting, name="mt-prompt", beams=self.pivots)
        translator = crossing.checked()
        why_not = self.untranslated(setting.task.answer_kind, setting.language, setting.english, translator)
        if why_not:
            raise InputError(why_not)
        rows = yield from crossing.demonstrations(setting.demonstrations)
        picks = EnglishPicks(crossing) if setting.pick else None
        prompter = yield from self.prompter(replace(setting, demonstrations=rows, pick=picks))
        ranked = translator.ranked(self.pivots) if self.pivots > 1 else [translator]
        each = [replace(crossing, setting=replace(setting, translator=one)) for one in ranked]
        solvers = [PivotSolver(one, prompter, picks=picks) for one in each]
        human = PivotSolver(replace(crossing, pivot=HUMAN), prompter, picks=picks) if self.human else None
        return FusingSolver(tuple(solvers), human, self.fuse == "mean")


@dataclass(frozen=True)
class FusingSolver:
    """solvers: one for each rank; human: with the data's own English, for the items that have one; mean: of the labels'
    log-probabilities, else votes."""

    solvers: tuple[PivotSolver, ...]
    human: PivotSolver | None
    mean: bool

    @property
    def reader(self) -> Host | None:
        return self.solvers[0].reader

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        """The prompt with the best translation, and the calls of the others."""
        prompt, notes, replies = self.solvers[0].preview(example)
        others = [solver.preview(example)[2] for solver in self.solvers[1:]]
        return prompt, (*notes, f"the first of {len(self.solvers)} pivots"), (*replies, *(r for o in others for r in o))

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Predictions as they come; all are fused at the end, when every pivot of an item is answered."""
        numbered = [replace(example, id=str(index)) for index, example in enumerate(examples)]
        given: list[list[Prediction]] = [[] for _ in examples]
        with_english = [one for one in numbered if one.pivot and one.pivot.text.strip()]
        runs = [(solver, numbered) for solver in self.solvers]
        runs += [(self.human, with_english)] if self.human and with_english else []
        for solver, asked in runs:
            for prediction in solver(asked):
                index = int(prediction.id)
                if prediction.final:
                    given[index].append(prediction)
                so_far = tuple(reply for one in given[index] for reply in one.replies) or prediction.replies
                yield Prediction(examples[index].id, replies=so_far, final=False)
        yield from (fused(example.id, own, self.mean) for example, own in zip(examples, given, strict=True))
