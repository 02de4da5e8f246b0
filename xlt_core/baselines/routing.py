"""A router's features of an item, and its small classifiers of which column is right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlt_core.baselines.other_columns import probabilities
from xlt_core.contracts import Setting
from xlt_core.records import Example, Prediction
from xlt_core.scoring.pivot import signs
from xlt_core.text.words import count

STRENGTH = 0.1  # inverse strength of regularisation: few items teach, and most features tell little
FOLDS = 5
Array = np.ndarray[Any, Any]


def features(example: Example, found: Mapping[str, Prediction], setting: Setting) -> list[float]:
    """Of the text: its length, script and tokens per word; of each column: its margin, whether it can be read, how many
    others agree with it, and what its pivot looks like."""
    text, words = example.text, max(count(example.text), 1)
    latin = sum(letter.isascii() for letter in text if letter.isalpha()) / max(sum(map(str.isalpha, text)), 1)
    made = [math.log(len(text) + 1), latin, len(text) / words, _tokens_per_word(found)]
    for prediction in found.values():
        same = sum(other.answer == prediction.answer for other in found.values()) - 1
        made += [_margin(prediction, example), float(prediction.valid), same / max(len(found) - 1, 1)]
        made += _pivot(prediction, text)
    return made


def _tokens_per_word(found: Mapping[str, Prediction]) -> float:
    """Of the prompts, as the model's tokenizer cuts them; 0 where no column asks a model."""
    asked = [reply for p in found.values() for reply in p.replies if reply.tokens_in and reply.sent]
    return sum(r.tokens_in for r in asked) / max(sum(count(r.sent) for r in asked), 1)


def _margin(prediction: Prediction, example: Example) -> float:
    """Between the likeliest label and the next, in probability; 0 for other answers."""
    if len(example.choices) < 2 or not isinstance(prediction.answer, str):
        return 0.0
    first, second, *_ = sorted(probabilities(prediction, example.choices).values(), reverse=True)
    return first - second


def _pivot(prediction: Prediction, text: str) -> list[float]:
    """The length and the untranslated words of the text's translation; typical ones where there is none."""
    english = next((reply.text for reply in prediction.replies if reply.purpose == "translate input"), None)
    if english is None:
        return [1.0, 0.0]
    told = signs(text, english)
    return [told.length_ratio, told.untranslated]


@dataclass(frozen=True)
class Router:
    """A classifier for each column of whether it is right. models: None where it always or never was; rates: how often
    it was; names: the columns."""

    names: tuple[str, ...]
    models: tuple[Any, ...]
    rates: tuple[float, ...]

    def choose(self, row: Sequence[float]) -> tuple[str, dict[str, float]]:
        """The column that is likeliest to be right, and each one's probability."""
        chances = {
            name: float(model.predict_proba([row])[0, 1]) if model else rate
            for name, model, rate in zip(self.names, self.models, self.rates, strict=True)
        }
        return max(chances, key=chances.__getitem__), chances


def learned(names: Sequence[str], rows: Array, right: Array) -> Router:
    """The router of items. rows: (items, features); right: (items, columns), 0 or 1."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    models = []
    for column in right.T:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=1000))
        models.append(model.fit(rows, column) if 0 < column.sum() < len(column) else None)
    return Router(tuple(names), tuple(models), tuple(map(float, right.mean(0))))


def cross_fitted(names: Sequence[str], rows: Array, right: Array, seed: int) -> float:
    """The share of the items that are right by a router that has not seen them."""
    order = np.random.default_rng(seed).permutation(len(rows))
    hits = 0.0
    for fold in np.array_split(order, min(FOLDS, len(rows))):
        others = np.setdiff1d(order, fold)
        router = learned(names, rows[others], right[others])
        hits += sum(right[i, names.index(router.choose(rows[i])[0])] for i in fold)
    return hits / len(rows)
