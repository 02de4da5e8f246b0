"""`instruct`: supervised tuning on prompts of a task's train rows (arXiv 2506.19187; BayLing, arXiv 2306.10968)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xlt_core import catalog
from xlt_core.adaptation.records import Adaptation
from xlt_core.adaptation.supervised.objective import Supervised
from xlt_core.adaptation.supervised.task_rows import TaskRows, put_into, with_gold
from xlt_core.prompting.fewshot import knob


@dataclass(frozen=True)
class Instruct(Supervised):
    """The rows' texts are the data's own in the language, those in English, or the English ones translated."""

    title = "Instruct"
    summary = "Learns to answer prompts of the task's train rows, in the language, in English, or translated."
    paper = "Toukmaji & Flanigan 2025, arXiv 2506.19187; Zhang et al. 2023, arXiv 2306.10968"

    texts: Literal["language", "english", "translated"] = knob(
        "language", "Texts", "The data's own in the language, those in English, or these translated by the translator."
    )
    translator: str = knob("pocket", "Translator", "Of English rows, where the texts are translated.")

    def task_rows(self, plan: Adaptation) -> TaskRows:
        if self.texts == "language":
            return with_gold(plan, self.task, self.samples)
        english = with_gold(plan, self.task, self.samples, catalog.PIVOT)
        return put_into(plan, english, self.translator) if self.texts == "translated" else english
