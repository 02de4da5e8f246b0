"""`ensemble`: the columns' label probabilities averaged, or their votes (Jiang et al. 2023, arXiv 2306.02561)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from xlt_core.baselines.answering import LEAST, Answering
from xlt_core.baselines.other_columns import Combining, agreement, answers, lacking, probabilities, said
from xlt_core.contracts import Setting, Solver
from xlt_core.prompting.fewshot import knob
from xlt_core.records import Answer, Example, Prediction, Reply, Span
from xlt_core.scoring import metrics


@dataclass(frozen=True)
class Ensemble(Combining):
    """Labels by average or votes; entities that at least half find; the summary that is most like the others."""

    title = "Ensemble"
    summary = "Other columns' answers put together: their probabilities averaged, or their votes."

    paper = "LLM-Blender: Jiang et al. 2023, arXiv 2306.02561"
    acts_on = ("output",)

    by: Literal["probabilities", "votes"] = knob(
        "probabilities", "Labels by", "The average of the columns' probabilities, or one vote for each column."
    )

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        yield from agreement(setting)

        def answer(example: Example) -> Prediction:
            began = perf_counter()
            try:
                found = answers(setting.built_on, example)
            except KeyError as error:
                return lacking(example, error.args[0])
            differing = said(found, setting)
            notes = (f"the columns disagree: {differing}",) if differing else ()
            joined, shares = self._joined(found, example, setting)
            logs = {label: math.log(max(share, LEAST)) for label, share in shares.items()}
            text = "" if joined is None else setting.task.write(joined)
            reply = Reply("combine columns", "", text, seconds=perf_counter() - began, choices=logs)
            return Prediction(example.id, joined, (reply,), joined is not None, notes=notes)

        return Answering(setting.task, answer)

    def _joined(
        self, found: Mapping[str, Prediction], example: Example, setting: Setting
    ) -> tuple[Answer | None, dict[str, float]]:
        """The answer, and for labels their shares."""
        kind, given = setting.task.answer_kind, [p.answer for p in found.values() if p.answer is not None]
        if kind == "label":
            shares = self._shares(found, example)
            return max(shares, key=shares.__getitem__), shares
        if not given:
            return None, {}
        if kind == "spans":
            return _found_by_half(given), {}
        return max(given, key=lambda one: _likeness(one, given, setting)), {}

    def _shares(self, found: Mapping[str, Prediction], example: Example) -> dict[str, float]:
        each = [probabilities(prediction, example.choices) for prediction in found.values()]
        mean = {choice: sum(one[choice] for one in each) / len(each) for choice in example.choices}
        if self.by == "probabilities":
            return mean
        votes = Counter(str(p.answer) for p in found.values() if p.answer in example.choices)
        # The average settles a tie, and counts for less than a vote.
        counts = {choice: votes[choice] + mean[choice] / 2 for choice in example.choices}
        return {choice: count / sum(counts.values()) for choice, count in counts.items()}


def _found_by_half(given: list[Answer]) -> tuple[Span, ...]:
    """The entities that at least half of the columns find, those that more find first where they overlap."""
    counts = Counter((span.start, span.end, span.kind, span.text) for spans in given for span in {*spans}
                     if isinstance(span, Span) and span.located)  # fmt: skip
    kept: list[Span] = []
    for (start, end, kind, text), number in counts.most_common():
        if 2 * number >= len(given) and all(end <= span.start or span.end <= start for span in kept):
            kept.append(Span(text, kind, start, end))
    return tuple(sorted(kept, key=lambda span: span.start))


def _likeness(one: Answer, given: list[Answer], setting: Setting) -> float:
    return sum(metrics.item_score(setting.task.metrics[0], other, one) for other in given)
