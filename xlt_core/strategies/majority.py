"""`majority`: the most frequent label of the train rows, whatever the text; no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from time import perf_counter

from xlt_core.baselines.answering import LABELS_ONLY, Answering, known_rows, likeliest
from xlt_core.contracts import Setting, Solver, Strategy
from xlt_core.records import InputError, Reply


@dataclass(frozen=True)
class MostFrequent(Strategy):
    """What a column must be above to have read anything."""

    title = "Majority"
    summary = "No model: always the most frequent label of the train rows."
    needs = ()
    asks_for = ("labels",)
    reads_items = False

    def unsuited(self, answer_kind: str) -> str:
        return "" if answer_kind == "label" else LABELS_ONLY

    def row_languages(self, language: str) -> tuple[str, ...]:
        return (language,)

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        rows, said = known_rows(setting)
        if not rows:
            raise InputError("There are no rows to count labels in; choose a dataset with a train split.")
        counts = Counter(row.answer for row in rows)
        label, number = counts.most_common(1)[0]
        yield f"no model: {label}, the label of {number} of {said}"
        shares = {str(name): count / len(rows) for name, count in counts.items()}
        return Answering(setting.task, lambda example: likeliest(example, shares, perf_counter(), "count labels"))
