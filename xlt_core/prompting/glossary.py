"""Terms that must be kept, shown before each text that has them (Moslem et al. 2023, arXiv 2301.13294)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from xlt_core.contracts import Setting, Task
from xlt_core.prompting.fewshot import FewShot, Prompter, knob
from xlt_core.prompting.word_lists import digest, of_knob
from xlt_core.records import Example, InputError, Language, Reply
from xlt_core.text.terms import Terms, present


@dataclass(frozen=True)
class Glossed(FewShot):
    """Few-shot prompting that may have a glossary."""

    glossary: str = knob(
        "", "Glossary", "Of a translation: term=translation, term=translation, or a .tsv or .csv file of two columns."
    )

    def identity(self) -> str:
        """The content of the glossary's file."""
        return digest(self.glossary)

    def unfit(self, task: Task) -> str:
        one, other = Language("a", "a"), Language("b", "b")
        if not self.glossary.strip() or task.direction(one, other) != (one, one):
            return ""
        return f"A glossary is for tasks that are translation, not {task.title}; leave it empty."

    def glossed(self, setting: Setting, adapter: str = "") -> Generator[str | Reply, None, Prompter]:
        """The solver, with the glossary's terms. Yields notes; raises InputError for a glossary that is none."""
        if why_not := self.unfit(setting.task):
            raise InputError(why_not)
        terms = terms_of(self.glossary)
        plain = yield from self.prompter(setting, adapter)
        return GlossaryPrompter(plain.knobs, plain.setting, plain.adapter, terms) if terms else plain


@dataclass(frozen=True)
class GlossaryPrompter(Prompter):
    """terms: of which each turn shows those that its text has."""

    terms: Terms = ()

    def question(self, example: Example, shown: bool = False) -> str:
        there = present(self.terms, example.text)
        named = "; ".join(f"{term} = {translation}" for term, translation in there)
        asked = super().question(example, shown)
        return f"Terms: {named}\n{asked}" if named else asked


def terms_of(glossary: str) -> Terms:
    """The terms of the knob. Raises InputError where it cannot be read."""
    found = of_knob(glossary, "glossary") if glossary.strip() else {}
    return tuple((entry.source, entry.target) for entry in found.values())
