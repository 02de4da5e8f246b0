"""What texts hold: documents, tokens, words, duplicates, and what looks like another language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlt_core.adaptation.corpus import Text, foreign
from xlt_core.adaptation.records import Survey
from xlt_core.text.words import count

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def surveys(tokenizer: PreTrainedTokenizerBase, texts: Sequence[Text]) -> tuple[Survey, ...]:
    return tuple(
        Survey(text.language.code, len(text.documents), text.size, sum(map(count, text.documents)),
               _count(tokenizer, text), text.duplicates, text.short, foreign(text), text.whole)
        for text in texts
    )  # fmt: skip


def _count(tokenizer: PreTrainedTokenizerBase, text: Text, sample: int = 2000) -> int:
    """Tokens of a text, exactly where it has up to `sample` documents, else by a sample."""
    step = max(1, len(text.documents) // sample)
    some = text.documents[::step]
    tokens = sum(map(len, tokenizer(list(some), add_special_tokens=False, verbose=False)["input_ids"]))
    return round(tokens * text.size / max(size(some), 1))


def size(documents: Sequence[str]) -> int:
    """UTF-8 bytes."""
    return sum(len(document.encode()) for document in documents)
