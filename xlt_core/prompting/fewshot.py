"""Few-shot prompting, which every strategy here builds on: the common knobs, and the solver that asks the model."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Literal

from xlt_core.contracts import Host, Picked, Scores, Setting, Strategy, Task
from xlt_core.formats.outputs import REMOVED, one_begins_another, without_thoughts
from xlt_core.prompting.asked import Asked, renamed
from xlt_core.prompting.calibration import NONE, bare_prompts, baseline, calibrating
from xlt_core.prompting.calls import Outcome, attempt, empty, reason
from xlt_core.prompting.fit import fit, longest
from xlt_core.prompting.forms import asked_as
from xlt_core.prompting.knobs import check_choices, check_knobs, check_setting, check_words
from xlt_core.prompting.lengths import BYTES, length
from xlt_core.prompting.remarks import remarks
from xlt_core.prompting.shown import reordered, shown, shuffled
from xlt_core.records import Answer, Example, InputError, Limits, Message, Prediction, Prompt, Reply

END = 2  # tokens that end an answer at most


def knob(
    default: str | bool | float, label: str, help: str, range: tuple[int, int] | None = None, yes: str = ""
) -> Any:  # fmt: skip
    """A dataclass field that the page draws. range: the least and the most that a number may be; yes: the choice that
    true stands for, and false for the default."""
    return field(default=default, metadata={"label": label, "help": help, "range": range, "yes": yes})


@dataclass(frozen=True)
class FewShot(Strategy):
    """The knobs that all few-shot strategies share."""

    instruction_language: Literal["English", "target"] = knob(
        "English", "Instruction language", "The language of the task's own instruction."
    )
    instruction: str = knob("", "Instruction", "Your own in place of the task's; [labels] stands for the labels.")
    order: Literal["shuffled", "as edited"] = knob("as edited", "Order", "Of the demonstrations; shuffled by the seed.")
    scoring: Literal["likelihood", "generate"] = knob(
        "likelihood", "Label scoring", "Labels: the likeliest label, or what the model writes."
    )
    normalise: Literal["no", "bytes", "tokens"] = knob(
        "no",
        "Normalise by length",
        "Divide each label's log-likelihood by its UTF-8 bytes, or by its tokens.",
        yes=BYTES,
    )
    calibration: Literal["none", "contextual", "pmi"] = knob(
        NONE, "Calibration", "Take from each label's likelihood what it gets for inputs without content (contextual), "
        "or behind the question's cue alone (pmi)."
    )  # fmt: skip
    label_words: str = knob("", "Label words", "Such as health=ubuzima, sports=siporo; target: published ones.")
    form: Literal["plain", "cloze"] = knob("plain", "Form", "Cloze: a sentence with a gap, options by their text.")

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
        _, words = self.asked_as(setting)
        for example in setting.demonstrations:
            check_words(words, example.choices)

    def asked_as(self, setting: Setting) -> tuple[Task, dict[str, str]]:
        """The task in the form in which it is asked, and the words for its labels. Raises InputError."""
        spoken = setting.english if self.uses_translator else setting.language
        return asked_as(setting, self.form, self.label_words, spoken)

    def ordered(self, setting: Setting) -> Setting:
        """The setting with its demonstrations in the order of the prompt."""
        return reordered(setting, partial(shuffled, setting.seed)) if self.order == "shuffled" else setting


@dataclass(frozen=True)
class Prompter:
    """A solver: instruction, demonstrations, question, to the base model or an adapter of it."""

    knobs: FewShot
    setting: Setting
    adapter: str = ""

    @cached_property
    def baselines(self) -> dict[tuple[tuple[str, ...], ...], dict[str, float]]:
        return {}  # what the labels get whatever the text, filled in where they are calibrated

    @cached_property
    def _form(self) -> tuple[Task, dict[str, str]]:
        return self.knobs.asked_as(self.setting)

    @property
    def task(self) -> Task:
        return self._form[0]

    @property
    def words(self) -> dict[str, str]:
        return self._form[1]

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
        return remarks(self.knobs, self.setting, self.task, self._wants_likelihood, self.by_likelihood)

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
        lacking = [self.task.lacking(example.texts) for example in examples]
        yield from (Prediction(e.id, error=empty(field)) for e, field in zip(examples, lacking, strict=True) if field)
        there = [example for example, field in zip(examples, lacking, strict=True) if not field]
        for index, picked in shown(self.setting, there):
            if picked.error:
                yield Prediction(there[index].id, replies=picked.replies, error=picked.error)
                continue
            asked.append(self.ask(there[index], picked))
            if picked.replies:
                yield Prediction(there[index].id, replies=picked.replies, final=False)
        self._calibrate(asked)
        for index, outcome in attempt(lambda part: self._send([asked[i] for i in part]), len(asked)):
            yield self._predict(asked[index], outcome)

    def ask(self, example: Example, picked: Picked) -> Asked:
        """The prompt for an example with its demonstrations, fitted to the context. Raises InputError for an empty
        text, or where none fits."""
        lacking = self.task.lacking(example.texts)
        if lacking:
            raise InputError(empty(lacking))
        check_choices(self.setting.task.answer_kind, example)
        check_words(self.words, example.choices)
        written = self._written(example) if self.by_likelihood else {}
        prompt, notes = self._fitted(example, picked.rows, [*written.values()])
        return Asked(example, prompt, notes, picked.replies, picked.rows, written)

    def _fitted(
        self, example: Example, rows: tuple[Example, ...], scored: Sequence[str]
    ) -> tuple[Prompt, tuple[str, ...]]:
        """The prompt that leaves room for an answer, and notes on what it lacks. scored: what is scored behind it."""
        # A label may be longer than what may be generated; no token is shorter than a byte.
        end = END * one_begins_another(scored)
        reserve = max(self.limits.tokens, *(len(text.encode()) + end for text in scored), 0)
        return fit(self.reader, self._prompt, rows, example, reserve, longest(self.task, example))

    def _prompt(self, demonstrations: Sequence[Example], example: Example) -> Prompt:
        instruction = self.instruction(example)
        turns = [Message("system", instruction)] if instruction else []
        for row in map(self._worded, demonstrations):
            turns += [Message("user", self.question(row, True)), Message("assistant", self.answer(row))]
        return (*turns, Message("user", self.question(self._worded(example))))

    def question(self, example: Example, shown: bool = False) -> str:
        """The user's turn. shown: of a demonstration."""
        return self.task.question(example)

    def answer(self, row: Example) -> str:
        """The assistant's turn of a demonstration."""
        return self.task.completion(row.answer or (), row)

    def read(self, output: str, example: Example) -> Answer | None:
        """The answer in what the model wrote; None where there is none."""
        return self.task.read(output, example)

    @property
    def limits(self) -> Limits:
        """Of the model's output."""
        return self.setting.limits

    def instruction(self, example: Example) -> str:
        choices = tuple(map(self._word, example.choices))
        if self.knobs.instruction.strip():
            return self.knobs.instruction.strip().replace("[labels]", ", ".join(choices))
        target = self.knobs.instruction_language == "target"
        return self.task.instruction(choices, self.setting.language if target else self.setting.english)

    def _word(self, label: str) -> str:
        return self.words.get(label, label)

    def _worded(self, example: Example) -> Example:
        """The example with the label words in place of the labels."""
        if not self.words:
            return example
        answer = None if example.answer is None else renamed(example.answer, self.words)
        return replace(example, answer=answer, choices=tuple(map(self._word, example.choices)))

    def _calibrate(self, asked: list[Asked]) -> None:
        """Fills in what the labels get whatever the text; its calls stand before those of an item."""
        if self.knobs.calibration == NONE or not self.by_likelihood:
            return
        for number, item in enumerate(asked):
            if item.bare not in self.baselines:
                cue = self.question(item.example).splitlines()[-1]
                fitted = partial(self._fitted, rows=item.rows, scored=[*item.written.values()])
                made = bare_prompts(self.knobs.calibration, cue, item.example, fitted)
                replies = calibrating(self._send([replace(item, prompt=prompt) for prompt in made]))
                scores = [item.scores(reply, self._length) for reply in replies]
                self.baselines[item.bare] = baseline(scores)
                asked[number] = replace(item, replies=(*item.replies, *replies))

    def _send(self, asked: Sequence[Asked]) -> Iterator[tuple[int, Reply]]:
        host, prompts = self.setting.host, [item.prompt for item in asked]
        if self.by_likelihood:
            return host.score(prompts, [[*item.written.values()] for item in asked], self.adapter)
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
            scores = asked.scores(reply, self._length)
            return asked.chosen(reply, scores, self.baselines.get(asked.bare, {}))
        said = without_thoughts(reply.text)
        answer = self.read(said, self._worded(asked.example))
        if answer is not None:
            answer = renamed(answer, {word: label for label, word in self.words.items()})
        notes = (*asked.notes, *[REMOVED] * (said != reply.text))
        return Prediction(asked.example.id, answer, (*asked.replies, reply), answer is not None, notes=notes)

    def _length(self, text: str) -> int:
        return length(self.reader, text, self.knobs.normalise)

    def _written(self, example: Example) -> dict[str, str]:
        """What is scored for each choice."""
        worded = self._worded(example)
        scored = (self.task.completion(choice, worded) for choice in worded.choices)
        return dict(zip(example.choices, scored, strict=True))
