"""What objectives share that learn the answers of a task's train rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from xlt_core import catalog
from xlt_core.adaptation.objective import Material, Objective, Split, english, halves
from xlt_core.adaptation.packing import drawn
from xlt_core.adaptation.records import Adaptation, Base
from xlt_core.adaptation.supervised.task_rows import TaskRows, put_into, with_gold
from xlt_core.prompting.fewshot import knob
from xlt_core.records import InputError

if TYPE_CHECKING:
    import torch

    from xlt_core.adaptation.trainer import Progress, Run


@dataclass(frozen=True)
class Supervised(Objective):
    """Prompts as the column `prompt` sends them without demonstrations; the loss is that of the answers alone. Trained
    by trl's SFTTrainer."""

    reads = "rows"
    methods = ("lora", "full")
    forgets = True  # whether the model's own weights change, so that English may be forgotten

    task: str = knob("topic", "Task", "Whose train rows are learned from.")
    samples: int = knob(64, "Train rows", "How many of them are learned from.", (4, 1_000_000))

    def check(self, plan: Adaptation) -> None:
        if len(plan.corpora) != 1:
            raise InputError(f"The objective {plan.objective} takes the rows of one dataset; give one language.")

    def task_rows(self, plan: Adaptation) -> TaskRows:
        """The rows with the answers to learn. Raises InputError."""
        raise NotImplementedError

    def read(self, plan: Adaptation) -> Material:
        found = self.task_rows(plan)
        return Material((found.text(plan.corpora[0].source),), found)

    def split(self, plan: Adaptation, material: Material) -> Split:
        kept, rest = halves(material.more.rows, plan)
        learned, tested = (replace(material.more, rows=tuple(some)) for some in (rest, kept))
        return Split(learned, {"eng": english()} if self.forgets else {}, tested)

    def rows(self, base: Base, split: Split) -> Sequence[Any]:
        return drawn([self.encoded(base, split.learned)], [1.0], base.plan.steps * base.plan.rows, base.plan.seed)

    def encoded(self, base: Base, given: TaskRows) -> Sequence[Any]:
        """The rows as tokens, each once. Raises InputError where none fits."""
        from xlt_core.adaptation.supervised import prompted

        return prompted.rows_of(base, given)

    def collate(self, rows: Sequence[Any]) -> dict[str, torch.Tensor]:
        from xlt_core.adaptation.supervised import prompted

        return prompted.collate(rows)

    def loss(self, model: Any, batch: Mapping[str, torch.Tensor], count: Any = None, step: int = 0) -> torch.Tensor:
        from xlt_core.adaptation.supervised import prompted

        return prompted.answer_loss(model, batch, count)

    def measure(self, base: Base, split: Split) -> dict[str, float]:
        """Of rows that are held out."""
        from xlt_core.adaptation.supervised import prompted

        return {"nats an answer that is held out": prompted.nats_an_answer(base, split.more)}

    def fit(self, base: Base, rows: Sequence[Any], run: Run, progress: Progress) -> bool:
        from xlt_core.adaptation.supervised import sft

        return sft.fit(base, self, rows, run, progress)


@dataclass(frozen=True)
class OfGold(Supervised):
    """From rows with their gold answers, whose texts are in the language, in English, or translated."""

    texts: Literal["language", "english", "translated"] = knob(
        "language", "Texts", "The data's own in the language, those in English, or these translated by the translator."
    )
    translator: str = knob("pocket", "Translator", "Of English rows, where the texts are translated.")

    def task_rows(self, plan: Adaptation) -> TaskRows:
        if self.texts == "language":
            return with_gold(plan, self.task, self.samples)
        english = with_gold(plan, self.task, self.samples, catalog.PIVOT)
        return put_into(plan, english, self.translator) if self.texts == "translated" else english
