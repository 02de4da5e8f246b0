"""The engine of the local host: runs many prompts on one model in few forward passes.

A call goes through four steps. (1) The tokens that all its prompts start with, the prefix, run once; their keys and
values are kept for this call and later ones. (2) The prompts are grouped into batches of similar length, as large as
the memory for the KV cache and a forward pass of a fraction of a second allow. (3) A batch continues from the shared
prefix. Scoring packs all choices of an item into one row, where the attention mask hides them from each other;
generation goes token by token. (4) Results are yielded after every forward pass, so that the caller may stop.

The model is locked for one forward pass at a time, in the order of asking, and the adapter is set at that moment.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from types import SimpleNamespace

import torch
from transformers import DynamicCache, PreTrainedModel

from xlt_core.engine import batching, kv_cache, masks, ways
from xlt_core.engine.adapters import Adapters
from xlt_core.engine.batching import Item, Tokens
from xlt_core.engine.fair_lock import FairLock
from xlt_core.engine.generation import GenerationBatch, Row
from xlt_core.engine.masks import KeyValues, Layout
from xlt_core.engine.prefix_cache import PrefixCache, common_prefix_length
from xlt_core.records import Limits

Decode = Callable[[list[list[int]]], list[tuple[str, bool]]]  # output tokens -> text so far, and whether a stop came


@dataclass(frozen=True)
class Output:
    """log_likelihoods: of each choice, in nats. tokens: generated. seconds: the item's share of the forward passes.
    note: what a user should know about how the output was computed."""

    text: str = ""
    tokens: int = 0
    seconds: float = 0.0
    log_likelihoods: tuple[float, ...] = ()
    final: bool = True
    note: str = ""


Outputs = Iterator[tuple[int, Output]]


class Engine:
    """One model with its adapters, safe for several threads.

    step_tokens: tokens of a forward pass at most; cache_tokens: tokens in a batch's KV cache at most;
    stream_interval: seconds between partial outputs. end_tokens: the tokens that end an output.
    """

    def __init__(self, model: PreTrainedModel, end_tokens: frozenset[int]) -> None:
        self.model, self.end_tokens, self.device = model.eval(), end_tokens, model.device
        self.adapters, self.lock = Adapters(model), FairLock()
        parameters = inspect.signature(model.forward).parameters
        self._takes_position_ids = "position_ids" in parameters
        self._takes_logits_to_keep = "logits_to_keep" in parameters
        self.way = ways.choose(model)
        self.shares_prefix, self.splits_attention = self.way.shares_prefix, self.way.splits_attention
        self.layers = kv_cache.layer_count(model.config)
        self.step_tokens = batching.step_tokens(model.num_parameters(), self.device.type)
        self.cache_tokens = batching.cache_bytes(self.device) // kv_cache.bytes_per_token(model.config, model.dtype)
        self.prefix_cache = PrefixCache(max(model.get_memory_footprint() // 20, 32 << 20))
        self.stream_interval = 0.05

    def load(self, source: str, label: str) -> str:
        """The name under which an adapter runs; loads it on first use. Raises InputError if it does not fit."""
        with self.lock:
            return self.adapters.load(source, label)

    def score(self, items: Sequence[Item], adapter: str) -> Outputs:
        """Yields (index, output) with the log-likelihood of each choice, batch by batch."""
        prefix, seconds = self._prefix([item.context for item in items], adapter)
        start = masks.token_count(prefix)
        sizes = [len(i.context) - start + i.packed_length for i in items]
        max_rows = max(self.cache_tokens // (self._cached_prefix_length(prefix) + max(sizes)), 1)

        def run(indices: list[int]) -> Outputs:
            with self._turn(adapter) as turn:
                batch = [items[i] for i in indices]
                scores = self._score_packed(batch, prefix) if self.shares_prefix else self._score_unpacked(batch)
            for index, values in zip(indices, scores, strict=True):
                share = turn.seconds / len(indices) + seconds / len(items)
                yield index, Output(seconds=share, log_likelihoods=values)

        yield from self._run_batches(batching.by_length(sizes, max_rows, self.step_tokens), run)

    def generate(
        self, rows: Sequence[list[int]], adapter: str, limits: Limits, max_tokens: Sequence[int], decode: Decode
    ) -> Outputs:
        """Yields (index, output), partial ones while they stream. max_tokens: output tokens at most, per row."""
        prefix, seconds = self._prefix(rows, adapter)
        start = masks.token_count(prefix)
        sizes = [len(row) - start for row in rows]
        max_length = self._cached_prefix_length(prefix) + max(map(sum, zip(sizes, max_tokens, strict=True)))
        max_rows = min(max(self.cache_tokens // max_length, 1), len(rows))
        all_rows = [Row(index, row, max_tokens[index], seconds / len(rows)) for index, row in enumerate(rows)]
        batches = batching.by_length(sizes, max_rows, self.step_tokens)
        queued = [[all_rows[i] for i in indices] for indices in batches]
        batch = GenerationBatch(queued, start, max_rows, max_length, lambda n: self._new_cache(prefix, n, max_length))
        yield from self._generate(batch, prefix, adapter, limits, decode)

    def _generate(
        self, batch: GenerationBatch, prefix: KeyValues, adapter: str, limits: Limits, decode: Decode
    ) -> Outputs:
        """Generates token by token, until all rows have finished."""
        streamed_at, note = perf_counter(), ""
        while batch.unfinished:
            try:
                with self._turn(adapter) as turn:
                    logits = self._forward(batch.step(self.device), batch.cache, prefix)[:, -1]
                    batch.choose_tokens(logits, limits)
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

    def _texts(self, rows: Sequence[Row], decode: Decode) -> list[tuple[str, bool]]:
        """The text of each row, and whether an end token or a stop string ended it."""
        ended = [row.generated[-1] in self.end_tokens for row in rows]
        texts = decode([row.generated[:-1] if end else row.generated for row, end in zip(rows, ended, strict=True)])
        return [(text, stopped or end) for (text, stopped), end in zip(texts, ended, strict=True)]

    def _prefix(self, rows: Sequence[list[int]], adapter: str) -> tuple[KeyValues, float]:
        """Keys and values of the rows' common prefix, without the last token of any, and the seconds it took."""
        length = min(common_prefix_length(rows), min(map(len, rows)) - 1) if self.shares_prefix else 0
        tokens = rows[0][:length]
        cached, key_values = self.prefix_cache.find(adapter, tokens)
        if cached == length:
            return key_values, 0.0
        try:
            key_values, seconds = self._extend_prefix(key_values, tokens, cached, adapter)
        except RuntimeError as error:
            batching.split_after(error, [])
        self.prefix_cache.store(adapter, tokens, key_values)
        return key_values, seconds

    def _extend_prefix(
        self, cached: KeyValues, tokens: list[int], cached_length: int, adapter: str
    ) -> tuple[KeyValues, float]:
        """Keys and values of all tokens, from those of the first `cached_length` tokens, and the seconds it took."""
        cache, seconds = kv_cache.StaticKVCache(self.layers, 1, len(tokens), cached), 0.0
        for start in range(cached_length, len(tokens), self.step_tokens):
            chunk = tokens[start : start + self.step_tokens]
            with self._turn(adapter) as turn:
                cache.write_at(0, [start])
                self._forward(batching.chunk(chunk, start).to(self.device), cache)
            seconds += turn.seconds
        return cache.key_values(), seconds

    def _score_packed(self, items: Sequence[Item], prefix: KeyValues) -> list[tuple[float, ...]]:
        """One row per item: its own tokens, then those of every choice, which attend to the item and themselves."""
        in_cache, keep = self._cached_prefix_length(prefix), 1 + max(item.packed_length for item in items)
        tokens = batching.packed(items, masks.token_count(prefix), in_cache).to(self.device)
        cache = self._new_cache(prefix, len(items), tokens.key_positions.shape[1]) if in_cache else None
        logits = self._forward(tokens, cache, prefix, keep)
        logit_positions = [item.logit_positions() for item in items]
        return batching.log_likelihoods(logits, logit_positions, [item.choices for item in items])

    def _score_unpacked(self, items: Sequence[Item]) -> list[tuple[float, ...]]:
        """One row per choice, for models with sliding windows, recurrent states or positions of another kind."""
        scores = []
        for item in items:
            ids, mask = map(torch.tensor, batching.pad_left([item.context + c for c in item.choices]))
            keep, positions = 1 + max(map(len, item.choices)), batching.position_ids(mask)
            tokens = Tokens(ids, positions, positions, mask).to(self.device)
            logits = self._forward(tokens, None, (), keep)
            logit_positions = [[range(keep - 1 - len(choice), keep - 1)] for choice in item.choices]
            rows = batching.log_likelihoods(logits, logit_positions, [[choice] for choice in item.choices])
            scores.append(tuple(value for (value,) in rows))
        return scores

    def _forward(
        self, tokens: Tokens, cache: kv_cache.Cache | None, prefix: KeyValues = (), keep: int = 1
    ) -> torch.Tensor:
        """Logits (rows, keep, vocabulary) of the last `keep` positions, in float32."""
        more: dict[str, object] = {"position_ids": tokens.positions} if self._takes_position_ids else {}
        more |= {"logits_to_keep": keep} if self._takes_logits_to_keep else {}
        mask, layout = tokens.visible, None
        if self.way.own_masks and self.shares_prefix:
            shared = prefix if self.splits_attention else ()
            layout = Layout(tokens.positions, tokens.key_positions, mask, self.model.dtype, shared)
            mask = torch.ones_like(tokens.ids)  # without one, some models look for several texts in a row
        elif mask is not None and mask.dim() == 4:
            mask = masks.additive_mask(mask, self.model.dtype)
        with masks.active(layout):
            output = self.model(input_ids=tokens.ids, attention_mask=mask, past_key_values=cache,
                                use_cache=cache is not None, **more)  # fmt: skip
        return output.logits[:, -keep:].float()

    @contextmanager
    def _turn(self, adapter: str) -> Iterator[SimpleNamespace]:
        """Locks the model for one forward pass, with the adapter set; .seconds is known afterwards."""
        turn = SimpleNamespace(seconds=0.0)
        with self.lock:
            self.adapters.use(adapter)
            started = perf_counter()
            with torch.inference_mode():
                yield turn
            turn.seconds = perf_counter() - started

    def _new_cache(self, prefix: KeyValues, rows: int, max_length: int) -> kv_cache.Cache:
        if not self.shares_prefix:
            return DynamicCache(config=self.model.config)
        return kv_cache.StaticKVCache(self.layers, rows, max_length, () if self.splits_attention else prefix)

    def _cached_prefix_length(self, prefix: KeyValues) -> int:
        """Positions that the prefix takes in each row of the cache."""
        return 0 if self.splits_attention else masks.token_count(prefix)

    def _run_batches(self, batches: list[list[int]], run: Callable[[list[int]], Outputs]) -> Outputs:
        """Runs the batches; one that does not fit into memory runs again in halves, with a note."""
        queued, note = batches[::-1], ""
        while queued:
            batch = queued.pop()
            unfinished = set(batch)
            try:
                for index, output in run(batch):
                    if output.final:
                        unfinished.discard(index)
                    yield index, replace(output, note=note)
            except RuntimeError as error:
                note = batching.HALVED
                queued += batching.split_after(error, [i for i in batch if i in unfinished])
