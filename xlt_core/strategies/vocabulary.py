"""`vocabulary`: the prompt of `prompt`, to weights with new pieces of the language in their tokenizer."""

from __future__ import annotations

from dataclasses import dataclass

from xlt_core.strategies._adapted import OnAdapted


@dataclass(frozen=True)
class Widened(OnAdapted):
    """Few-shot prompting of a model whose tokenizer was given pieces of the language."""

    title = "Vocabulary"
    summary = "Demonstrations and input stay in the language; a model whose tokenizer knows more of its words answers."
    paper = "Compare Dobler & de Melo 2023: FOCUS, arXiv 2305.14481"
    objective = "vocabulary"
    asks_for = ("labels", "raw text")
