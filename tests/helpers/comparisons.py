"""Comparisons with known answers, for tests of what is made of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from xlt_core.records import Column, Comparison, Example, Plan, Prediction, Reply, Run, Span

LABELS = ("health", "politics", "sports")


def comparison(
    rates: Mapping[str, float],
    language: str = "kin",
    shots: int = 0,
    seed: int = 0,
    items: int = 40,
    task: str = "topic",
    **changes: object,
) -> Comparison:
    """Columns that are right at the given rates. A column named after no strategy counts as prompt."""
    rng = random.Random(f"{task} {language} {shots} {seed}")
    examples = tuple(_example(task, number) for number in range(seed, seed + items))
    columns = tuple(Column(name, name if name in ("translate", "laft") else "prompt") for name in rates)
    runs = tuple(
        Run(column.name, column.strategy, "done", examples=examples, scoring="generated",
            predictions=tuple(_prediction(rng, task, example, rates[column.name], place)
                              for example in examples))
        for place, column in enumerate(columns, 1)
    )  # fmt: skip
    return Comparison(Plan(task, language, columns, shots=shots, seed=seed, samples=items, **changes), runs)


def _example(task: str, number: int) -> Example:
    rng, text = random.Random(number), f"Aline na Kato {number} bagiye i Huye"
    golds = {
        "topic": rng.choice(LABELS),
        "ner": (Span("Aline", "PER", 0, 5), Span("Huye", "LOC", len(text) - 4, len(text))),
        "summary": f"Aline {number} Huye",
    }
    choices = {"topic": LABELS, "ner": ("LOC", "PER")}.get(task, ())
    return Example(f"item-{number:03}", {"text": text}, golds[task], choices)


def _prediction(rng: random.Random, task: str, example: Example, right: float, place: int) -> Prediction:
    gold = example.answer
    wrong = {"topic": next(label for label in LABELS if label != gold), "ner": (), "summary": "ntabwo"}[task]
    answer = gold if rng.random() < right else wrong
    reply = Reply("answer", "sent", "text", tokens_in=10 * place, tokens_out=place, seconds=0.1 * place)
    return Prediction(example.id, answer, (reply,), valid=True)


def grid(
    rates: Mapping[str, float],
    languages: Sequence[str],
    tasks: Sequence[str] = ("topic",),
    shots: Sequence[int] = (0, 2),
    seeds: Sequence[int] = (0, 1),
    items: int = 40,
) -> list[Comparison]:
    """A comparison for each language, task, number of shots and seed."""
    return [
        comparison(rates, language, k, seed, items, task)
        for task in tasks for language in languages for k in shots for seed in seeds
    ]  # fmt: skip
