"""Answers by way of English: crosses, asks there, and brings the answers back, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlt_core.contracts import Host
from xlt_core.pivoting.back import back_translated
from xlt_core.pivoting.crossing import Crossed, Crossing
from xlt_core.pivoting.english_picks import EnglishPicks
from xlt_core.prompting.fewshot import Prompter
from xlt_core.records import Example, Prediction, Prompt, Reply

BATCH = 16  # answers that are brought back in one call of the translator


@dataclass(frozen=True)
class PivotSolver:
    """Crosses to English, asks there, and crosses back. back: translate the machine's English back beside; picks: the
    demonstrations, where each item has its own."""

    crossing: Crossing
    prompter: Prompter
    back: bool = False
    picks: EnglishPicks | None = None

    @property
    def reader(self) -> Host | None:
        return self.prompter.reader

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        """The English prompt, notes on it, and the translation of the input. Raises InputError where that fails."""
        crossed = self.crossing.one(example)
        for _ in self.picks.pick({0: crossed}) if self.picks else ():
            pass
        prompt, notes, replies = self.prompter.preview(crossed.english)
        return prompt, crossed.notes + notes, crossed.replies + replies

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Predictions as they come; a partial one's replies tell how far it is."""
        entered: dict[int, Crossed] = {}
        for index, crossed in self.crossing.enter(examples):
            yield crossed.so_far()
            if crossed.english:
                entered[index] = crossed
        for index, crossed in back_translated(self.crossing, entered) if self.back else ():
            entered[index] = crossed
            yield crossed.so_far()
        for index, picked in self.picks.pick(entered) if self.picks else ():
            yield entered[index].so_far(picked.replies)
        waiting: list[tuple[Example, Prediction]] = []
        for asked in self.prompter([entered[index].english for index in sorted(entered)]):
            crossed = entered[int(asked.id)]
            prediction = crossed.joined(asked)
            if not asked.answer or not self.crossing.returns(crossed.example):
                yield prediction
                continue
            yield replace(prediction, answer=None, valid=False, final=False)
            waiting.append((replace(crossed.example, pivot=crossed.english), prediction))
            if len(waiting) == BATCH:
                yield from self.crossing.leave(waiting)
                waiting = []
        yield from self.crossing.leave(waiting)
