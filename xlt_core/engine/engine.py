"""The engine of the local host: runs many prompts on one model in few forward passes.

A call goes through four steps. (1) The tokens that all its prompts begin with are run once, and their keys and values
kept for this call and the next ones. (2) The prompts are put into batches of like length, as large as a forward pass of
a fraction of a second and the memory for the cache allow. (3) A batch of prompts runs on from the shared beginning: to
score, with all choices of an item side by side in one row, hidden from each other by the attention mask; to
generate, token by token. (4) What is ready is yielded after every forward pass, so that the caller may stop.

The model is taken for one forward pass at a time, in the order of asking, and the adapter is set at that moment.
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

from xlt_core.engine import attention, batching, kv_cache
from xlt_core.engine.adapters import Adapters
from xlt_core.engine.batching import Item
from xlt_core.engine.fair_lock import Turns
from xlt_core.engine.generation import Row, Writing
from xlt_core.records import Limits

Read = Callable[[list[list[int]]], list[tuple[str, bool]]]  # output tokens -> text so far, and whether a stop ended it


@dataclass(frozen=True)
class Output:
    """values: log-likelihood (nats) of each choice. tokens: generated. seconds: the item's share of the passes.
    note: what a user should know of how it came about."""

    text: str = ""
    tokens: int = 0
    seconds: float = 0.0
    values: tuple[float, ...] = ()
    final: bool = True
    note: str = ""


Outputs = Iterator[tuple[int, Output]]


class Engine:
    """One model with its adapters, safe for several threads.

    step_tokens: tokens that one forward pass takes at most; cache_tokens: tokens in a batch's cache at most;
    stream_every: seconds between partial outputs. end: the tokens that end an output.
    """

    def __init__(self, model: PreTrainedModel, end: frozenset[int]) -> None:
        self.model, self.end, self.device = model.eval(), end, model.device
        self.adapters, self.turns = Adapters(model), Turns()
        parameters = inspect.signature(model.forward).parameters
        self._takes_positions, self._takes_keep = "position_ids" in parameters, "logits_to_keep" in parameters
        self.shares = self._takes_positions and kv_cache.attends_fully(model.config)
        self.splits = self.shares and attention.install(model)
        self.depth = model.config.get_text_config(decoder=True).num_hidden_layers
        self.step_tokens = batching.step_tokens(model.num_parameters(), self.device.type)
        self.cache_tokens = batching.cache_bytes(self.device) // kv_cache.bytes_per_token(model.config, model.dtype)
        self.beginnings = kv_cache.Beginnings(max(model.get_memory_footprint() // 20, 32 << 20))
        self.stream_every = 0.05

    def load(self, source: str, label: str) -> str:
        """The name under which an adapter runs; loads it on first use. Raises InputError where it does not fit."""
        with self.turns:
            return self.adapters.load(source, label)

    def score(self, items: Sequence[Item], adapter: str) -> Outputs:
        """Yields (index, output) with the log-likelihood of each choice, batch by batch."""
        beginning, seconds = self._beginning([item.context for item in items], adapter)
        start = kv_cache.length(beginning)
        sizes = [len(i.context) - start + i.packed for i in items]
        room = max(self.cache_tokens // (self._front(beginning) + max(sizes)), 1)

        def run(batch: list[int]) -> Outputs:
            with self._turn(adapter) as turn:
                part = [items[i] for i in batch]
                values = self._score_packed(part, beginning) if self.shares else self._score_apart(part)
            for index, value in zip(batch, values, strict=True):
                yield index, Output(seconds=turn.seconds / len(batch) + seconds / len(items), values=value)

        yield from self._run(self._batches(sizes, room), run)

    def generate(
        self, rows: Sequence[list[int]], adapter: str, limits: Limits, most: Sequence[int], read: Read
    ) -> Outputs:
        """Yields (index, output), partial ones while they stream. most: output tokens at most, per row."""
        beginning, seconds = self._beginning(rows, adapter)
        start = kv_cache.length(beginning)
        sizes = [len(row) - start for row in rows]
        places = self._front(beginning) + max(map(sum, zip(sizes, most, strict=True)))
        room = min(max(self.cache_tokens // places, 1), len(rows))
        begun = [Row(index, row, most[index], seconds / len(rows)) for index, row in enumerate(rows)]
        waiting = [[begun[i] for i in batch] for batch in self._batches(sizes, room)]
        writing = Writing(waiting, start, room, places, lambda rows: self._cache(beginning, rows, places))
        yield from self._write(writing, beginning, adapter, limits, read)

    def _write(self, writing: Writing, beginning: kv_cache.Layers, adapter: str, limits: Limits, read: Read) -> Outputs:
        """Generates token by token, until all rows have ended."""
        told, note = perf_counter(), ""
        while writing.busy:
            try:
                with self._turn(adapter) as turn:
                    ids, mask, positions = writing.step(self.device)
                    logits = self._forward(ids, writing.cache, mask, positions, beginning)[:, -1]
                    writing.take(logits, limits)
            except RuntimeError as error:
                writing.halve(error)
                note = batching.HALVED
                continue
            tell = perf_counter() - told >= self.stream_every
            told = perf_counter() if tell else told
            open_rows = [row for row in writing.stepped if not row.ended]
            for row, (text, stopped) in zip(open_rows, self._read(open_rows, read), strict=True):
                row.seconds += turn.seconds / len(open_rows)
                row.ended = stopped or len(row.written) >= row.most
                if row.ended or tell:
                    yield row.index, Output(text, len(row.written), row.seconds, final=row.ended, note=note)
            writing.leave()

    def _read(self, rows: Sequence[Row], read: Read) -> list[tuple[str, bool]]:
        """The text of each row, and whether it has ended."""
        ended = [row.written[-1] in self.end for row in rows]
        texts = read([row.written[:-1] if end else row.written for row, end in zip(rows, ended, strict=True)])
        return [(text, stopped or end) for (text, stopped), end in zip(texts, ended, strict=True)]

    def _beginning(self, rows: Sequence[list[int]], adapter: str) -> tuple[kv_cache.Layers, float]:
        """Keys and values of what all rows begin with, all but a last token at least, and the seconds it took."""
        shared = min(kv_cache.common_beginning(rows), min(map(len, rows)) - 1) if self.shares else 0
        tokens = rows[0][:shared]
        done, layers = self.beginnings.find(adapter, tokens)
        if done == shared:
            return layers, 0.0
        try:
            layers, seconds = self._run_on(layers, tokens, done, adapter)
        except RuntimeError as error:
            batching.smaller(error, [])
        self.beginnings.keep(adapter, tokens, layers)
        return layers, seconds

    def _run_on(
        self, layers: kv_cache.Layers, tokens: list[int], done: int, adapter: str
    ) -> tuple[kv_cache.Layers, float]:
        """The layers of all tokens, from those of the first `done` tokens, and the seconds it took."""
        cache, seconds = kv_cache.Slots(self.depth, 1, len(tokens), layers), 0.0
        for start in range(done, len(tokens), self.step_tokens):
            part = tokens[start : start + self.step_tokens]
            with self._turn(adapter) as turn:
                cache.aim(0, [start])
                positions = torch.arange(start, start + len(part), device=self.device)[None]
                self._forward(self._tensor([part]), cache, None, positions)
            seconds += turn.seconds
        return [(layer.keys, layer.values) for layer in cache.layers], seconds

    def _score_packed(self, items: Sequence[Item], beginning: kv_cache.Layers) -> list[tuple[float, ...]]:
        """Each row: the item's own tokens, then those of every choice, each choice seeing only the item and itself."""
        ids, positions, groups = (self._tensor(part) for part in batching.pack(items, kv_cache.length(beginning)))
        front, keep = self._front(beginning), 1 + max(item.packed for item in items)
        cache = self._cache(beginning, len(items), front + ids.shape[1]) if front else None
        logits = self._forward(ids, cache, batching.visible(groups, front), positions, beginning, keep)
        return batching.sums(logits, [item.places() for item in items], [item.choices for item in items])

    def _score_apart(self, items: Sequence[Item]) -> list[tuple[float, ...]]:
        """One row per choice, for models that may not share: sliding windows, recurrent states, other positions."""
        values = []
        for item in items:
            ids, mask = (self._tensor(p) for p in batching.pad_left([item.context + c for c in item.choices]))
            keep = 1 + max(map(len, item.choices))
            logits = self._forward(ids, None, mask, batching.positions_of(mask), (), keep)
            places = [[range(keep - 1 - len(choice), keep - 1)] for choice in item.choices]
            found = batching.sums(logits, places, [[choice] for choice in item.choices])
            values.append(tuple(value for (value,) in found))
        return values

    def _forward(
        self,
        ids: torch.Tensor,
        cache: kv_cache.Cache | None,
        mask: torch.Tensor | None,
        positions: torch.Tensor,
        beginning: kv_cache.Layers = (),
        keep: int = 1,
    ) -> torch.Tensor:
        """Logits (rows, keep, vocabulary) of the last `keep` places, in float32. mask: true where one may look."""
        more: dict[str, object] = {"position_ids": positions} if self._takes_positions else {}
        more |= {"logits_to_keep": keep} if self._takes_keep else {}
        if mask is not None and mask.dim() == 4:
            mask = batching.added(mask, self.model.dtype)
        with attention.beginning(beginning if self.splits else ()):
            output = self.model(
                input_ids=ids, attention_mask=mask, past_key_values=cache, use_cache=cache is not None, **more
            )
        return output.logits[:, -keep:].float()

    @contextmanager
    def _turn(self, adapter: str) -> Iterator[SimpleNamespace]:
        """The model for one forward pass, with the adapter set; .seconds is known afterwards."""
        turn = SimpleNamespace(seconds=0.0)
        with self.turns:
            self.adapters.use(adapter)
            began = perf_counter()
            with torch.inference_mode():
                yield turn
            turn.seconds = perf_counter() - began

    def _cache(self, beginning: kv_cache.Layers, rows: int, places: int) -> kv_cache.Cache:
        if not self.shares:
            return DynamicCache(config=self.model.config)
        return kv_cache.Slots(self.depth, rows, places, () if self.splits else beginning)

    def _front(self, beginning: kv_cache.Layers) -> int:
        """Places that the beginning takes in each row's cache."""
        return 0 if self.splits else kv_cache.length(beginning)

    def _tensor(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        return torch.tensor(rows, device=self.device)

    def _batches(self, sizes: Sequence[int], room: int) -> list[list[int]]:
        """Indices, longest first. sizes: tokens of each in a forward pass; room: rows of a batch at most."""
        batches: list[list[int]] = []
        for index in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
            rows = len(batches[-1]) + 1 if batches else 0
            if rows and rows <= room and rows * sizes[batches[-1][0]] <= self.step_tokens:
                batches[-1].append(index)
            else:
                batches.append([index])
        return batches

    def _run(self, batches: list[list[int]], run: Callable[[list[int]], Outputs]) -> Outputs:
        """Runs the batches; one that does not fit into memory is run again in halves, and says so."""
        waiting, halved = batches[::-1], ""
        while waiting:
            batch = waiting.pop()
            left = set(batch)
            try:
                for index, output in run(batch):
                    if output.final:
                        left.discard(index)
                    yield index, replace(output, note=halved)
            except RuntimeError as error:
                halved = batching.HALVED
                waiting += batching.smaller(error, [i for i in batch if i in left])
