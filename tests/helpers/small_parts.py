"""A small dataset, host and translator, handed to a comparison in place of the catalog's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from helpers.small_hosts import LABELS, Adapting, Dictionary

from xlt_core.catalog import PARTS, Parts
from xlt_core.contracts import Dataset
from xlt_core.records import Answer, Column, Example, InputError, Plan, Span

VERBS = {"health": "yafunguye ibitaro", "sports": "yatsinze umukino"}
ENGLISH = {"health": "opened hospital", "sports": "won match"}


class Small(Dataset):
    """Sorted by label, as files are; 12 train and 20 test items, three quarters of them on health."""

    title, licence, citation, url = "Small", "none", "none", ""

    def languages(self, task: str) -> tuple[str, ...]:
        return ("kin", "eng", "hau") if task in ("topic", "ner", "summary") else ()

    def load(self, task: str, language: str, split: str) -> list[Example]:
        sizes = {"train": 12, "test": 20}
        if split not in sizes:
            raise InputError(f"There is no split {split!r}; choose train or test.")
        labels = ["health" if i < sizes[split] * 3 / 4 else "sports" for i in range(sizes[split])]
        return [_example(task, split, i, label) for i, label in enumerate(labels)]


def _example(task: str, split: str, number: int, label: str) -> Example:
    name = f"{split.capitalize()}{number}"
    text, english = f"{name} {VERBS[label]}", f"{name} {ENGLISH[label]}"
    answers: dict[str, Answer] = {"topic": label, "summary": name, "ner": (Span(name, "PER", 0, len(name)),)}
    choices = {"topic": LABELS, "ner": ("PER",)}.get(task, ())
    pivot = Example(f"{split}-{number}", {"text": english}, answers[task], choices)
    return Example(f"{split}-{number}", {"text": text}, answers[task], choices, pivot)


SMALL = Small()


@dataclass
class Broken(Adapting):
    """A host whose score and generate fail."""

    def __init__(self) -> None:
        super().__init__()

    def score(self, *given: object, **named: object):
        raise OSError("the cable is out")

    generate = score


def parts(host: object | None = None, **changes: object) -> Parts:
    """The catalog's strategies and tasks on the small dataset, host and translator."""
    host, translator = host or Adapting(write=lambda prompt: "none"), Dictionary()
    return replace(PARTS, dataset=lambda name: SMALL, host=lambda name: host,
                   translator=lambda name: translator, **changes)  # fmt: skip


def plan(*strategies: str, **changes: object) -> Plan:
    columns = tuple(Column(name, name) for name in strategies or ("prompt", "translate", "laft"))
    return replace(Plan("topic", "kin", columns, samples=8), **changes)
