"""A lesson: a question, the answers to choose from, when each is right, and the comparison or the study that tells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from xlt_core import catalog
from xlt_core.documents import export, texts
from xlt_core.formats.values import build
from xlt_core.lessons.study import Study
from xlt_core.models.names import model_path
from xlt_core.records import Comparison, InputError, Plan
from xlt_core.settings import ASSETS


@dataclass(frozen=True)
class Condition:
    """What must hold of a comparison's figures. Of the four pairs of columns one is given.

    greater: the first has more of the metric; same: as much; ahead: the first is decisively ahead by the paired test;
    undecided: that test decides nothing. metric: a score, or one of those in `claims`.
    """

    metric: str
    greater: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """An answer that the visitor may predict. when: the conditions that all hold where it is right."""

    text: str
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class Lesson:
    """shows: the index of the option that the lesson's own plan, or its study, bears out; happened: why, in sentences
    that hold then; further: what to try next; minutes: in class; plan: a whole setting of the page Compare, or study:
    what takes too long to run in class; result: a finished comparison of the plan, a file in assets, or ""."""

    title: str
    minutes: int
    question: str
    options: tuple[Option, ...]
    shows: int
    happened: str
    take_away: str
    further: str
    plan: Plan | None = None
    result: str = ""
    study: Study | None = None

    def finished(self) -> Comparison:
        """The finished comparison that came with the lesson. Raises InputError where there is none."""
        if not self.result:
            raise InputError("This lesson has no finished result; press Compare.")
        return texts.with_texts(export.load(ASSETS / self.result)[0])

    def runs_here(self) -> bool:
        """Whether it has a plan, and the models and the translators of it are here. Nothing is loaded."""
        if not self.plan:
            return False
        plans = [self.plan.of(column) for column in self.plan.columns]
        needed = {plan.translator for plan, column in zip(plans, self.plan.columns, strict=True)
                  if catalog.strategy(column).uses_translator}  # fmt: skip
        try:
            return all(map(model_path, self.plan.models)) and needed <= {*catalog.translators()}
        except InputError:
            return False


@cache
def lessons() -> tuple[Lesson, ...]:
    """The lessons of assets/lessons.json in their order. Raises InputError for one that is off."""
    rows = json.loads((ASSETS / "lessons.json").read_text(encoding="utf-8"))
    return build(tuple[Lesson, ...], rows, "lessons")
