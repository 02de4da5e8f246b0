"""Generation for models whose state cannot be cut or padded: all rows stand at the same position of their texts.

A row whose prompt is longer than that of others reads on in it, token by token, while they already generate.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers.cache_utils import Cache

from xlt_core.engine import batching, states
from xlt_core.engine.batching import Tokens
from xlt_core.engine.generation import Row, choose_tokens, halves
from xlt_core.records import Limits


class RowGeneration:
    """The rows in generation; a queued batch starts when the one before has finished.

    start: tokens of each prompt that the model has already seen; prefix: what it keeps of them, in one row, or None if
    it keeps nothing from one pass to the next; continues: whether several tokens may follow a state in one pass;
    step_tokens: of a forward pass at most.
    """

    def __init__(
        self, queued: Sequence[list[Row]], start: int, prefix: Cache | None, continues: bool, step_tokens: int
    ) -> None:
        self.rows: list[Row] = []
        self.step_rows: list[Row] = []  # those for which the last forward pass gives a token
        self.cache: Cache | None = None
        self._queued, self._start, self._prefix = list(queued), start, prefix
        self._continues, self._step_tokens = continues, step_tokens

    @property
    def unfinished(self) -> bool:
        return bool(self.rows or self._queued)

    def step(self) -> tuple[Tokens, torch.Tensor]:
        """The tokens of the next forward pass, and where its logits are read."""
        if not self.rows:
            self._begin(self._queued.pop(0))
        texts = [row.prompt + row.generated for row in self.rows]
        if self._prefix is None:  # all of it again
            tokens, ends = batching.aligned(texts, 0), [len(text) - 1 for text in texts]
            self.step_rows = list(self.rows)
        else:
            end = self._position + self._width()
            tokens = batching.aligned([text[self._position : end] for text in texts], self._position)
            self.step_rows = [row for row, text in zip(self.rows, texts, strict=True) if len(text) == end]
            ends = [end - self._position - 1 if len(text) == end else -1 for text in texts]
            self._position = end
        return tokens, torch.tensor(ends)[:, None] == torch.arange(tokens.ids.shape[1])

    def choose_tokens(self, logits: torch.Tensor, limits: Limits) -> None:
        """Appends the next token to every row of the step. logits: (rows, vocabulary)."""
        choose_tokens(self.step_rows, logits, limits)

    @torch.inference_mode()
    def remove_finished(self) -> None:
        remaining = [i for i, row in enumerate(self.rows) if not row.finished]
        if self.cache is not None and remaining and len(remaining) < len(self.rows):
            self.cache = states.select(self.cache, remaining)
        self.rows = [self.rows[i] for i in remaining]

    def halve(self, error: RuntimeError) -> None:
        """Starts the unfinished rows again, half as many at once, if memory ran out; raises any other error."""
        self._queued = halves(error, self.rows, self._queued)
        self.rows = []

    def _begin(self, batch: list[Row]) -> None:
        self.rows, self._position = batch, self._start
        self.cache = states.select(self._prefix, [0] * len(batch)) if self._prefix is not None else None

    def _width(self) -> int:
        """Tokens of each row in the next forward pass."""
        shortest = min(len(row.prompt) + len(row.generated) for row in self.rows) - self._position
        if not self._continues:
            return 1 if self._position else shortest
        return max(min(shortest, self._step_tokens // len(self.rows)), 1)
