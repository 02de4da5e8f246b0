"""`vocabulary`: new pieces for the tokenizer, learned from the language's text; they are trained with a LoRA adapter
(compare Dobler & de Melo 2023: FOCUS, arXiv 2305.14481)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from xlt_core.adaptation.objective import Material, Objective, Split
from xlt_core.adaptation.records import Adaptation, Base, rate_of
from xlt_core.prompting.fewshot import knob
from xlt_core.records import InputError
from xlt_core.text.words import count


@dataclass(frozen=True)
class Vocabulary(Objective):
    """A new piece begins as the mean of the pieces that it is made of. What is written are all weights, with the
    adapter merged into them, and their own tokenizer."""

    title = "Vocabulary"
    summary = "Adds pieces of the language to the tokenizer, and learns them and a LoRA adapter from its text."
    paper = "Compare Dobler & de Melo 2023: FOCUS, arXiv 2305.14481"
    methods = ("full",)

    pieces: int = knob(1000, "New pieces", "How many are added to the tokenizer at most.", (1, 100_000))

    def check(self, plan: Adaptation) -> None:
        if plan.average or plan.start:
            raise InputError("Weights with pieces of their own are neither averaged nor trained on; leave that out.")

    def rate(self, plan: Adaptation, parameters: int) -> float:
        return rate_of("lora", parameters)

    def equip(self, model: Any, base: Base, material: Material) -> Base:
        from xlt_core.adaptation.tokens import wider

        documents = (document for text in material.texts for document in text.documents)
        return wider.with_pieces(model, base, documents, self.pieces)

    def before(self, base: Base) -> AbstractContextManager[Base]:
        from xlt_core.adaptation.tokens import wider

        return wider.as_before(base)

    def measure(self, base: Base, split: Split) -> dict[str, float]:
        """Tokens a word of text that is held out."""
        return {f"tokens a word, {code}": _tokens(base.tokenizer, documents) / max(sum(map(count, documents)), 1)
                for code, documents in split.held_out.items()}  # fmt: skip

    def written(self, base: Base) -> Base:
        return replace(base, model=base.model.merge_and_unload())


def _tokens(tokenizer: Any, documents: Sequence[str]) -> int:
    return sum(map(len, tokenizer(list(documents), add_special_tokens=False, verbose=False)["input_ids"]))
