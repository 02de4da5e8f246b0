"""`transliterate`: demonstrations and input in Latin letters, all or some words (TransliCo, arXiv 2401.06620)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from xlt_core.contracts import Setting, Solver
from xlt_core.prompting.fewshot import FewShot, knob
from xlt_core.prompting.rewriting import RewritingPrompter
from xlt_core.prompting.romanising import romanised
from xlt_core.prompting.word_lists import digest, rows_of
from xlt_core.records import Example, InputError, Reply
from xlt_core.text.forms import key
from xlt_core.text.search import Spelling, places

UNCHANGED = "nothing to romanise here: the text is in plain Latin letters"


@dataclass(frozen=True)
class Transliterated(FewShot):
    """Few-shot prompting with romanised texts; entities are given as they stand in the source."""

    title = "Transliterate"
    summary = "Demonstrations and input in Latin letters, whatever the script; entities come back to the source."
    paper = "TransliCo: Liu et al. 2024, arXiv 2401.06620; some words: Micallef et al. 2024, arXiv 2401.16895"
    acts_on, asks_for = ("demonstrations", "input"), ("labels",)

    only: str = knob(
        "", "Only these words", "With commas between, or a .txt, .csv or .tsv file with one a line; empty: all words."
    )

    def unsuited(self, answer_kind: str) -> str:
        """A text in Latin letters has no way back to its script."""
        return "transliterate cannot bring a text back to its script; choose a task of labels or entities." * (
            answer_kind == "text"
        )

    def identity(self) -> str:
        """The content of the list's file."""
        return digest(self.only)

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        self.check(setting)
        if why_not := self.unsuited(setting.task.answer_kind):
            raise InputError(why_not)
        listed = self._listed()

        def rewrite(text: str, name: str) -> Spelling:
            return romanised(text, setting.language.code, _places(text, listed))

        def remark(example: Example) -> tuple[str, ...]:
            return (UNCHANGED,) if rewrite(example.text, "").text == example.text else ()

        plain = yield from self.prompter(setting)
        return RewritingPrompter(self, plain.setting, "", rewrite, True, remark)

    def _listed(self) -> frozenset[str]:
        rows = rows_of(self.only)
        given = self.only.split(",") if rows is None else [row[0] for row in rows]
        listed = frozenset(filter(None, map(key, given)))
        if self.only.strip() and not listed:
            raise InputError("The list of words to romanise is empty; write some, or leave the knob only empty.")
        return listed


def _places(text: str, listed: frozenset[str]) -> frozenset[tuple[int, int]] | None:
    """Where the listed words stand; None for all of the text."""
    if not listed:
        return None
    return frozenset(place for word in listed for place in places(word, text, caseless=True)[0])
