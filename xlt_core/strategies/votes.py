"""`votes`: the most frequent label of an item's demonstrations, no model: what the picker alone knows (Liu et al. 2022,
arXiv 2101.06804)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from time import perf_counter

from xlt_core.baselines.answering import LABELS_ONLY, Answering, likeliest
from xlt_core.contracts import Setting, Solver, Strategy
from xlt_core.prompting.shown import shown
from xlt_core.records import Example, InputError, Prediction, Reply

NEARER = 1e-3  # of a vote: settles a tie for the nearest row, which stands last


@dataclass(frozen=True)
class Votes(Strategy):
    """Beside `prompt` on the same picked rows, so that the model does not take the picker's credit."""

    title = "Votes"
    summary = "No model: the most frequent label of the item's own demonstrations."
    needs = ()
    paper = "Liu et al. 2022: What makes good in-context examples for GPT-3?, arXiv 2101.06804"
    acts_on, asks_for = ("demonstrations",), ("labels",)

    def unsuited(self, answer_kind: str) -> str:
        return "" if answer_kind == "label" else LABELS_ONLY

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        if not setting.pick and not setting.demonstrations:
            raise InputError("There are no demonstrations to vote; take more shots.")
        yield "no model: the demonstrations vote" + ("" if setting.pick else ", the same ones for every item")

        def answer(example: Example) -> Prediction:
            began = perf_counter()
            ((_, picked),) = shown(setting, [example])
            if picked.error:
                return Prediction(example.id, replies=picked.replies, error=picked.error)
            counts: Counter[str] = Counter()
            for nearness, row in enumerate(picked.rows):
                counts[str(row.answer)] += 1 + NEARER * nearness  # type: ignore[assignment]
            said = ", ".join(str(row.answer) for row in reversed(picked.rows))
            total = sum(counts.values())
            made = likeliest(
                example, {name: n / total for name, n in counts.items()}, began, "vote", (f"nearest first: {said}",)
            )
            return Prediction(example.id, made.answer, picked.replies + made.replies, True, notes=made.notes)

        return Answering(setting.task, answer)
