"""`route`: for each item one of the other columns, by a small classifier of cheap signs (arXiv 2604.16937).

It learns on items with gold answers of a split that is not scored."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from xlt_core.baselines.answering import Answering
from xlt_core.baselines.other_columns import Combining, agreement, answers, lacking, score
from xlt_core.baselines.routing import cross_fitted, features, learned
from xlt_core.contracts import Setting, Solver
from xlt_core.prompting.fewshot import knob
from xlt_core.records import Example, InputError, Prediction, Reply

LEAST = 10  # items that a router learns from


@dataclass(frozen=True)
class Route(Combining):
    """The columns answer the items that it learns from too, prepared without them; those calls are its cost."""

    title = "Route"
    summary = "For each item one of the other columns, chosen by a small classifier of cheap signs."

    paper = "Choosing a strategy for each item: arXiv 2604.16937"
    acts_on, asks_for = ("output",), ("labels",)

    items: int = knob(
        60, "Items to learn from", "Of the validation split, or of train where that is scored.", (LEAST, 1000)
    )

    def held_out_items(self) -> int:
        return self.items

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        held = [example for example in setting.held_out if example.answer is not None]
        if len(held) < LEAST:
            raise InputError(f"It learns from {LEAST} items or more of a validation or train split that is not scored, "
                             f"and there are {len(held)} here; choose another dataset or split.")  # fmt: skip
        yield from agreement(setting)
        by_column: dict[str, Mapping[str, Prediction]] = {}
        for base in setting.built_on:
            by_column[base.name] = yield from base.answer(held)
        names = tuple(by_column)
        taught = [e for e in held if all(e.id in by_column[name] and not by_column[name][e.id].error for name in names)]
        if len(taught) < LEAST:
            raise InputError(f"Only {len(taught)} of the {len(held)} items to learn from have all columns' answers; "
                             "see why those fail, or name other columns.")  # fmt: skip
        found = [{name: by_column[name][example.id] for name in names} for example in taught]
        rows = np.array([features(e.blanked(), each, setting) for e, each in zip(taught, found, strict=True)])
        right = np.array([_best(e, each, setting) for e, each in zip(taught, found, strict=True)])
        fixed = int(right.mean(0).argmax())
        yield (f"learned from {len(taught)} items outside the scored split; there, cross-fitted, it is right on "
               f"{cross_fitted(names, rows, right, setting.seed):.0%}, the best fixed column ({names[fixed]}) on "
               f"{right[:, fixed].mean():.0%}, the best of each item on {right.max(1).mean():.0%}")  # fmt: skip
        router = learned(names, rows, right)

        def answer(example: Example) -> Prediction:
            try:
                each = answers(setting.built_on, example)
            except KeyError as error:
                return lacking(example, error.args[0])
            name, chances = router.choose(features(example, each, setting))
            note = "routed to " + name + ": " + ", ".join(f"{one} {share:.0%}" for one, share in chances.items())
            return replace(each[name], id=example.id, replies=(), notes=(note,))

        return Answering(setting.task, answer)


def _best(example: Example, found: Mapping[str, Prediction], setting: Setting) -> list[int]:
    """For each column 1 where it has the best score of the item, and that is not 0."""
    gold = example.answer if example.answer is not None else ()
    scores = [score(setting, gold, prediction) for prediction in found.values()]
    return [int(value == max(scores) and value > 0) for value in scores]
