"""Where the language model runs, and who translates: hosts with their abilities, and translators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from xlt_core.records import Language, Limits, Prompt, Reply


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


class NoHost:
    """Stands for the host where no model is asked."""

    name = revision = ""
    context = 0

    def describe(self) -> str:
        return "no language model"

    def count(self, prompt: Prompt) -> int:
        return 0

    def render(self, prompt: Prompt) -> str:
        return ""


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
    def adapters(self, language: str, objective: str = "laft") -> tuple[str, ...]:
        """Names of the weights at hand that were adapted to a language by an objective, the default first."""

    def adapted(self, adapter: str) -> Host:
        """Who reads the prompts for an adapter: its context, its tokens, its exact text. The host itself, but for full
        weights with their own tokenizer. Raises InputError with the reason where the adapter does not fit."""


@dataclass(frozen=True)
class TokenStates:
    """What a model makes of a text. places: start and end of each token in it, in characters; states: a vector each."""

    places: tuple[tuple[int, int], ...]
    states: Sequence[Sequence[float]]


@runtime_checkable
class Encodes(Protocol):
    def states(self, texts: Sequence[str]) -> Iterator[tuple[int, TokenStates]]:
        """Yields (index, states), of the middle of the model's layers, in any order."""


ABILITIES: dict[str, type] = {"generates": Generates, "scores": Scores, "adapts": Adapts}


class Translator(Protocol):
    """How text crosses to the pivot and back. What a text becomes hangs on name, revision, pair and beams alone.

    One that has several translations for a text has a method `ranked(number)`, which gives so many translators: the
    first has a text's best translation, the next the second best, and one search serves all of them."""

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
