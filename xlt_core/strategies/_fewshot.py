"""Few-shot prompting, which every strategy here builds on: the common knobs, and the solver that asks the model."""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Literal

from xlt_core.contracts import Host, Picked, Scores, Setting, Strategy
from xlt_core.formats.outputs import REMOVED, one_begins_another, without_thoughts
from xlt_core.records import Answer, Example, InputError, Limits, Message, Prediction, Prompt, Reply, Span
from xlt_core.strategies._calls import EMPTY, Outcome, attempt, reason
from xlt_core.strategies._fit import fit
from xlt_core.strategies._knobs import check_choices, check_knobs, check_setting, check_words, read_words
from xlt_core.strategies._shown import reordered, shown

END = 2  # tokens that end an answer at most


def knob(default: str | bool | int, label: str, help: str, range: tuple[int, int] | None = None) -> Any:
    """A dataclass field that the page draws. range: the least and the most that a number may be."""
    return field(default=default, metadata={"label": label, "help": help, "range": range})


@dataclass(frozen=True)
class FewShot(Strategy):
    """The knobs that all few-shot strategies share."""

    instruction_language: Literal["English", "target"] = knob(
        "English", "Instruction language", "The language of the task's own instruction."
    )
    instruction: str = knob(
        "", "Instruction", "Your own instruction in place of the task's; [labels] stands for the labels."
    )
    order: Literal["shuffled", "as edited"] = knob(
        "as edited", "Order", "The order of the demonstrations: as edited, or shuffled by the seed."
    )
    scoring: Literal["likelihood", "generate"] = knob(
        "likelihood", "Label scoring", "Labels: the likeliest label, or what the model writes."
    )
    normalise: bool = knob(False, "Normalise by length", "Divide each label's log-likelihood by its UTF-8 bytes.")
    label_words: str = knob(
        "", "Label words", "The words written for the labels, such as health=ubuzima, sports=siporo."
    )

    def prompter(self, setting: Setting, adapter: str = "") -> Generator[str | Reply, None, Prompter]:
        """The solver that prompts with the setting's demonstrations as they are. Yields notes; raises InputError."""
        self.check(setting)
        prompter = Prompter(self, self.ordered(setting), adapter)
        yield from prompter.remarks()
        return prompter

    def check(self, setting: Setting) -> None:
        """Raises InputError for a bad knob or demonstration."""
        check_knobs(self)
        check_setting(setting)
        words = read_words(self.label_words)
        for example in setting.demonstrations:
            check_words(words, example.choices)

    def ordered(self, setting: Setting) -> Setting:
        """The setting with its demonstrations in the order of the prompt."""
        return reordered(setting, partial(_shuffled, setting.seed)) if self.order == "shuffled" else setting


