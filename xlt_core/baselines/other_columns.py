"""What columns that build on other columns share: which ones, their answers to an item, and label probabilities."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlt_core.contracts import BuiltOn, Setting, Strategy
from xlt_core.prompting.fewshot import knob
from xlt_core.records import Answer, Example, InputError, Prediction
from xlt_core.scoring import metrics

SEPARATORS = re.compile(r"[+,;]")


@dataclass(frozen=True)
class Combining(Strategy):
    """A strategy over the finished answers of other columns. No call is made again: the costs are theirs."""

    needs = ()
    combines = True

    columns: str = knob("", "Columns", "Their names, joined by +; left empty, all that read the item.")

    def builds_on(self, others: Mapping[str, Strategy]) -> tuple[str, ...]:
        named = [name.strip() for name in SEPARATORS.split(self.columns) if name.strip()]
        odd = next((name for name in named if name not in others), None)
        if odd is not None:
            there = ", ".join(others) or "none"
            raise InputError(f"There is no column {odd!r} to build on; the columns that can be are {there}.")
        found = tuple(dict.fromkeys(named or (name for name, one in others.items() if one.reads_items)))
        if len(found) < 2:
            raise InputError("It builds on two columns or more; add some that read the item, or name them.")
        return found


def answers(built_on: Sequence[BuiltOn], example: Example) -> dict[str, Prediction]:
    """The columns' answers to an item. Raises KeyError with the name of a column that has none."""
    for base in built_on:
        if example.id not in base.predictions:
            raise KeyError(base.name)
    return {base.name: base.predictions[example.id] for base in built_on}


def lacking(example: Example, name: str) -> Prediction:
    """The prediction for an item that a column has no result for."""
    return Prediction(example.id, error=f"{name} has no result for this item, and this column builds on it.")


def probabilities(prediction: Prediction, choices: Sequence[str]) -> dict[str, float]:
    """The labels' probabilities: by the last call that has likelihoods, else all on the answer; equal for none."""
    for reply in reversed(prediction.replies):
        if reply.choices and all(choice in reply.choices for choice in choices):
            top = max(reply.choices[choice] for choice in choices)
            weights = {choice: math.exp(reply.choices[choice] - top) for choice in choices}
            return {choice: weight / sum(weights.values()) for choice, weight in weights.items()}
    if prediction.answer in choices:
        return {choice: float(choice == prediction.answer) for choice in choices}
    return {choice: 1 / len(choices) for choice in choices}


def said(found: Mapping[str, Prediction], setting: Setting) -> str:
    """Who gives which answer, such as "health by prompt, linear; politics by laft"; "" where all agree."""
    by: dict[str, list[str]] = {}
    for name, prediction in found.items():
        by.setdefault(_written(prediction.answer, setting), []).append(name)
    return "" if len(by) < 2 else "; ".join(f"{answer} by {', '.join(names)}" for answer, names in by.items())


def agreement(setting: Setting) -> Iterator[str]:
    """On how many items the columns agree, in words."""
    shared = set.intersection(*(set(base.predictions) for base in setting.built_on))
    same = sum(len({base.predictions[id].answer for base in setting.built_on}) == 1 for id in shared)
    names = ", ".join(base.name for base in setting.built_on)
    yield f"builds on {names}, which agree on {same} of {len(shared)} items; their calls are counted there"


def score(setting: Setting, gold: Answer, prediction: Prediction) -> float:
    """The item's headline score."""
    return metrics.item_score(setting.task.metrics[0], gold, prediction.answer)


def _written(answer: Answer | None, setting: Setting) -> str:
    return "no answer" if answer is None else setting.task.write(answer)[:80]
