"""What an adaptation is made of: what to train and on what, what its text holds, how far it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xlt_core.adaptation.corpus import Corpus, Replay

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

METHODS = ("lora", "full")  # that one chooses; an objective may have one of its own
Value = str | int | float | bool


@dataclass(frozen=True)
class Adaptation:
    """What to train, and on what. Where 0 stands, it is chosen: tokens: by the steps; rate: by the method and the size
    of the model; alpha: twice the rank; block: tokens a row, up to 512. targets: `all-linear`, `attention` (those that
    peft knows for the architecture) or names of modules. held_out: share of the documents that measures the outcome.
    packed: several documents a row. average: the mean of the run's checkpoints is the outcome. objective: what is
    learned by, a file of objectives/; knobs: its settings. replay: texts that a share of the training is on, so that
    they are not forgotten. start: an adapter that is trained on. data_root: clones of datasets' repositories."""

    corpora: tuple[Corpus, ...]
    model: str = "pocket"
    method: str = "lora"
    steps: int = 200
    tokens: int = 0
    rate: float = 0.0
    rank: int = 16
    alpha: int = 0
    targets: str = "all-linear"
    block: int = 0
    rows: int = 16
    held_out: float = 0.05
    packed: bool = True
    average: bool = False
    seed: int = 0
    objective: str = "laft"
    knobs: Mapping[str, Value] = field(default_factory=dict)
    replay: tuple[Replay, ...] = ()
    start: str = ""
    data_root: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survey:
    """What the text of one language holds. foreign: share of documents that look like another language, None where
    no library here knows this one; whole: False where only as much was read as the run needs."""

    language: str
    documents: int
    size: int
    words: int
    tokens: int
    duplicates: int
    short: int
    foreign: float | None
    whole: bool

    @property
    def tokens_per_word(self) -> float:
        return self.tokens / max(self.words, 1)


@dataclass(frozen=True)
class Estimate:
    """seconds: of the whole run here, by a step that was measured; parameters: those that are trained; tokens: that
    are read in training; memory: bytes for weights, gradients, the optimizer and what one step keeps, at its peak."""

    surveys: tuple[Survey, ...]
    steps: int
    seconds: float
    parameters: int
    tokens: int
    memory: int


@dataclass(frozen=True)
class Snapshot:
    """How far an adaptation is. losses: (step, nats per token); left: seconds; bits: bits per byte of held-out text by
    language, before and, at the end, after; English is what may be forgotten; figures: what else the objective
    measures, by name, likewise. surveys: what the texts hold. estimate: what the run will take. card: what was written,
    at the end."""

    doing: str
    step: int = 0
    steps: int = 0
    losses: tuple[tuple[int, float], ...] = ()
    rate: float = 0.0
    left: float | None = None
    bits: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    figures: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    surveys: tuple[Survey, ...] = ()
    notes: tuple[str, ...] = ()
    estimate: Estimate | None = None
    card: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Base:
    """The model before training, as it will be trained. plan: with everything chosen that was left open; former: the
    tokenizer that the model had, where it is given another."""

    plan: Adaptation
    tokenizer: PreTrainedTokenizerBase
    model: Any
    revision: str
    former: PreTrainedTokenizerBase | None = None


def rate_of(method: str, parameters: int) -> float:
    """The learning rate where none is given: 2e-5 for full weights, 2e-4 for LoRA, more for tiny models."""
    return {"lora": 2e-4, "full": 2e-5}[method] * max(1.0, math.sqrt(1e8 / parameters))
