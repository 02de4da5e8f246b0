"""How the language is crossed: a strategy, what it is given, and the solver that it makes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from xlt_core.contracts.models import Adapts, Host, Translator, missing
from xlt_core.contracts.pickers import Pick
from xlt_core.contracts.tasks import Task
from xlt_core.records import Example, InputError, Language, Limits, Prediction, Prompt, Reply

ACTS_ON = ("input", "demonstrations", "prompt", "weights", "output")  # the places where a strategy acts
ASKS_FOR = ("labels", "parallel data", "raw text", "a translator", "a lexicon")  # what it needs beside a model


@dataclass(frozen=True)
class BuiltOn:
    """A finished column that another one builds on. predictions: by the items' ids; answer: asks it for other examples
    (it is prepared without them), yields its calls, also partial ones, and returns its predictions by id."""

    name: str
    predictions: Mapping[str, Prediction]
    answer: Callable[[Sequence[Example]], Generator[Reply, None, Mapping[str, Prediction]]]


def no_rows(language: str = "") -> tuple[Example, ...]:
    """The train rows of a setting without a dataset."""
    raise InputError("There are no train rows here; choose a dataset with a train split.")


@dataclass(frozen=True)
class Setting:
    """What a strategy is given to prepare with. demonstrations: with answers, the same for all items; pick: chooses
    them for each item in their place. shown_in: their language, where it is not `language`; english: the pivot's.
    translator is None where the strategy does not ask for it.

    rows: the train rows of a language, by its code ("": of `language`), with answers: none is an item or stands in the
    split that is scored; raises InputError where there are none. built_on, held_out: as the strategy asks for them.
    """

    task: Task
    language: Language
    english: Language
    host: Host
    translator: Translator | None
    demonstrations: tuple[Example, ...]
    limits: Limits
    seed: int
    pick: Pick | None = None
    shown_in: Language | None = None
    rows: Callable[[str], tuple[Example, ...]] = no_rows
    built_on: tuple[BuiltOn, ...] = ()
    held_out: tuple[Example, ...] = ()


class Solver(Protocol):
    """A prepared strategy. reader: who reads its prompts; None where no model is asked."""

    reader: Host | None

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        """The prompt that the model would get, notes on it ("3 demonstrations dropped"), and the calls it took."""

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Answers blanked examples, in any order, partial predictions (final=False) while they stream."""


class Strategy:
    """How the language is crossed: a frozen dataclass whose fields are its knobs.

    A knob's widget follows its annotation (bool, int, float, str, Literal); field metadata "label" and "help" name it.
    needs: names in ABILITIES that the host must have, () where no model is asked. uses_translator: whether it needs
    one. reads_items: whether its answers hang on the item; combines: whether it builds on other columns; sees_gold:
    whether its examples keep their gold answers, which only a bound that nothing can reach may. paper: where it comes
    from; acts_on, asks_for: its place in the field, words of ACTS_ON and ASKS_FOR; asks_in: what its prompts are in;
    objective: what the weights that it takes were adapted by, where it needs a host that adapts; transfers: whether
    those of another language are taken where there are none.
    """

    title: ClassVar[str]
    summary: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ("generates",)
    uses_translator: ClassVar[bool] = False
    reads_items: ClassVar[bool] = True
    combines: ClassVar[bool] = False
    sees_gold: ClassVar[bool] = False
    paper: ClassVar[str] = ""
    objective: ClassVar[str] = "laft"
    transfers: ClassVar[bool] = False
    acts_on: ClassVar[tuple[str, ...]] = ()
    asks_for: ClassVar[tuple[str, ...]] = ()
    asks_in: ClassVar[Literal["target", "English", "both"]] = "target"

    @classmethod
    def adapters(cls, host: Host | None, language: str) -> tuple[str, ...]:
        """Names of the adapted weights that it can take for a language, by its code, the default first."""
        own = host.adapters(language, cls.objective) if isinstance(host, Adapts) else ()
        others = host.adapters("", cls.objective) if cls.transfers and isinstance(host, Adapts) else ()
        return (*own, *(name for name in others if name not in own))

    def unfit(self, task: Task) -> str:
        """Why it makes no sense for a task, in a sentence; "" where it does."""
        return task.unpivoted if self.asks_in != "target" else ""

    def untranslated(self, answer_kind: str, language: Language, english: Language, translator: Translator) -> str:
        """Why a strategy that uses the translator cannot do with it, in a sentence; "" where it can."""
        return missing(translator, language, english) or missing(translator, english, language)

    def unsuited(self, answer_kind: str) -> str:
        """Why it cannot do tasks with answers of the kind, in a sentence; "" where it can."""
        return ""

    def identity(self) -> str:
        """What its answers hang on beside its knobs, such as the content of a file that one names; "" for nothing."""
        return ""

    def row_languages(self, language: str) -> tuple[str, ...]:
        """Codes of the languages whose train rows it reads by `Setting.rows`, for items in `language`."""
        return ()

    def builds_on(self, others: Mapping[str, Strategy]) -> tuple[str, ...]:
        """Which of the other columns, by name, it needs the finished predictions of (`Setting.built_on`), where it
        combines. others: those that do not combine, and can run. Raises InputError where it needs what is not there."""
        return ()

    def held_out_items(self) -> int:
        """How many items with gold answers it needs of a split that is not scored (`Setting.held_out`)."""
        return 0

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        """Gets ready, and returns a solver. Yields notes and the model calls that it makes on the way, also partial
        replies (final=False), which only give Stop a place."""
        raise NotImplementedError
