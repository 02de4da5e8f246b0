"""The way of all other models: a prefix's state is copied to the rows, and choices are rows of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import Cache

from xlt_core.engine import batching, choice_rows, readout, states
from xlt_core.engine.batching import Item
from xlt_core.engine.generation import Row
from xlt_core.engine.packed import Forward
from xlt_core.engine.prefix_cache import PrefixCache
from xlt_core.engine.row_generation import RowGeneration


@dataclass(frozen=True)
class State:
    """What a model keeps of the first `length` tokens of a prompt, in one row; no cache if it keeps nothing."""

    length: int
    cache: Cache | None


class Rows:
    """keeps: whether the model's state can be kept at all; continues: whether several tokens may follow a state in one
    pass, or one only."""

    def __init__(self, model: PreTrainedModel, keeps: bool, continues: bool) -> None:
        self._model, self._keeps, self._continues = model, keeps, continues
        self._vocabulary = model.get_input_embeddings().weight.shape[0]

    def prefix_cache(self, max_bytes: int) -> PrefixCache[State]:
        empty = State(0, states.empty(self._model) if self._keeps else None)
        return PrefixCache(max_bytes, empty, lambda state: states.nbytes(state.cache), None)

    def extend(
        self, kept: State, tokens: list[int], cached: int, step_tokens: int, forward: Forward
    ) -> Iterator[tuple[int, State]]:
        """Yields the length and the state of ever longer parts of the prefix: a later call may share one of them."""
        if not self._continues and len(tokens) - cached > choice_rows.PASS:
            kept, cached = State(0, states.empty(self._model)), 0  # one pass from the first token is faster
        while kept.length < len(tokens):
            end = min(kept.length + self._width(kept.length, step_tokens), len(tokens))
            chunk = batching.aligned([tokens[kept.length : end]], kept.length)
            cache = states.select(kept.cache, [0])
            forward(chunk, torch.zeros_like(chunk.ids, dtype=torch.bool), cache)
            kept = State(end, cache)
            if self._continues or end == len(tokens):
                yield end, kept

    def batches(self, items: Sequence[Item], prefix: State, step_tokens: int, cache_tokens: int) -> list[list[int]]:
        """The items that are scored together."""
        longest = max(len(item.context) + max(map(len, item.choices)) for item in items)
        read = readout.max_rows(max(map(len, items[0].choices)), self._vocabulary)
        rows = max(min(cache_tokens // longest, read), 1)
        return choice_rows.groups(items, prefix.length, rows, step_tokens)

    def score(self, items: Sequence[Item], prefix: State, forward: Forward) -> list[tuple[float, ...]]:
        """One row per choice, from where the shortest item ends; or one per item, if every choice is one token."""
        plan = choice_rows.arrange(items, prefix.length, self._keeps)
        cache, position = prefix.cache, prefix.length
        if cache is not None:
            cache = states.select(cache, [0] * len(items))
        if plan.shared[0]:
            none = torch.zeros(len(items), len(plan.shared[0]), dtype=torch.bool)
            self._run(plan.shared, position, none, cache, forward)
            position += len(plan.shared[0])
        if cache is not None:
            cache = states.select(cache, plan.items)
        read = plan.readout.mask(len(plan.rows), max(map(len, plan.rows)))
        return plan.readout.log_likelihoods(self._run(plan.rows, position, read, cache, forward), read)

    def generation(
        self, rows: Sequence[Row], prefix: State, step_tokens: int, cache_tokens: int
    ) -> tuple[RowGeneration, tuple[()]]:
        """The rows in generation, and what goes with each of their forward passes."""
        sizes = [len(row.prompt) for row in rows]
        longest = max(size + row.max_tokens for size, row in zip(sizes, rows, strict=True))
        max_rows = max(cache_tokens // longest, 1)
        queued = [[rows[i] for i in batch] for batch in batching.by_length(sizes, max_rows, max_rows * longest)]
        return RowGeneration(queued, prefix.length, prefix.cache, self._continues, step_tokens), ()

    def _run(
        self, rows: Sequence[list[int]], position: int, read: torch.Tensor, cache: Cache | None, forward: Forward
    ) -> torch.Tensor:
        """Logits of the read positions, in one pass or token by token. read: (rows, width)."""
        tokens = batching.aligned(rows, position)
        width = tokens.ids.shape[1]
        if self._continues or not position or cache is None:
            return forward(tokens, read, cache)
        columns = [forward(batching.column(tokens, i), read[:, i : i + 1], cache) for i in range(width)]
        places = torch.cat([read[:, i].nonzero()[:, 0] * width + i for i in range(width)])
        return torch.cat(columns)[places.argsort().to(columns[0].device)]

    def _width(self, position: int, step_tokens: int) -> int:
        """Tokens of a prefix that run in one pass."""
        if self._continues:
            return step_tokens
        return 1 if position else 1 << 30
