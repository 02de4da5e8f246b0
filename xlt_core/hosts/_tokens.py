"""Checks that a model knows the tokens of a prompt, and has room for them."""

from __future__ import annotations

from collections.abc import Sequence

from xlt_core.records import InputError


def check(tokens: Sequence[int], length: int, vocabulary: int, context: int, folder: str) -> None:
    """Raises InputError for tokens that the model does not know, or a length that it does not take. vocabulary: how
    many it knows; folder: where its tokenizer is."""
    if max(tokens, default=0) >= vocabulary:
        raise InputError(
            f"The tokenizer in {folder} is of another model: it has {max(tokens) + 1} tokens or more, "
            f"and the model {vocabulary}; save or download the folder again."
        )
    if length > context:
        raise InputError(
            f"The prompt is too long for the model, which takes {context} tokens; "
            "shorten the text, or take fewer demonstrations."
        )
