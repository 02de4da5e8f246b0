"""`oracle`: the best column of each item by its gold answer: the bound of any choice among them (arXiv 2604.16937)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from xlt_core.baselines.answering import Answering
from xlt_core.baselines.other_columns import Combining, agreement, answers, lacking, score
from xlt_core.contracts import Setting, Solver
from xlt_core.records import Example, Prediction, Reply


@dataclass(frozen=True)
class Oracle(Combining):
    """It sees the gold answers, and is a bound, not a way to answer."""

    title = "Oracle (unreachable)"
    summary = "The best of the other columns for each item, by the gold answer: a bound that nothing can reach."
    sees_gold = True
    paper = "Choosing a strategy for each item: arXiv 2604.16937"
    acts_on, asks_for = ("output",), ("labels",)

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        yield "sees the gold answers: an upper bound of choosing among the columns, not a result"
        yield from agreement(setting)

        def answer(example: Example) -> Prediction:
            try:
                found = answers(setting.built_on, example)
            except KeyError as error:
                return lacking(example, error.args[0])
            if example.answer is None:
                return Prediction(example.id, error="There is no gold answer to choose by.")
            scores = {name: score(setting, example.answer, prediction) for name, prediction in found.items()}
            best = max(scores, key=scores.__getitem__)
            right = ", ".join(name for name, value in scores.items() if value == scores[best] > 0)
            note = f"best: {right}" if right else "no column is right"
            return replace(found[best], id=example.id, replies=(), notes=(note,))

        return Answering(setting.task, answer)
