"""`crosslingual`: template, demonstrations and labels, each in a language of its own (XGLM, arXiv 2112.10668)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from xlt_core.contracts import Setting, Solver
from xlt_core.language_table import find
from xlt_core.prompting.fewshot import FewShot, Prompter, knob
from xlt_core.prompting.fit import counted
from xlt_core.prompting.other_rows import OtherRows
from xlt_core.prompting.template_words import digest, words_in
from xlt_core.records import Example, InputError, Language, Reply


@dataclass(frozen=True)
class CrossLingual(FewShot):
    """Few-shot prompting with demonstrations in another language than the input's."""

    title = "Cross-lingual"
    summary = "Demonstrations in English or a related language, for an input in the language; template and labels too."
    paper = "XGLM: Lin et al. 2022, arXiv 2112.10668; the languages of a prompt: X-InSTA, arXiv 2305.05940"
    acts_on, asks_for, asks_in = ("demonstrations", "prompt"), ("labels", "parallel data"), "both"

    template: Literal["English", "target"] = knob(
        "English", "Template", "The language of the instruction and of the words around the text."
    )
    demonstrations: str = knob(
        "English", "Demonstrations in", "English, target, or any language of the dataset by its code or name."
    )
    labels: Literal["as given", "target"] = knob(
        "as given", "Labels", "As the data have them, mostly in English, or in the language."
    )

    def unsuited(self, answer_kind: str) -> str:
        """A text has no labels that could be in another language."""
        lacking = self.labels == "target" and answer_kind == "text"
        return "There are no labels in a task with texts as answers; set crosslingual.labels as given." * lacking

    def row_languages(self, language: str) -> tuple[str, ...]:
        """That of the demonstrations, where it is another one."""
        asked = {"target": language, "English": "eng"}.get(self.demonstrations, self.demonstrations)
        found = find(asked)
        return (found.code,) if found and found.code != language else ()

    def identity(self) -> str:
        """The tables of words, where they are used."""
        return digest() if "target" in (self.template, self.labels) else ""

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        if why_not := self.unsuited(setting.task.answer_kind):
            raise InputError(why_not)
        target = self.template == "target"
        made = replace(self, instruction_language="target" if target else self.instruction_language,
                       label_words=self._label_words(setting))  # fmt: skip
        made.check(setting)
        spoken = self._spoken(setting)
        if spoken != (setting.shown_in or setting.language):
            setting = yield from _shown_in(setting, spoken)
        plain = yield from made.prompter(setting)
        fields = words_in(setting.language.code) if target else {}
        if target and not fields:
            yield f"there are no words for the fields in {setting.language.name}: they are in English"
        return TemplatePrompter(made, plain.setting, "", fields)

    def _spoken(self, setting: Setting) -> Language:
        known = {"target": setting.language, "English": setting.english}
        spoken = known.get(self.demonstrations) or find(self.demonstrations)
        if spoken is None:
            raise InputError(f"There is no language {self.demonstrations!r}; give English, target or a code.")
        return next((one for one in known.values() if one.code == spoken.code), spoken)

    def _label_words(self, setting: Setting) -> str:
        """The words of the knob, or those of the table."""
        if self.labels != "target" or self.label_words.strip():
            return self.label_words
        own = setting.task.in_language(setting.language).label_words(setting.language)
        words, choices = {**words_in(setting.language.code), **own}, _choices(setting)
        lacking = [choice for choice in choices if choice not in words]
        if lacking or not choices:
            raise InputError(
                f"There are no words in {setting.language.name} for {', '.join(lacking) or 'the labels'}; "
                "write them into crosslingual.label_words, such as health=ubuzima."
            )
        return ", ".join(f"{choice}={words[choice]}" for choice in choices)


def _shown_in(setting: Setting, spoken: Language) -> Generator[str | Reply, None, Setting]:
    """The setting with its demonstrations in another language. Yields a note on which they are."""
    other = OtherRows(setting, spoken)
    if setting.pick:
        return replace(setting, pick=other.picking(), shown_in=spoken)
    rows = other.of(setting.demonstrations)
    parts = [f"{counted(other.count['same'], 'demonstration')} by id"] * bool(other.count["same"])
    parts += [f"{other.count['others']} others with the same labels"] * bool(other.count["others"])
    if parts:
        yield f"in {spoken.name}: {' and '.join(parts)}"
    return replace(setting, demonstrations=rows, shown_in=spoken)


def _choices(setting: Setting) -> tuple[str, ...]:
    """The labels, of the demonstrations or of train rows."""
    rows = setting.demonstrations
    with suppress(InputError):
        rows = rows or setting.rows("")
    return rows[0].choices if rows else ()


@dataclass(frozen=True)
class TemplatePrompter(Prompter):
    """fields: the words that stand before a colon, by their English."""

    fields: Mapping[str, str] = field(default_factory=dict)

    def question(self, example: Example, shown: bool = False) -> str:
        return "\n".join(map(self._line, super().question(example, shown).split("\n")))

    def _line(self, line: str) -> str:
        head, colon, rest = line.partition(":")
        return f"{self.fields[head]}{colon}{rest}" if colon and head in self.fields else line
