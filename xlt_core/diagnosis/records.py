"""What is asked of a diagnosis, and what it has found so far."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.contracts import Measured
from xlt_core.records import Plan

FRESH = Plan("", "")
SENTENCES = 100  # as the authors of MEXA take


@dataclass(frozen=True)
class Request:
    """A diagnosis in plain values. parallel: a dataset, or a file of sentences with their English; samples: sentences
    at most, spread evenly over the split; only: diagnostics by name, else all; price: of a million tokens, in any
    currency."""

    languages: tuple[str, ...]
    models: tuple[str, ...] = (FRESH.model,)
    parallel: str = FRESH.dataset
    split: str = FRESH.split
    samples: int = SENTENCES
    only: tuple[str, ...] = ()
    adapter: str = ""
    translator: str = FRESH.translator
    shots: int = FRESH.shots
    price: float = 0.0


@dataclass(frozen=True)
class Snapshot:
    """A diagnosis at work, or its end. done, total: measurements; doing: what is at work."""

    request: Request
    done: int
    total: int
    doing: str
    found: tuple[Measured, ...]
    sentences: str = ""  # where they are from, and how many
