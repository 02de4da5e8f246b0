"""What a model makes of the tokens of a text, in the middle of its layers: for alignments of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from xlt_core.contracts import TokenStates
from xlt_core.models.pool import ModelHandle


class ReadsStates:
    """The ability of a host whose tokenizer and model are here."""

    context: int
    _tokenizer: Any

    def _use_model(self, adapter: str = "") -> AbstractContextManager[ModelHandle]:
        raise NotImplementedError

    def states(self, texts: Sequence[str]) -> Iterator[tuple[int, TokenStates]]:
        """Yields (index, states) in order. A text is cut to the model's context. Raises InputError for a tokenizer that
        does not tell where its tokens stand."""
        with self._use_model() as handle:
            while not handle.wait():
                pass
            for index, text in enumerate(texts):
                tokens, places = self._tokenizer.placed(text)
                tokens, places = tokens[: self.context], places[: self.context]
                yield index, TokenStates(tuple(places), handle.model.states(tokens) if tokens else [])