@dataclass(frozen=True)
class Asked:
    """An example with the prompt made for it. replies: the calls that this took."""

    example: Example
    prompt: Prompt
    notes: tuple[str, ...]
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True)
class Prompter:
    """A solver: instruction, demonstrations, question, to the base model or an adapter of it."""

    knobs: FewShot
    setting: Setting
    adapter: str = ""

    @cached_property
    def words(self) -> dict[str, str]:
        return read_words(self.knobs.label_words)

    @cached_property
    def reader(self) -> Host:
        host = self.setting.host
        return host.adapted(self.adapter) if self.adapter else host

    @property
    def by_likelihood(self) -> bool:
        return self._wants_likelihood and isinstance(self.setting.host, Scores)

    @property
    def _wants_likelihood(self) -> bool:
        return self.setting.task.answer_kind == "label" and self.knobs.scoring == "likelihood"

    def remarks(self) -> Iterator[str]:
        """What a user should know before the first answer."""
        if self._wants_likelihood and not self.by_likelihood:
            yield "this host gives no likelihoods: labels are read from what the model writes"
        task, setting = self.setting.task, self.setting
        if self.knobs.instruction_language == "target" and not self.knobs.instruction.strip():
            own, english = (task.instruction((), language) for language in (setting.language, setting.english))
            if own == english and setting.language.code != setting.english.code:
                yield f"there is no instruction in {setting.language.name}: it is in English"

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        """The prompt, notes on it, and the calls that picking its demonstrations took."""
        ((_, picked),) = shown(self.setting, [example])
        if picked.error:
            raise InputError(picked.error)
        asked = self.ask(example, picked)
        return asked.prompt, asked.notes, asked.replies

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Predictions as they come, partial ones with only what was written so far in their reply."""
        asked: list[Asked] = []
        for example in examples:
            if not example.text.strip():
                yield Prediction(example.id, error=EMPTY)
        there = [example for example in examples if example.text.strip()]
        for index, picked in shown(self.setting, there):
            if picked.error:
                yield Prediction(there[index].id, replies=picked.replies, error=picked.error)
                continue
            asked.append(self.ask(there[index], picked))
            if picked.replies:
                yield Prediction(there[index].id, replies=picked.replies, final=False)
        for index, outcome in attempt(lambda part: self._send([asked[i] for i in part]), len(asked)):
            yield self._predict(asked[index], outcome)

    def ask(self, example: Example, picked: Picked) -> Asked:
        """The prompt for an example with its demonstrations, fitted to the context. Raises InputError for an empty
        text, or where none fits."""
        if not example.text.strip():
            raise InputError(EMPTY)
        check_choices(self.setting.task.answer_kind, example)
        check_words(self.words, example.choices)
        reserve = self.limits.tokens
        if self.by_likelihood:  # a label may be longer than what may be generated; no token is shorter than a byte
            words = list(map(self._word, example.choices))
            end = END * one_begins_another(words)
            reserve = max(reserve, *(len(word.encode()) + end for word in words))
        prompt, notes = fit(self.reader, self._prompt, picked.rows, example, reserve)
        return Asked(example, prompt, notes, picked.replies)

    def _prompt(self, demonstrations: Sequence[Example], example: Example) -> Prompt:
        turns = [Message("system", self.instruction(example))]
        for row in map(self._worded, demonstrations):
            turns += [Message("user", self.question(row, True)), Message("assistant", self.answer(row))]
        return (*turns, Message("user", self.question(self._worded(example))))

    def question(self, example: Example, shown: bool = False) -> str:
        """The user's turn. shown: of a demonstration."""
        return self.setting.task.question(example)

    def answer(self, row: Example) -> str:
        """The assistant's turn of a demonstration."""
        return self.setting.task.write(row.answer or ())

    def read(self, output: str, example: Example) -> Answer | None:
        """The answer in what the model wrote; None where there is none."""
        return self.setting.task.read(output, example)

    @property
    def limits(self) -> Limits:
        """Of the model's output."""
        return self.setting.limits

    def instruction(self, example: Example) -> str:
        choices = tuple(map(self._word, example.choices))
        if self.knobs.instruction.strip():
            return self.knobs.instruction.strip().replace("[labels]", ", ".join(choices))
        target = self.knobs.instruction_language == "target"
        return self.setting.task.instruction(choices, self.setting.language if target else self.setting.english)

    def _word(self, label: str) -> str:
        return self.words.get(label, label)

    def _worded(self, example: Example) -> Example:
        """The example with the label words in place of the labels."""
        if not self.words:
            return example
        answer = None if example.answer is None else renamed(example.answer, self.words)
        return replace(example, answer=answer, choices=tuple(map(self._word, example.choices)))

    def _send(self, asked: Sequence[Asked]) -> Iterator[tuple[int, Reply]]:
        host, prompts = self.setting.host, [item.prompt for item in asked]
        if self.by_likelihood:
            choices = [[self.setting.task.write(self._word(c)) for c in item.example.choices] for item in asked]
            return host.score(prompts, choices, self.adapter)
        return host.generate(prompts, self.adapter, self.limits)

    def _predict(self, asked: Asked, outcome: Outcome) -> Prediction:
        if isinstance(outcome, Exception):
            return Prediction(asked.example.id, replies=asked.replies, error=reason(outcome), notes=asked.notes)
        reply = replace(outcome, purpose="answer")
        if reply.note:
            asked = replace(asked, notes=(*asked.notes, reply.note))
        if not reply.final:
            return Prediction(asked.example.id, replies=(*asked.replies, reply), notes=asked.notes, final=False)
        if self.by_likelihood:
            return self._choose(asked, reply)
        said = without_thoughts(reply.text)
        answer = self.read(said, self._worded(asked.example))
        if answer is not None:
            answer = renamed(answer, {word: label for label, word in self.words.items()})
        notes = (*asked.notes, *[REMOVED] * (said != reply.text))
        return Prediction(asked.example.id, answer, (*asked.replies, reply), answer is not None, notes=notes)

    def _choose(self, asked: Asked, reply: Reply) -> Prediction:
        """The likeliest choice; the reply's choices are keyed by the labels, per byte where normalised."""
        written = {choice: self.setting.task.write(self._word(choice)) for choice in asked.example.choices}
        scores = {choice: reply.choices.get(text, math.nan) for choice, text in written.items()}
        if any(map(math.isnan, scores.values())):
            lacking = "The model gave no likelihood for a label."
            return Prediction(asked.example.id, replies=(*asked.replies, reply), error=lacking, notes=asked.notes)
        if self.knobs.normalise:
            scores = {choice: score / max(1, len(written[choice].encode())) for choice, score in scores.items()}
        best = max(scores, key=scores.__getitem__)
        reply = replace(reply, choices=scores, text=written[best])
        return Prediction(asked.example.id, best, (*asked.replies, reply), True, notes=asked.notes)


def _shuffled(seed: int, rows: Sequence[Example]) -> list[Example]:
    made = list(rows)
    random.Random(f"order {seed}").shuffle(made)
    return made


def renamed(answer: Answer, names: dict[str, str]) -> Answer:
    """The answer with its label, or its spans' kinds, renamed."""
    if isinstance(answer, str):
        return names.get(answer, answer)
    return tuple(replace(span, kind=names.get(span.kind, span.kind)) for span in answer if isinstance(span, Span))
