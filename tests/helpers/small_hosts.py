"""A small host and a small translator, deterministic, at the seam where the strategies meet the real ones."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlt_core.contracts import Setting, Solver, Strategy, Task
from xlt_core.records import (
    Example,
    Language,
    Limits,
    Prediction,
    Prompt,
    Reply,
    Span,
)

ENGLISH, KINYARWANDA = Language("eng", "English"), Language("kin", "Kinyarwanda")
LABELS, KINDS = ("health", "sports"), ("PER", "LOC", "DATE")
WORDS = {
    "yafunguye": "opened",
    "ibitaro": "hospital",
    "yatsinze": "won",
    "umukino": "match",
    "Mbere": "Monday",
    "yaje": "came",
    "umuganga": "doctor",
}
BACK = {english: own for own, english in WORDS.items()}


class Generating:
    """A host that writes what its function makes of the prompt, word by word, and counts words as tokens."""

    name = revision = "fake"

    def __init__(self, write=lambda prompt: prompt[-1].text, context: int = 1000) -> None:
        self.write, self.context = write, context
        self.counts, self.batches, self.adapter = 0, [], None

    def count(self, prompt: Prompt) -> int:
        self.counts += 1
        return len(self.render(prompt).split())

    def render(self, prompt: Prompt) -> str:
        return "\n".join(f"{message.role}: {message.text}" for message in prompt)

    def describe(self) -> str:
        return "fake"

    def generate(
        self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        self.batches.append(len(prompts))
        self.adapter = adapter
        for index in reversed(range(len(prompts))):
            text, sent = self.write(prompts[index]), self.render(prompts[index])
            yield index, Reply("generate", sent, text.split(" ")[0], final=False)
            yield index, Reply("generate", sent, text)


class Scoring(Generating):
    """A host that likes a label the more often it stands in the prompt's questions, and short labels."""

    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        self.batches.append(len(prompts))
        self.adapter = adapter
        for index, (prompt, words) in enumerate(zip(prompts, choices, strict=True)):
            asked = prompt[-1].text
            scores = {word: 5.0 * asked.count(word) - len(word) for word in words}
            yield index, Reply("score", self.render(prompt), "", choices=scores)


class Adapting(Scoring):
    def adapters(self, language: str, objective: str = "laft") -> tuple[str, ...]:
        return ("kin-1", "kin-2") if language == "kin" else ()

    def adapted(self, adapter: str) -> Generating:
        return self


class Slow(Adapting):
    """Computes each answer for a while, in which its process may be killed."""

    def __init__(self) -> None:
        super().__init__(write=lambda prompt: "none")

    def score(self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""):
        return _slowed(super().score(prompts, choices, adapter))

    def generate(self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()):
        return _slowed(super().generate(prompts, adapter, limits))


def _slowed(replies: Iterator[tuple[int, Reply]]) -> Iterator[tuple[int, Reply]]:
    for index, reply in replies:
        if reply.final:
            time.sleep(0.02)
        yield index, reply


@dataclass
class Dictionary:
    """A translator, word by word, last text first."""

    name: str = "dictionary"
    revision: str = "1"
    known: tuple[str, ...] = ("kin", "eng")
    words: Mapping[str, str] = field(default_factory=lambda: WORDS | BACK)
    calls: list[list[str]] = field(default_factory=list)
    beams: list[int] = field(default_factory=list)

    def lacks(self, language: Language) -> bool:
        return language.code not in self.known

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        self.calls.append(list(texts))
        self.beams.append(beams)
        for index in reversed(range(len(texts))):
            if "broken" in texts[index]:
                raise RuntimeError("the translator broke")
            words = [self.words.get(word, word) for word in texts[index].split(" ")]
            yield index, Reply("translate", texts[index], " ".join(words).strip())


def topic(id: str, text: str, answer: str | None = None, pivot: str = "") -> Example:
    english = Example(id, {"text": pivot}, answer, LABELS) if pivot else None
    return Example(id, {"text": text}, answer, LABELS, english)


def entities(text: str, *named: tuple[str, str]) -> tuple[Span, ...]:
    return tuple(Span(word, kind, text.index(word), text.index(word) + len(word)) for kind, word in named)


SHOWN = (topic("d1", "Aline yafunguye ibitaro", "health"), topic("d2", "Kato yatsinze umukino", "sports"))


def setting(task: Task, host: Generating, demonstrations: Sequence[Example] = SHOWN, **changes) -> Setting:
    made = Setting(task, KINYARWANDA, ENGLISH, host, Dictionary(), tuple(demonstrations), Limits(tokens=8), 0)
    return replace(made, **changes)


def prepared(strategy: Strategy, given: Setting) -> tuple[Solver, list[str | Reply]]:
    steps, said = strategy.prepare(given), []
    while True:
        try:
            said.append(next(steps))
        except StopIteration as end:
            return end.value, said


def solved(strategy: Strategy, given: Setting, *examples: Example) -> dict[str, Prediction]:
    """The final predictions by id; each example has exactly one."""
    solver, _ = prepared(strategy, given)
    final = [prediction for prediction in solver(examples) if prediction.final]
    assert sorted(prediction.id for prediction in final) == sorted(example.id for example in examples)
    return {prediction.id: prediction for prediction in final}


def shown(strategy: Strategy, given: Setting, example: Example) -> str:
    prompt, _, _ = prepared(strategy, given)[0].preview(example)
    return given.host.render(prompt)
