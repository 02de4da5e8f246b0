"""`prompt`: demonstrations and input in the target language, to the base model (Toukmaji 2024, arXiv 2403.06018)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from xlt_core.contracts import Setting, Solver
from xlt_core.prompting.glossary import Glossed
from xlt_core.records import Reply


@dataclass(frozen=True)
class InLanguage(Glossed):
    """Few-shot prompting in the language itself."""

    title = "Prompt"
    summary = "Demonstrations and input stay in the language; the base model answers."
    paper = "Toukmaji 2024, arXiv 2403.06018"
    acts_on, asks_for = ("prompt",), ("labels",)

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        return (yield from self.glossed(setting))
