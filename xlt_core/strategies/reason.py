"""`reason`: step by step in English, in the language, or in English after a translation (xCoT, arXiv 2401.07037)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

from xlt_core.contracts import Setting, Solver
from xlt_core.prompting.fewshot import FewShot, knob
from xlt_core.prompting.fit import counted
from xlt_core.prompting.own_translator import read
from xlt_core.prompting.thoughts import MARK, ThinkingPrompter
from xlt_core.records import Example, InputError, Limits, Message, Prompt, Reply

REASONING = "reasoning"  # a row's field
TRANSLATED = "English after a translation"


@dataclass(frozen=True)
class Reasoned(FewShot):
    """Chain of thought (Wei et al. 2022, arXiv 2201.11903); the answer is read behind "The answer is:"."""

    title = "Reason"
    summary = "The model thinks step by step, in English or in the language, and then answers."
    paper = "xCoT: Chai et al. 2024, arXiv 2401.07037"
    acts_on, asks_for = ("prompt", "output"), ("labels",)

    language: Literal["English", "target", "English after a translation"] = knob(
        "English", "Language of thoughts", "In which language the model thinks; it may translate the text first."
    )
    written: bool = knob(
        False, "Write missing reasoning", "Let the model write the reasoning of demonstrations from their answers."
    )
    tokens: int = knob(256, "Thinking limit", "Tokens of thoughts and answer together.", (8, 4096))

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        rows = yield from self._with_reasoning(setting)
        self.check(setting)
        shown = self.ordered(replace(setting, demonstrations=rows))
        made = ThinkingPrompter(self, shown, "", self._request(setting), self._thought, self.tokens)
        yield from made.remarks()
        return made

    def _request(self, setting: Setting) -> str:
        spoken = setting.language.name if self.language == "target" else setting.english.name
        first = "First translate the text to English. " if self.language == TRANSLATED else ""
        return f'{first}Think step by step in {spoken}. Then write "{MARK}" and the answer.'

    def _thought(self, shown: Example) -> str:
        english = shown.pivot.text if self.language == TRANSLATED and shown.pivot else ""
        return " ".join(filter(None, [english and f"English: {english}", shown.texts.get(REASONING, "")]))

    def _with_reasoning(self, setting: Setting) -> Generator[str | Reply, None, tuple[Example, ...]]:
        """The demonstrations, with a reasoning that the model writes where that is asked for."""
        rows = list(setting.demonstrations)
        bare = [at for at, row in enumerate(rows) if not row.texts.get(REASONING, "").strip()]
        if self.written and setting.pick:
            yield "reasoning is not written for demonstrations that are picked by item"
        if not bare or not self.written:
            if bare:
                yield f"{counted(len(bare), 'demonstration')} without a reasoning: the answer alone is shown"
            return tuple(rows)
        self.check(setting)
        prompts = [self._explain(setting, rows[at]) for at in bare]
        room = max(1, min(self.tokens, setting.host.context // 4))
        for index, reply in setting.host.generate(prompts, limits=Limits(tokens=room, stop=("\n\n",))):
            if reply.final:
                row = rows[bare[index]]
                rows[bare[index]] = replace(row, texts={**row.texts, REASONING: read(reply.text)})
            yield replace(reply, purpose="write reasoning")
        yield f"the model wrote the reasoning of {counted(len(bare), 'demonstration')}, told the answer"
        return tuple(rows)

    def _explain(self, setting: Setting, row: Example) -> Prompt:
        """Asks why a demonstration's answer is right."""
        spoken = setting.language.name if self.language == "target" else setting.english.name
        task = setting.task
        prompt = (Message("system", f"Explain in one sentence in {spoken} why the answer is right."),
                  Message("user", f"{task.question(row)} {task.write(row.answer or ())}\nReasoning:"))  # fmt: skip
        if setting.host.count(prompt) > setting.host.context // 2:
            raise InputError("A demonstration is too long to have its reasoning written; remove it.")
        return prompt
