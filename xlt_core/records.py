"""The words of the project: frozen records that pass between its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

UNSAID = {"unsaid": True}  # marks a field that plain values leave out where it has its default


class InputError(Exception):
    """A call that is off. The message is one sentence for the user that says what to change."""

    def _render_traceback_(self) -> list[str]:  # what a notebook shows
        return [f"InputError: {self}"]


class HostError(Exception):
    """A model did not answer, by no fault of the call; the message is as that of InputError."""


@dataclass(frozen=True)
class Language:
    """A language by its ISO 639-3 code; everything but code and name may be empty."""

    code: str
    name: str
    autonym: str = ""
    script: str = ""
    direction: str = "ltr"
    flores: str = ""
    family: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """An entity: characters start..end (end exclusive) of the source text; -1, -1 where the model named what the text
    does not hold, which is scored as a wrong entity. way: how it came back from the pivot, or got lost."""

    text: str
    kind: str
    start: int
    end: int
    way: str = ""

    @property
    def located(self) -> bool:
        return self.start >= 0


Answer = str | tuple[Span, ...]


@dataclass(frozen=True)
class Example:
    """One item. texts: by the names of the task's fields; choices: the allowed labels or entity kinds; pivot: the same
    item in English, where the data has one; languages: codes of fields (or "answer") in another language than its;
    translated: the item in the machine-made English that the data's publishers have beside it."""

    id: str
    texts: Mapping[str, str]
    answer: Answer | None = None
    choices: tuple[str, ...] = ()
    pivot: Example | None = None
    languages: Mapping[str, str] = field(default_factory=dict, metadata=UNSAID)
    translated: Example | None = field(default=None, metadata=UNSAID)

    @property
    def text(self) -> str:  # of several, those that are not empty, a line each
        return self.texts["text"] if "text" in self.texts else "\n".join(filter(None, self.texts.values()))

    def blanked(self) -> Example:  # as a strategy may see it: without the gold answer, nor those of its English
        english = {"pivot": self.pivot, "translated": self.translated}
        return replace(self, answer=None, **{name: own and own.blanked() for name, own in english.items()})


@dataclass(frozen=True)
class Row:
    """A demonstration or an input as a person writes it: plain text, the answer as the task writes it. texts,
    english_texts: by the names of the fields, in place of text and english, for a task that has several."""

    text: str = ""
    answer: str = ""
    id: str = ""
    english: str = ""
    english_answer: str = ""
    texts: Mapping[str, str] = field(default_factory=dict, hash=False, metadata=UNSAID)
    english_texts: Mapping[str, str] = field(default_factory=dict, hash=False, metadata=UNSAID)


@dataclass(frozen=True)
class Message:
    """One turn of a prompt. role: system (the instruction), user (a question) or assistant (an answer)."""

    role: str
    text: str


Prompt = tuple[Message, ...]


@dataclass(frozen=True)
class Limits:
    """What a generation may cost. tokens: output tokens at most; stop: strings that end it; temperature 0: greedy."""

    tokens: int = 64
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ("\n",)


@dataclass(frozen=True)
class Reply:
    """One model call, trace and bill in one. sent: the exact text sent; choices: log-likelihood (nats) per choice;
    note: such as that memory ran out; of a partial one, what it waits for."""

    purpose: str
    sent: str
    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    choices: Mapping[str, float] = field(default_factory=dict)
    final: bool = True
    note: str = ""


@dataclass(frozen=True)
class Prediction:
    """What a strategy made of one example. error: why it has no answer (never scored); final=False: still streaming."""

    id: str
    answer: Answer | None = None
    replies: tuple[Reply, ...] = ()
    valid: bool = False
    error: str = ""
    notes: tuple[str, ...] = ()
    final: bool = True


