"""The engine of the local host: runs many prompts on one model in few forward passes.

A call goes through four steps. (1) The tokens that all its prompts start with, the prefix, run once; what the model
keeps of them stays for this call and later ones. (2) The prompts are grouped into batches of similar length, as large
as the memory for the cache and a forward pass of a fraction of a second allow. (3) A batch continues from the shared
prefix. Scoring packs all choices of an item into one row, where the attention mask hides them from each other, or where
the model allows none makes them rows; generation goes token by token. (4) Results are yielded after every forward pass,
so that the caller may stop.

The model is locked for one forward pass at a time, in the order of asking, and the adapter is set at that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import Cache

from xlt_core.engine import batching, ways
from xlt_core.engine.base import BaseEngine, Decode, Output, Outputs
from xlt_core.engine.batching import Item, Tokens
from xlt_core.engine.generation import GenerationBatch, Row
from xlt_core.engine.masks import KeyValues
from xlt_core.engine.network import Network
from xlt_core.engine.packed import Packed
from xlt_core.engine.prefix_cache import common_prefix_length
from xlt_core.engine.row_generation import RowGeneration
from xlt_core.engine.rows import Rows
from xlt_core.engine.ways import Way
from xlt_core.records import Limits


class Engine(BaseEngine):
    """The engine of models that continue a text."""

    def __init__(self, model: PreTrainedModel, end_tokens: frozenset[int]) -> None:
        super().__init__(model, end_tokens)
        self.network = Network(model)
        self.take(ways.choose(model, self.network))

    def take(self, way: Way) -> None:
        """Chooses how prompts run."""
        self.way = way
        if way.packs:
            self._method: Packed | Rows = Packed(self.model, way.splits_attention)
        else:
            self._method = Rows(self.model, way.keeps, way.continues)
        self.prefix_cache = self._method.prefix_cache(max(self.model.get_memory_footprint() // 20, 32 << 20))

    def score(self, items: Sequence[Item], adapter: str) -> Outputs:
        """Yields (index, output) with the log-likelihood of each choice, batch by batch."""
        prefix, seconds = self._prefix([item.context for item in items], adapter)

        def run(indices: list[int]) -> Outputs:
            turn = Turn(self, adapter)
            scores = self._method.score([items[i] for i in indices], prefix, turn.forward)
            for index, values in zip(indices, scores, strict=True):
                share = turn.seconds / len(indices) + seconds / len(items)
                yield index, Output(seconds=share, log_likelihoods=values)

        yield from self._run_batches(self._method.batches(items, prefix, self.step_tokens, self.cache_tokens), run)

    def generate(
        self, rows: Sequence[list[int]], adapter: str, limits: Limits, max_tokens: Sequence[int], decode: Decode
    ) -> Outputs:
        """Yields (index, output), partial ones while they stream. max_tokens: output tokens at most, per row."""
        prefix, seconds = self._prefix(rows, adapter)
        all_rows = [Row(index, row, max_tokens[index], seconds / len(rows)) for index, row in enumerate(rows)]
        batch, apart = self._method.generation(all_rows, prefix, self.step_tokens, self.cache_tokens)
        yield from self._generate(batch, apart, adapter, limits, decode)

    def _generate(
        self, batch: GenerationBatch | RowGeneration, apart: KeyValues, adapter: str, limits: Limits, decode: Decode
    ) -> Outputs:
        """Generates token by token, until all rows have finished."""
        streamed_at, note = perf_counter(), ""
        while batch.unfinished:
            turn = Turn(self, adapter)
            try:
                batch.choose_tokens(turn.forward(*batch.step(), batch.cache, apart), limits)
            except RuntimeError as error:
                batch.halve(error)
                note = batching.HALVED
                continue
            stream = perf_counter() - streamed_at >= self.stream_interval
            streamed_at = perf_counter() if stream else streamed_at
            rows = [row for row in batch.step_rows if not row.finished]
            for row, (text, stopped) in zip(rows, self._texts(rows, decode), strict=True):
                row.seconds += turn.seconds / len(rows)
                row.finished = stopped or len(row.generated) >= row.max_tokens
                if row.finished or stream:
                    yield row.index, Output(text, len(row.generated), row.seconds, final=row.finished, note=note)
            batch.remove_finished()

    def _prefix(self, rows: Sequence[list[int]], adapter: str) -> tuple[Any, float]:
        """What is kept of the rows' common prefix, without the last token of any, and the seconds it took."""
        length = min(common_prefix_length(rows), min(map(len, rows)) - 1) if self.way.keeps else 0
        tokens = rows[0][:length]
        cached, kept = self.prefix_cache.find(adapter, tokens)
        if cached == length:
            return kept, 0.0
        try:
            return self._extend_prefix(kept, tokens, cached, adapter)
        except RuntimeError as error:
            batching.split_after(error, [])
            raise

    def _extend_prefix(self, kept: Any, tokens: list[int], cached: int, adapter: str) -> tuple[Any, float]:
        """What is kept of all tokens, from what is kept of the first `cached` ones, and the seconds it took."""
        turn = Turn(self, adapter)
        for end, kept in self._method.extend(kept, tokens, cached, self.step_tokens, turn.forward):  # noqa: B020
            self.prefix_cache.store(adapter, tokens[:end], kept)
        return kept, turn.seconds

    def _forward(
        self, tokens: Tokens, read: torch.Tensor, cache: Cache | None = None, prefix: KeyValues = ()
    ) -> torch.Tensor:
        """Logits (read positions, vocabulary) of one forward pass."""
        lays_out = self.way.packs and self.way.own_masks
        return self.network(tokens.to(self.device), read.to(self.device), cache, prefix, lays_out)


class Turn:
    """Forward passes with an adapter: each locks the model for itself. seconds: what they took."""

    def __init__(self, engine: Engine, adapter: str) -> None:
        self._engine, self._adapter, self.seconds = engine, adapter, 0.0

    @torch.inference_mode()
    def forward(
        self, tokens: Tokens, read: torch.Tensor, cache: Cache | None = None, prefix: KeyValues = ()
    ) -> torch.Tensor:
        """Logits (read positions, vocabulary) of one forward pass."""
        with self._engine.lock:
            self._engine.adapters.use(self._adapter)
            started = perf_counter()
            logits = self._engine._forward(tokens, read, cache, prefix)
            self.seconds += perf_counter() - started
        return logits
