"""`soft`, `instruct`, `dpo`, `distil`, `vocabulary`: the prompt of `prompt`, to weights that the objective of that
name has tuned; they differ in what they are called, and in which weights they take (papers: at each)."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.strategies._adapted import OnAdapted


@dataclass(frozen=True)
class SoftPrompted(OnAdapted):
    """Behind a few learned vectors, of this language or, where there are none, of another."""

    title = "Soft prompt"
    summary = "A few vectors, learned from labelled rows of this or another language, stand before the prompt."
    paper = "Lester et al. 2021, arXiv 2104.08691"
    objective = "soft"
    transfers = True
    acts_on, asks_for = ("prompt",), ("labels",)


@dataclass(frozen=True)
class Instructed(OnAdapted):
    """A model that was tuned to answer such prompts."""

    title = "Instruct"
    summary = "Demonstrations and input stay in the language; a model tuned on prompts of train rows answers."
    paper = "Toukmaji & Flanigan 2025, arXiv 2506.19187"
    objective = "instruct"
    transfers = True
    asks_for = ("labels",)


@dataclass(frozen=True)
class Preferring(OnAdapted):
    """A model that was tuned to prefer right answers to its own wrong ones."""

    title = "DPO"
    summary = "Demonstrations and input stay in the language; a model tuned to prefer right answers to its own answers."
    paper = "Rafailov et al. 2023, arXiv 2305.18290"
    objective = "dpo"
    transfers = True
    asks_for = ("labels",)


@dataclass(frozen=True)
class Distilled(OnAdapted):
    """A model that learned from its own answers by way of English."""

    title = "Distil"
    summary = "Demonstrations and input stay in the language; a model that learned its own English answers answers."
    paper = "Compare Carrino et al. 2023, arXiv 2309.17134; Wu et al. 2020, arXiv 2004.12440"
    objective = "distil"
    asks_for = ("labels", "a translator")


@dataclass(frozen=True)
class Widened(OnAdapted):
    """A model whose tokenizer was given pieces of the language."""

    title = "Vocabulary"
    summary = "Demonstrations and input stay in the language; a model whose tokenizer knows more of its words answers."
    paper = "Compare Dobler & de Melo 2023: FOCUS, arXiv 2305.14481"
    objective = "vocabulary"
    asks_for = ("labels", "raw text")


BY_NAME = {kind.objective: kind for kind in (SoftPrompted, Instructed, Preferring, Distilled, Widened)}
