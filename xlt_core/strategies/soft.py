"""`soft`: the prompt of `prompt`, behind a soft prompt that was learned from labelled rows (arXiv 2104.08691)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.strategies._adapted import OnAdapted


@dataclass(frozen=True)
class SoftPrompted(OnAdapted):
    """Few-shot prompting behind a few learned vectors, of this language or, where there are none, of another."""

    title = "Soft prompt"
    summary = "A few vectors, learned from labelled rows of this or another language, stand before the prompt."
    paper = "Lester et al. 2021, arXiv 2104.08691"
    objective = "soft"
    transfers = True
    acts_on, asks_for = ("prompt",), ("labels",)
