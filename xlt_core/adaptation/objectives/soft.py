"""`soft`: a soft prompt, learned from a task's train rows (Lester et al. 2021, arXiv 2104.08691)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from xlt_core import catalog
from xlt_core.adaptation.objective import Material
from xlt_core.adaptation.records import Adaptation, Base
from xlt_core.adaptation.supervised.objective import Supervised
from xlt_core.adaptation.supervised.task_rows import TaskRows, with_gold
from xlt_core.prompting.fewshot import knob
from xlt_core.records import InputError

RATE = 1e-2  # vectors of a prompt take larger steps than weights


@dataclass(frozen=True)
class Soft(Supervised):
    """A few vectors before every prompt, which begin as the task's instruction; the model itself stays as it is."""

    title = "Soft prompt"
    summary = "Learns a few vectors that stand before every prompt, from labelled rows; the model stays as it is."
    paper = "Lester et al. 2021, arXiv 2104.08691"
    methods = ("soft",)
    forgets = False

    length: int = knob(16, "Length", "Tokens of the soft prompt.", (1, 512))

    def check(self, plan: Adaptation) -> None:
        super().check(plan)
        if plan.average or plan.start:
            raise InputError("A soft prompt is neither averaged nor trained on; leave that out.")

    def task_rows(self, plan: Adaptation) -> TaskRows:
        return with_gold(plan, self.task, self.samples)

    def rate(self, plan: Adaptation, parameters: int) -> float:
        return RATE

    def equip(self, model: Any, base: Base, material: Material) -> Base:
        from xlt_core.adaptation.supervised.soft_prompt import with_soft_prompt

        task, choices = material.more.task, material.more.rows[0].choices
        text = task.instruction(choices, catalog.language(catalog.PIVOT))
        return replace(base, model=with_soft_prompt(model, base.tokenizer, text, self.length))

    @contextmanager
    def before(self, base: Base) -> Iterator[Base]:
        with base.model.disable_adapter():
            yield base
