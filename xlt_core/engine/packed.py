"""The way of models with attention alone: any part of a prefix is shared, and an item's choices run in one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from transformers import PreTrainedModel

from xlt_core.engine import batching, kv_cache, masks, readout
from xlt_core.engine.batching import Item
from xlt_core.engine.generation import GenerationBatch, Row
from xlt_core.engine.kv_cache import StaticKVCache
from xlt_core.engine.masks import KeyValues
from xlt_core.engine.prefix_cache import PrefixCache
from xlt_core.engine.readout import Readout

Forward = Callable[..., torch.Tensor]  # (tokens, where logits are read, cache, prefix) -> logits of the read positions


class Packed:
    """splits_attention: whether the prefix is attended to apart from a row's own tokens, or copied to each row."""

    def __init__(self, model: PreTrainedModel, splits_attention: bool) -> None:
        self._splits = splits_attention
        self._layers = kv_cache.layer_count(model.config)
        self._vocabulary = model.get_input_embeddings().weight.shape[0]

    def prefix_cache(self, max_bytes: int) -> PrefixCache[KeyValues]:
        return PrefixCache(max_bytes, (), kv_cache.nbytes, kv_cache.first)

    def extend(
        self, kept: KeyValues, tokens: list[int], cached: int, step_tokens: int, forward: Forward
    ) -> Iterator[tuple[int, KeyValues]]:
        """Yields the length and the keys and values of the whole prefix, from those of its first `cached` tokens."""
        cache = StaticKVCache(self._layers, 1, len(tokens), kept)
        for start in range(cached, len(tokens), step_tokens):
            chunk = batching.aligned([tokens[start : start + step_tokens]], start)
            cache.write_at(0, [start])
            forward(chunk, torch.zeros_like(chunk.ids, dtype=torch.bool), cache)
        yield len(tokens), cache.key_values()

    def batches(self, items: Sequence[Item], prefix: KeyValues, step_tokens: int, cache_tokens: int) -> list[list[int]]:
        """The items that are scored together."""
        start = masks.token_count(prefix)
        sizes = [len(item.context) - start + item.packed_length for item in items]
        rows = cache_tokens // (self._in_cache(prefix) + max(sizes))
        read = readout.max_rows(1 + max(item.packed_length for item in items), self._vocabulary)
        return batching.by_length(sizes, max(min(rows, read), 1), step_tokens)

    def score(self, items: Sequence[Item], prefix: KeyValues, forward: Forward) -> list[tuple[float, ...]]:
        """One row per item: its own tokens, then those of every choice, which attend to the item and themselves."""
        start, in_cache = masks.token_count(prefix), self._in_cache(prefix)
        tokens = batching.packed(items, start, in_cache)
        cache = self._cache(prefix, len(items), tokens.key_positions.shape[1]) if in_cache else None
        last = max(len(item.context) for item in items) - start - 1
        wanted = Readout([item.packed_places(row, last) for row, item in enumerate(items)])
        read = wanted.mask(*tokens.ids.shape)
        return wanted.log_likelihoods(forward(tokens, read, cache, self._apart(prefix)), read)

    def generation(
        self, rows: Sequence[Row], prefix: KeyValues, step_tokens: int, cache_tokens: int
    ) -> tuple[GenerationBatch, KeyValues]:
        """The rows in generation, and what goes with each of their forward passes."""
        start = masks.token_count(prefix)
        sizes = [len(row.prompt) - start for row in rows]
        longest = max(size + row.max_tokens for size, row in zip(sizes, rows, strict=True))
        max_length = self._in_cache(prefix) + longest
        max_rows = min(max(cache_tokens // max_length, 1), len(rows))
        queued = [[rows[i] for i in batch] for batch in batching.by_length(sizes, max_rows, step_tokens)]
        make = lambda number: self._cache(prefix, number, max_length)  # noqa: E731
        return GenerationBatch(queued, start, max_rows, max_length, make), self._apart(prefix)

    def _cache(self, prefix: KeyValues, rows: int, max_length: int) -> StaticKVCache:
        return StaticKVCache(self._layers, rows, max_length, () if self._splits else prefix)

    def _in_cache(self, prefix: KeyValues) -> int:
        """Positions that the prefix takes in each row of the cache."""
        return 0 if self._splits else masks.token_count(prefix)

    def _apart(self, prefix: KeyValues) -> KeyValues:
        """The prefix, if it is no part of the cache."""
        return prefix if self._splits else ()
