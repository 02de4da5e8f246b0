"""Thoughts before the answer, in one completion: how they are asked for, shown in demonstrations, and left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from xlt_core.formats.lines import one_line
from xlt_core.prompting.fewshot import Prompter
from xlt_core.records import Answer, Example, Limits

MARK = "The answer is:"
LOOSE = "the answer is"  # models leave out the colon, and write it in any case


@dataclass(frozen=True)
class ThinkingPrompter(Prompter):
    """Asks for thoughts and then the answer behind MARK. request: the sentences behind the instruction; thought: what a
    demonstration has before its answer, or ""; tokens: of thoughts and answer together."""

    request: str = ""
    thought: Callable[[Example], str] = lambda shown: ""
    tokens: int = 256

    @property
    def _wants_likelihood(self) -> bool:
        return False  # the answer depends on thoughts that are still to be written

    @property
    def limits(self) -> Limits:
        """As long as thoughts may be, and up to where another item would begin."""
        given, field = self.setting.limits, self._field
        room = max(given.tokens, min(self.tokens, self.setting.host.context // 2))
        return replace(given, tokens=room, stop=(f"\n\n{field}", f"\n{field}") if field else ("\n\n",))

    @cached_property
    def _field(self) -> str:
        """How a question begins, such as "Text:"."""
        head, colon, _ = self.task.question(Example("", dict.fromkeys(self.task.fields, ""))).partition(":")
        return f"{head}:" if colon and "\n" not in head else ""

    def instruction(self, example: Example) -> str:
        return f"{super().instruction(example)} {self.request}"

    def answer(self, shown: Example) -> str:
        thought = one_line(self.thought(shown)).strip()
        return f"{thought}\n{MARK} {super().answer(shown)}" if thought else f"{MARK} {super().answer(shown)}"

    def read(self, output: str, example: Example) -> Answer | None:
        """What stands behind the first MARK; None where there is none."""
        answer = behind_mark(output)
        return None if answer is None else super().read(answer, example)


def behind_mark(output: str) -> str | None:
    """The line behind the mark, or the one below it; None where there is no mark."""
    at = output.casefold().find(LOOSE)
    if at < 0:
        return None
    lines = output[at + len(LOOSE) :].lstrip("* :").splitlines()
    return next((line.strip("* ") for line in lines if line.strip("* :.")), "")