@dataclass(frozen=True)
class Score:
    """A metric's value with its 95% bootstrap interval, all in 0..1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PairedTest:
    """The difference a - b on the same items, its 95% bootstrap interval, p, and p after Holm's correction."""

    a: str
    b: str
    metric: str
    difference: float
    low: float
    high: float
    p: float
    test: str = "paired randomization"
    p_holm: float | None = None


@dataclass(frozen=True)
class Column:
    """One strategy with its knobs, side by side with the others. knobs, model, translator, shots: only those that
    differ from the defaults and from the plan's; shots: of the plan's demonstrations it sees so many, the first;
    model_revision: of its own model, filled in by resolving."""

    name: str
    strategy: str
    knobs: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    model: str = field(default="", metadata=UNSAID)
    translator: str = field(default="", metadata=UNSAID)
    model_revision: str = field(default="", metadata=UNSAID)
    shots: int | None = field(default=None, metadata=UNSAID)


@dataclass(frozen=True)
class Plan:
    """A whole comparison in plain values: cache key, share link, signature and command at once.

    demonstrations: None has demonstrations_from pick `shots` train rows (in demonstrations_language); () is zero-shot.
    inputs: else `samples` items by the seed. labels: else the dataset's. model_revision, data_digest: by resolving.
    """

    task: str
    language: str
    columns: tuple[Column, ...] = (Column("prompt", "prompt"), Column("translate", "translate"), Column("laft", "laft"))
    dataset: str = "world"
    split: str = "test"
    model: str = "pocket"
    translator: str = "pocket"
    shots: int = 4
    demonstrations: tuple[Row, ...] | None = None
    samples: int = 40
    inputs: tuple[Row, ...] = ()
    seed: int = 0
    limits: Limits = Limits()
    labels: tuple[str, ...] = ()
    model_revision: str = ""
    data_digest: str = ""
    demonstrations_from: str = field(default="balanced", metadata=UNSAID)
    demonstrations_language: str = field(default="", metadata=UNSAID)

    def of(self, column: Column) -> Plan:  # as the column has it: with its own model, translator and shots
        own = {"model": column.model, "model_revision": column.model_revision} if column.model else {}
        if column.shots is not None:
            shown = None if self.demonstrations is None else self.demonstrations[: column.shots]
            own |= {"shots": min(column.shots, self.shots), "demonstrations": shown}
        return replace(self, **own, translator=column.translator or self.translator)

    @property
    def models(self) -> tuple[str, ...]:  # of its columns, each once
        return tuple(dict.fromkeys(self.of(column).model for column in self.columns)) or (self.model,)


@dataclass(frozen=True)
class Run:
    """One column. state: waiting, running, done, failed or stopped; scoring: likelihood or generated; preparation:
    calls before the items; signature: of all that the predictions hang on; recalled: how many were computed before."""

    name: str
    strategy: str
    state: str = "waiting"
    note: str = ""
    scoring: str = ""
    examples: tuple[Example, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    scores: Mapping[str, Score] = field(default_factory=dict)
    preparation: tuple[Reply, ...] = ()
    signature: str = ""
    recalled: int = field(default=0, compare=False)
    held: tuple[str, ...] = field(default=(), compare=False, metadata=UNSAID)  # signatures of answers beside the items
    parameters: int = field(default=0, metadata=UNSAID)  # of the models that answer; 0: not known

    @property
    def errors(self) -> int:  # items without a result, left out of the scores
        return sum(bool(p.error) for p in self.predictions)

    @property
    def valid(self) -> float | None:  # the share of the finished items whose output could be read
        done = [p.valid for p in self.predictions if p.final and not p.error]
        return sum(done) / len(done) if done else None

    @property
    def replies(self) -> tuple[Reply, ...]:  # every model call of the column
        return self.preparation + tuple(r for p in self.predictions for r in p.replies)


@dataclass(frozen=True)
class Comparison:
    """A snapshot of a plan at work, or its end. tests: one per pair of finished columns."""

    plan: Plan
    runs: tuple[Run, ...]
    tests: tuple[PairedTest, ...] = ()
