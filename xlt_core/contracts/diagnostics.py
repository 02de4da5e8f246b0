"""What one can know of a language, a model and a translator before choosing: a diagnostic, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, runtime_checkable

from xlt_core.contracts.models import Host, Translator
from xlt_core.records import Language

if TYPE_CHECKING:
    from xlt_core.probing.sentence_states import SentenceStates

Values = Mapping[str, Any]  # what was measured, as plain values for JSON; shares and scores are in 0..1


@dataclass(frozen=True)
class Pieces:
    """What a tokenizer cuts a text into. unknown: tokens that stand for what it does not know; broken: tokens that hold
    less than a character."""

    count: int
    unknown: int
    broken: int


@runtime_checkable
class Inspects(Protocol):
    """A host whose tokenizer and layers can be read: one that runs here."""

    context: int

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """What the tokenizer cuts each text into, without what it puts around it. Loads no weights."""

    def sentence_states(self, texts: Sequence[str], adapter: str = "") -> Iterator[list[tuple[int, SentenceStates]]]:
        """Yields (index, states) of some texts at a time, in any order; of none while the weights are being loaded."""

    def nats(self, texts: Sequence[str], adapter: str = "") -> Iterator[float]:
        """Yields parts of the texts' negative log-likelihood, which add up; 0 while the weights are being loaded.
        Raises InputError for a model that does not continue a text."""


@dataclass(frozen=True)
class Transfer:
    """What a stored comparison reached in a language with demonstrations in another one, `source`. score: mean over
    comparisons of the task's headline score; items: of them all."""

    source: str
    task: str
    model: str
    score: float
    items: int


@dataclass(frozen=True)
class Subject:
    """What a diagnostic is given. sentences: (in the language, in English), parallel; in_language: the same sentences
    in another language, by its code, () where there are none; languages: those that may have them; host, translator:
    None where none is asked for; price: of a million tokens; transfers: to the language, in stored comparisons; memo:
    what the diagnostics of one call compute only once."""

    language: Language
    english: Language
    sentences: tuple[tuple[str, str], ...]
    host: Host | None = None
    model: str = ""
    adapter: str = ""
    translator: Translator | None = None
    shots: int = 4
    price: float = 0.0
    languages: tuple[Language, ...] = ()
    in_language: Callable[[str], tuple[str, ...]] = lambda code: ()
    transfers: Callable[[], tuple[Transfer, ...]] = lambda: ()
    memo: MutableMapping[Any, Any] = field(default_factory=dict, compare=False)

    @property
    def own(self) -> tuple[str, ...]:
        return tuple(text for text, _ in self.sentences)

    @property
    def translated(self) -> tuple[str, ...]:  # the same in English
        return tuple(english for _, english in self.sentences)


@dataclass(frozen=True)
class Measured:
    """What a diagnostic found of a language and, where it asks one, a model. refused: why it could not, or ""."""

    diagnostic: str
    language: str
    model: str
    values: Values = field(default_factory=dict)
    refused: str = ""


@dataclass(frozen=True)
class Series:
    """A line, or bars of one kind, None where there is no such bar. faint: only beside the others, to compare with."""

    name: str
    values: tuple[float | None, ...]
    faint: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture. curves: each series against 0, 1, 2 ...; bars: for each of `names`, a bar of each series. line: a
    level to compare with, such as chance; top: the end of the scale, else the greatest value."""

    kind: Literal["curves", "bars"]
    title: str
    unit: str
    series: tuple[Series, ...]
    names: tuple[str, ...] = ()
    line: float | None = None
    line_name: str = ""
    top: float | None = None


class Diagnostic:
    """One thing to know before choosing.

    summary: what it says, and how to read it, in a sentence or two; paper: where it comes from. asks: "model" (its
    layers, on the local host), "tokenizer" (of a model, without weights), "translator" or "" (neither).
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    paper: ClassVar[str] = ""
    asks: ClassVar[Literal["model", "tokenizer", "translator", ""]] = ""

    def unfit(self, subject: Subject) -> str:
        """Why it says nothing of a subject, in a sentence; "" where it does."""
        return ""

    def measure(self, subject: Subject) -> Generator[str, None, Values]:
        """Yields what it is doing, each a place to stop, and returns what it found. Raises InputError."""
        raise NotImplementedError

    def row(self, values: Values) -> Mapping[str, str]:
        """The values for a reader, by the heads of a table's columns."""
        raise NotImplementedError

    def says(self, language: str, values: Values) -> str:
        """The finding in a sentence. language: its name."""
        raise NotImplementedError

    def charts(self, found: Sequence[Measured]) -> tuple[Chart, ...]:
        """Pictures of several languages and models together. found: without those that were refused."""
        raise NotImplementedError
