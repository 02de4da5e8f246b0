"""What one can add, each as one new file: tasks, strategies, hosts, translators, datasets."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Protocol, runtime_checkable

from xlt_core.records import Answer, Example, Language, Limits, Prediction, Prompt, Reply

SPLITS = ("train", "validation", "test")


class Task:
    """What is asked. Law, tested over every bundled row: read(write(a)) == a.

    metrics: score names of xlt_core.metrics, the headline first.
    """

    title: ClassVar[str]
    answer_kind: ClassVar[Literal["label", "text", "spans"]]
    metrics: ClassVar[tuple[str, ...]]

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        """The instruction, written in `language` where the project has it, else in English."""
        raise NotImplementedError

    def question(self, example: Example) -> str:
        """The user's turn for one example, up to where the answer begins."""
        raise NotImplementedError

    def write(self, answer: Answer) -> str:
        """The answer as the model should write it: one line, no surrounding space."""
        raise NotImplementedError

    def read(self, text: str, example: Example) -> Answer | None:
        """The answer that an output stands for, read leniently; None where it cannot be read (an invalid output)."""
        raise NotImplementedError


@runtime_checkable
class Host(Protocol):
    """Where the language model runs. Each ability below is a protocol of its own."""

    name: str
    revision: str
    context: int

    def describe(self) -> str:
        """One line for the page: host, device, dtype, model and revision."""

    def count(self, prompt: Prompt) -> int:
        """Tokens of the prompt as it would be sent."""

    def render(self, prompt: Prompt) -> str:
        """The exact text that would be sent."""


@runtime_checkable
class Generates(Protocol):
    def generate(
        self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) in any order, partial replies (final=False) while they stream."""


@runtime_checkable
class Scores(Protocol):
    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) in any order; reply.choices has the summed log-likelihood (nats) of every choice.

        Where one choice begins another, that of each includes what ends an answer."""


@runtime_checkable
class Adapts(Protocol):
    def adapters(self, language: str) -> tuple[str, ...]:
        """Names of the adapted weights at hand for a language, the default first."""

    def adapted(self, adapter: str) -> Host:
        """Who reads the prompts for an adapter: its context, its tokens, its exact text. The host itself, but for full
        weights with their own tokenizer. Raises InputError with the reason where the adapter does not fit."""


ABILITIES: dict[str, type] = {"generates": Generates, "scores": Scores, "adapts": Adapts}


class Translator(Protocol):
    """How text crosses to the pivot and back. What a text becomes hangs on name, revision, pair and beams alone."""

    name: str
    revision: str

    def lacks(self, language: Language) -> bool:
        """Whether this translator does not know the language."""

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) in any order, one final reply for each text; before it, partial ones (final=False) of
        a long text, so that it can be stopped within. beams: of the search; 1 is greedy. Raises InputError for a
        language that it lacks, and for beams that it cannot do."""


def missing(translator: Translator, source: Language, target: Language) -> str:
    """Why it cannot translate from source to target, in a sentence; "" where it can. A translator with pairs of its
    own, some of them in one direction only, says it by a method `missing`."""
    own = getattr(translator, "missing", None)
    if own:
        return own(source, target)
    unknown = next((language for language in (source, target) if translator.lacks(language)), None)
    if unknown is None:
        return ""
    return f"The translator {translator.name} does not know {unknown.name} ({unknown.code}); choose another translator."


class Dataset:
    """A source of examples. The same rows in the same order every time."""

    title: ClassVar[str]
    licence: ClassVar[str]
    citation: ClassVar[str]
    url: ClassVar[str]

    def languages(self, task: str) -> tuple[str, ...]:
        """Codes of the languages with examples for the task; () where it has none."""
        raise NotImplementedError

    def serves(self, task: str, language: str) -> bool:
        """Whether it has examples for the task in the language, by its code."""
        return language in self.languages(task)

    def load(self, task: str, language: str, split: str) -> list[Example]:
        """The split (train, validation or test), whole. Raises InputError where there is none."""
        raise NotImplementedError

    def splits(self, task: str, language: str) -> tuple[str, ...]:
        """The splits that there are; without train no demonstrations are drawn."""
        return SPLITS

    def note(self, task: str, language: str, split: str) -> str:
        """What a reader of numbers from the split should know of it, in a clause; "" where there is nothing."""
        return ""

    def at(self, roots: tuple[Path, ...]) -> Dataset:
        """The dataset as read from clones of its repositories, where it has such. Raises InputError where the
        folders hold none."""
        return self

    def at_hand(self) -> bool:
        """Whether the rows can be read without asking a server."""
        return True


class Memory(Protocol):
    """What was computed before. column: the signature of a column at work; items: the keys of its items.

    Only final predictions without an error are given to it.
    """

    def known(self, column: str, items: Sequence[str]) -> Mapping[str, Prediction]:
        """Predictions by the item's key; the items that are not known are left out."""

    def keep(self, column: str, item: str, prediction: Prediction) -> None:
        """Keeps a prediction, at once."""


@dataclass(frozen=True)
class Setting:
    """What a strategy is given to prepare with. demonstrations: with answers; english: the pivot language.
    translator is None where the strategy does not ask for it."""

    task: Task
    language: Language
    english: Language
    host: Host
    translator: Translator | None
    demonstrations: tuple[Example, ...]
    limits: Limits
    seed: int


class Solver(Protocol):
    """A prepared strategy. reader: who reads its prompts."""

    reader: Host

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        """The prompt that the model would get, notes on it ("3 demonstrations dropped"), and the calls it took."""

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Answers blanked examples, in any order, partial predictions (final=False) while they stream."""


class Strategy:
    """How the language is crossed: a frozen dataclass whose fields are its knobs.

    A knob's widget follows its annotation (bool, int, float, str, Literal); field metadata "label" and "help" name it.
    needs: names in ABILITIES that the host must have. uses_translator: whether it needs one.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ("generates",)
    uses_translator: ClassVar[bool] = False

    def untranslated(self, answer_kind: str, language: Language, english: Language, translator: Translator) -> str:
        """Why a strategy that uses the translator cannot do with it, in a sentence; "" where it can."""
        return missing(translator, language, english) or missing(translator, english, language)

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        """Gets ready, and returns a solver. Yields notes and the model calls that it makes on the way, also partial
        replies (final=False), which only give Stop a place."""
        raise NotImplementedError
