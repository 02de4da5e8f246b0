"""What a model that runs here makes of plain text: its tokens, the states of its layers, the text's likelihood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from xlt_core.contracts import Pieces, TokenStates
from xlt_core.models.pool import ModelHandle
from xlt_core.records import InputError

if TYPE_CHECKING:
    from xlt_core.probing.sentence_states import SentenceStates

BATCH_TOKENS = 2048  # of a likelihood's forward pass: a place to stop every few seconds


class ReadsStates:
    """The abilities of a host whose tokenizer and model are here."""

    name: str
    context: int
    _tokenizer: Any
    _model: Any

    def _use_model(self, adapter: str = "") -> AbstractContextManager[ModelHandle]:
        raise NotImplementedError

    def _load_adapter(self, handle: ModelHandle, adapter: str) -> str:
        raise NotImplementedError

    def adapted(self, adapter: str) -> Any:
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

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """What the tokenizer cuts each text into, without what it puts around it."""
        return self._tokenizer.pieces(texts)

    def sentence_states(self, texts: Sequence[str], adapter: str = "") -> Iterator[list[tuple[int, SentenceStates]]]:
        """Yields (index, states) of a batch at a time; none while the weights are being loaded. A text is cut to the
        model's context."""
        from xlt_core.probing.sentence_states import batches, states_of

        other = self.adapted(adapter)
        if other is not self:
            yield from other.sentence_states(texts)
            return
        rows = [row[: self.context] for row in self._tokenizer.document_rows(texts)]
        with self._use_model(adapter) as handle:
            while not handle.wait():
                yield []
            name, engine = self._load_adapter(handle, adapter), handle.model
            for batch in batches(rows):
                with engine.lock:
                    engine.adapters.use(name)
                    found = list(states_of(engine.model, batch))
                yield found

    def nats(self, texts: Sequence[str], adapter: str = "") -> Iterator[float]:
        """Yields parts of the texts' negative log-likelihood, which add up; 0 while the weights are being loaded."""
        from xlt_core.probing.bits_per_byte import batches, negative_log_likelihood, windows

        other = self.adapted(adapter)
        if other is not self:
            yield from other.nats(texts)
            return
        if self._model.skeleton.config.is_encoder_decoder:
            raise InputError(f"{self.name} has an encoder and a decoder, and does not continue a text; choose another.")
        rows = self._tokenizer.document_rows(texts)
        with self._use_model(adapter) as handle:
            while not handle.wait():
                yield 0.0
            name, engine = self._load_adapter(handle, adapter), handle.model
            for batch in batches(windows(engine.model, self._model.tokenizer, rows), BATCH_TOKENS):
                with engine.lock:
                    engine.adapters.use(name)
                    found = negative_log_likelihood(engine.model, batch)
                yield found
