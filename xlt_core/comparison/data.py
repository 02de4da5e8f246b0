"""The rows of a plan's dataset, their labels, and their digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from xlt_core.catalog import PARTS, PIVOT, Parts
from xlt_core.comparison.combining import needs_rows
from xlt_core.contracts import Dataset
from xlt_core.pivoting.crossing import TRANSLATE_TEST
from xlt_core.records import Answer, Example, InputError, Plan
from xlt_core.text.forms import canonical


@lru_cache(maxsize=32)  # a sweep over all tasks goes through them again and again
def load_split(dataset: Dataset, task: str, language: str, split: str) -> tuple[Example, ...]:
    """The whole split. Raises InputError where it is empty."""
    examples = tuple(dataset.load(task, language, split))
    if not examples:
        raise InputError(f"The split {split} has no examples; choose another one.")
    return examples


def split_rows(plan: Plan, parts: Parts = PARTS) -> tuple[Example, ...]:
    """The rows of the plan's split, with the plan's labels where it has its own."""
    found = load_split(parts.dataset(plan.dataset), plan.task, plan.language, plan.split)
    return relabel(found, plan.labels) if plan.labels else found


def known_rows(plan: Plan, parts: Parts) -> tuple[Example, ...]:
    """The rows that the plan's items or labels come from.

    A plan of typed texts needs only the labels: rows of another language or split have them too. () where the plan
    has labels of its own.
    """
    if needs_rows(plan):
        return split_rows(plan, parts)
    served = (data := parts.dataset(plan.dataset)).languages(plan.task)
    if plan.labels or not served:
        return ()
    language = next(code for code in (plan.language, PIVOT, served[0]) if code in served)
    splits = data.splits(plan.task, language)
    split = plan.split if plan.split in splits else splits[0]
    return split_rows(replace(plan, language=language, split=split), parts)


def with_translated(plan: Plan, examples: Sequence[Example], parts: Parts) -> tuple[Example, ...]:
    """The items with the English that their dataset's publishers machine-translated, where a column asks for it and
    the dataset has it with the same answer. A typed text has it where it is one of the split's rows."""
    if not any(getattr(parts.strategy(column), "pivot", "") == TRANSLATE_TEST for column in plan.columns):
        return tuple(examples)
    english = parts.dataset(plan.dataset).translated(plan.task, plan.language, plan.split)
    rows = split_rows(plan, parts) if english else ()
    found = {tuple(row.texts.items()): english[row.id] for row in rows
             if row.id in english and english[row.id].answer == row.answer}  # fmt: skip
    return tuple(replace(example, translated=found.get(tuple(example.texts.items()))) for example in examples)


def relabel(examples: Iterable[Example], labels: tuple[str, ...]) -> tuple[Example, ...]:
    """The examples with these labels, or entity kinds, to choose from. Raises InputError for any other gold answer."""
    known = {canonical(label): label for label in labels}
    made = []
    for example in examples:
        kinds = [s.kind for s in example.answer] if isinstance(example.answer, tuple) else [example.answer]
        odd = next((kind for kind in kinds if kind is not None and canonical(kind) not in known), None)
        if odd is not None:
            raise InputError(f"The item {example.id} has the answer {odd[:60]!r}, which is none of the labels "
                             f"{', '.join(labels)}; add it to them.")  # fmt: skip
        pivot = example.pivot and replace(example.pivot, choices=labels)
        made.append(replace(example, answer=_in_spelling(example.answer, known), choices=labels, pivot=pivot))
    return tuple(made)


def _in_spelling(answer: Answer | None, known: Mapping[str, str]) -> Answer | None:
    """The answer with its label, or entity kinds, spelt as the known one of the same canonical form."""
    if isinstance(answer, tuple):
        return tuple(replace(span, kind=known[canonical(span.kind)]) for span in answer)
    return answer and known[canonical(answer)]


def labels_of(examples: Iterable[Example]) -> tuple[str, ...]:
    """All choices of the examples, in the order of their first appearance, each in its first spelling."""
    found: dict[str, str] = {}
    for example in examples:
        for choice in example.choices:
            found.setdefault(canonical(choice), choice)
    return tuple(found.values())


def digest(examples: Iterable[Example]) -> str:
    """Twelve hexadecimal digits that change with any text, answer or label of the examples."""
    total = hashlib.sha256()
    for example in examples:
        answer = example.answer
        gold = [[s.kind, s.start, s.end] for s in answer] if isinstance(answer, tuple) else answer
        own = [dict(example.languages)] if example.languages else []
        row = [example.id, dict(example.texts), gold, example.choices, *own]
        total.update(json.dumps(row, sort_keys=True).encode())
    return total.hexdigest()[:12]
