"""Continuous batching of generation: a queued batch of prompts starts as soon as enough rows have finished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import torch

from xlt_core.engine import batching
from xlt_core.engine.batching import Tokens
from xlt_core.engine.kv_cache import StaticKVCache
from xlt_core.records import Limits


@dataclass
class Row:
    """A prompt and the tokens generated for it.

    max_tokens: tokens to generate at most; seconds: its share of the forward passes so far; position: of its next
    token in the cache.
    """

    index: int
    prompt: list[int]
    max_tokens: int
    seconds: float
    position: int = 0
    generated: list[int] = field(default_factory=list)
    generator: torch.Generator | None = None
    finished: bool = False


def choose_tokens(rows: Sequence[Row], logits: torch.Tensor, limits: Limits) -> None:
    """Appends the next token to every row, greedy or sampled. logits: (rows, vocabulary)."""
    if limits.temperature > 0:
        tokens = [_sample(row, line, limits) for row, line in zip(rows, logits.cpu(), strict=True)]
    else:
        tokens = logits.argmax(-1).tolist()
    for row, token in zip(rows, tokens, strict=True):
        row.generated.append(token)


def halves(error: RuntimeError, rows: Sequence[Row], queued: Sequence[list[Row]]) -> list[list[Row]]:
    """The unfinished rows to start again, half as many at once, with the queued ones; raises any other error than one
    of memory."""
    split = batching.split_after(error, [row for row in rows if not row.finished])[::-1]
    size = max(map(len, split))
    for row in rows:
        row.generated, row.generator = [], None
    return [batch[i : i + size] for batch in split + list(queued) for i in range(0, len(batch), size)]


class GenerationBatch:
    """The rows in generation, which use the first rows of the cache: the last rows replace the finished ones.

    queued: batches of rows that start together; start: tokens of each prompt that the model has already seen;
    max_rows: rows in generation at once; max_length: positions of a row in the cache; make_cache: makes a cache of so
    many rows.
    """

    def __init__(
        self,
        queued: Sequence[list[Row]],
        start: int,
        max_rows: int,
        max_length: int,
        make_cache: Callable[[int], StaticKVCache],
    ) -> None:
        self.rows: list[Row] = []
        self.step_rows: list[Row] = []  # the rows of the last forward pass
        self._queued, self._start = list(queued), start
        self._max_rows, self._max_length, self._make_cache = max_rows, max_length, make_cache
        self._reset_cache()

    @property
    def unfinished(self) -> bool:
        return bool(self.rows or self._queued)

    def step(self) -> tuple[Tokens, torch.Tensor]:
        """The tokens of the next forward pass, and where its logits are read: a queued batch of prompts if the cache
        has rows for it, else the last token of each row."""
        starts = self._queued and len(self.rows) + len(self._queued[0]) <= self._max_rows
        tokens = self._prefill(self._queued.pop(0)) if starts else self._decode()
        last = torch.zeros_like(tokens.ids, dtype=torch.bool)
        last[:, -1] = True
        return tokens, last

    def choose_tokens(self, logits: torch.Tensor, limits: Limits) -> None:
        """Appends the next token to every row of the step. logits: (rows, vocabulary)."""
        choose_tokens(self.step_rows, logits, limits)

    @torch.inference_mode()
    def remove_finished(self) -> None:
        """Removes the finished rows and moves rows from the end of the cache into the gaps."""
        remaining = sum(not row.finished for row in self.rows)
        gaps = [i for i, row in enumerate(self.rows[:remaining]) if row.finished]
        moved = [i for i, row in enumerate(self.rows) if i >= remaining and not row.finished]
        if gaps:
            self.cache.copy_rows(moved, gaps)
            self._mask[gaps], self._positions[gaps] = self._mask[moved], self._positions[moved]
        for gap, source in zip(gaps, moved, strict=True):
            self.rows[gap] = self.rows[source]
        self.rows = self.rows[:remaining]

    def halve(self, error: RuntimeError) -> None:
        """Starts the unfinished rows again, half as many at once, if memory ran out; raises any other error."""
        self._queued = halves(error, self.rows, self._queued)
        self._max_rows = max(map(len, self._queued))
        self.rows = []
        self._reset_cache()

    def _reset_cache(self) -> None:
        self.cache = self._make_cache(self._max_rows)
        self._prefix_length = self.cache.prefix_length
        # Of each position of the cache: whether its row attends to it, and the token's position in its text.
        self._mask = torch.zeros(self._max_rows, self._max_length, dtype=torch.bool)
        self._mask[:, : self._prefix_length] = True
        self._positions = torch.arange(self._max_length).repeat(self._max_rows, 1)

    def _prefill(self, batch: list[Row]) -> Tokens:
        first, last = len(self.rows), len(self.rows) + len(batch)
        ids, mask = map(torch.tensor, batching.pad_left([row.prompt[self._start :] for row in batch]))
        positions, end = self._start + batching.position_ids(mask), self._prefix_length + ids.shape[1]
        self._mask[first:last, self._prefix_length : end] = mask.bool()
        self._mask[first:last, end:] = False
        self._positions[first:last, self._prefix_length : end] = positions
        for row in batch:
            row.position = end
        self.rows, self.step_rows = self.rows + batch, batch
        self.cache.write_at(first, [self._prefix_length] * len(batch))
        return self._tokens(ids, positions, first, end)

    def _decode(self) -> Tokens:
        self.step_rows = list(self.rows)
        cached = [row.position for row in self.rows]
        self.cache.write_at(0, cached)
        ids = torch.tensor([[row.generated[-1]] for row in self.rows])
        positions = torch.tensor([[len(row.prompt) + len(row.generated) - 1] for row in self.rows])
        self._mask[range(len(cached)), cached] = True
        self._positions[range(len(cached)), cached] = positions[:, 0]
        for row in self.rows:
            row.position += 1
        return self._tokens(ids, positions, 0, max(cached) + 1)

    def _tokens(self, ids: torch.Tensor, positions: torch.Tensor, first: int, end: int) -> Tokens:
        """The tokens of the rows from `first` on, which may attend to the cache up to `end`."""
        rows = slice(first, first + len(ids))
        visible = batching.causal_mask(self._mask[rows, :end], ids.shape[1])
        return Tokens(ids, positions, self._positions[rows, :end], visible)


def _sample(row: Row, logits: torch.Tensor, limits: Limits) -> int:
    """Draws a token. The draws depend on the seed and the prompt only, not on the rest of the batch."""
    if row.generator is None:
        # torch.Generator uses only 32 bits of its seed.
        row.generator = torch.Generator().manual_seed(crc32(f"{limits.seed} {row.prompt}".encode()))
    probabilities = (logits.double() / limits.temperature).softmax(-1)
    return int(torch.multinomial(probabilities, 1, generator=row.generator))
