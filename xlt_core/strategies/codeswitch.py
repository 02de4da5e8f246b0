"""`codeswitch`: a seeded share of the words swapped for their translations (EntityCS, arXiv 2210.12540)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

from xlt_core.contracts import Setting, Solver, Translator, missing
from xlt_core.formats import swaps
from xlt_core.prompting.fewshot import FewShot, knob
from xlt_core.prompting.learning import Learner
from xlt_core.prompting.rewriting import RewritingPrompter
from xlt_core.prompting.switching import Switcher, count
from xlt_core.prompting.word_lists import Lexicon, digest, of_knob, of_world
from xlt_core.records import Example, InputError, Language, Reply
from xlt_core.world.world import languages

KINDS = {"all": ("word", "phrase", "entity"), "words": ("word",), "phrases": ("phrase",), "entities": ("entity",)}


@dataclass(frozen=True)
class CodeSwitched(FewShot):
    """Few-shot prompting with texts that switch to English and back."""

    title = "Code-switch"
    summary = "A share of the words, phrases or entities of the demonstrations is swapped for its English."
    paper = "EntityCS: Whitehouse et al. 2022, arXiv 2210.12540"
    acts_on, asks_for, asks_in = ("demonstrations", "input"), ("labels", "a lexicon"), "both"

    lexicon: Literal["world", "dictionary", "translator"] = knob(
        "world", "Lexicon", "The bundled world's phrases, a dictionary of your own, or each word by the translator."
    )
    dictionary: str = knob(
        "", "Dictionary", "word=translation, word=translation, or a .tsv or .csv file of two columns."
    )
    units: Literal["all", "words", "phrases", "entities"] = knob("all", "Units", "What is swapped.")
    share: int = knob(50, "Share", "Of the places that the lexicon knows, in percent.", (0, 100))
    inputs: bool = knob(False, "Swap in the input", "Swap in the input, too.")

    @property
    def uses_translator(self) -> bool:  # type: ignore[override]
        return self.lexicon == "translator"

    def untranslated(self, answer_kind: str, language: Language, english: Language, translator: Translator) -> str:
        """Only the way to English is needed."""
        return missing(translator, language, english)

    def identity(self) -> str:
        """The content of the dictionary's file."""
        return digest(self.dictionary) if self.lexicon == "dictionary" else ""

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        self.check(setting)
        if setting.language.code == setting.english.code:
            raise InputError(f"{setting.english.name} is what codeswitch swaps to: there is nothing to swap.")
        learner = self._learner(setting)
        if learner:
            yield from learner.learn(setting.demonstrations)
            if self.inputs or setting.pick:
                setting = replace(setting, pick=learner.picking(self.inputs))
        switcher = Switcher(learner.known if learner else self._known(setting), KINDS[self.units], self.share,
                            setting.seed)  # fmt: skip
        if setting.demonstrations:
            pairs = [pair for row in setting.demonstrations for pair in switcher.pairs(row, setting.task.fields)]
            yield swaps.note("demonstrations", pairs, count(setting.demonstrations))
        plain = yield from self.prompter(setting)

        def remark(example: Example) -> tuple[str, ...]:
            return (swaps.note("input", switcher.pairs(example, setting.task.fields), count([example])),)

        return RewritingPrompter(self, plain.setting, "", switcher, self.inputs, remark)

    def _learner(self, setting: Setting) -> Learner | None:
        if self.lexicon != "translator":
            return None
        if self.units == "phrases":
            raise InputError("The translator is asked for words and entities; choose units=all, words or entities.")
        if setting.translator is None:
            raise InputError("codeswitch needs a translator for this lexicon; choose one, or another lexicon.")
        why_not = missing(setting.translator, setting.language, setting.english)
        if why_not:
            raise InputError(why_not)
        return Learner(setting.translator, setting, KINDS[self.units])

    def _known(self, setting: Setting) -> Lexicon:
        if self.lexicon == "dictionary":
            return of_knob(self.dictionary)
        if setting.language.code not in languages():
            name = setting.language.name
            raise InputError(f"The bundled world is not told in {name}; choose another lexicon.")
        return of_world(setting.language.code)
