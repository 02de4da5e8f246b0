"""Generation under way: rows that write side by side, and prompts that wait for the places of those that end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import torch
from transformers.cache_utils import Cache

from xlt_core.engine import batching
from xlt_core.engine.kv_cache import Slots
from xlt_core.records import Limits


@dataclass
class Row:
    """A prompt at work. most: tokens to write; seconds: its share of the passes so far; place: where its next token
    stands in the cache."""

    index: int
    prompt: list[int]
    most: int
    seconds: float
    place: int = 0
    written: list[int] = field(default_factory=list)
    dice: torch.Generator | None = None
    ended: bool = False


class Writing:
    """The rows at work fill the first rows of the cache: where one leaves, the last one moves.

    waiting: batches of rows that begin together; start: tokens of each that the model has seen; room: rows at once;
    places: of a row in the cache. cache: makes one for so many rows. Where that is not of slots, a batch begins when
    the one before has ended, and all its rows stay as long.
    """

    def __init__(
        self, waiting: Sequence[list[Row]], start: int, room: int, places: int, cache: Callable[[int], Cache]
    ) -> None:
        self.rows: list[Row] = []
        self.stepped: list[Row] = []  # those that the last forward pass took on
        self._waiting, self._start, self._room, self._places, self._make = list(waiting), start, room, places, cache
        self._renew()

    @property
    def busy(self) -> bool:
        return bool(self.rows or self._waiting)

    def step(self, device: torch.device) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Token ids, mask and positions for the next forward pass: a batch of prompts where there is room for one,
        else the last token of each row."""
        if self._waiting and len(self.rows) + len(self._waiting[0]) <= self._room and (self._slots or not self.rows):
            ids, seen, positions = self._begin(self._waiting.pop(0))
        else:
            ids, seen, positions = self._go_on()
        mask = batching.causal(seen, ids.shape[1]) if self._slots else seen.long()
        return ids.to(device), mask.to(device), positions.to(device)

    def take(self, logits: torch.Tensor, limits: Limits) -> None:
        """Chooses the next token of every row of the step. logits: (rows, vocabulary)."""
        if limits.temperature > 0:
            tokens = [_thrown(row, line, limits) for row, line in zip(self.stepped, logits.cpu(), strict=True)]
        else:
            tokens = logits.argmax(-1).tolist()
        for row, token in zip(self.stepped, tokens, strict=True):
            if not row.ended:
                row.written.append(token)

    @torch.inference_mode()
    def leave(self) -> None:
        """Lets the rows go that have ended."""
        left = sum(not row.ended for row in self.rows)
        if self._slots and left:
            gaps = [place for place, row in enumerate(self.rows[:left]) if row.ended]
            moved = [place for place, row in enumerate(self.rows) if place >= left and not row.ended]
            if gaps:
                self.cache.move(moved, gaps)
                self._seen[gaps] = self._seen[moved]
            for gap, place in zip(gaps, moved, strict=True):
                self.rows[gap] = self.rows[place]
        if self._slots or not left:
            self.rows = self.rows[:left]
        if not self.rows and not self._slots:
            self._renew()

    def halve(self, error: RuntimeError) -> None:
        """Begins anew with half as many rows at once, where the memory did not suffice; raises any other error."""
        halves = batching.smaller(error, [row for row in self.rows if not row.ended])[::-1]
        self._room = max(map(len, halves))
        for row in self.rows:
            row.written, row.dice = [], None
        batches = [
            batch[i : i + self._room] for batch in halves + self._waiting for i in range(0, len(batch), self._room)
        ]
        self._waiting, self.rows = batches, []
        self._renew()

    def _renew(self) -> None:
        self.cache = self._make(self._room)
        self._slots = isinstance(self.cache, Slots)
        self._front = self.cache.start if self._slots else 0
        # Which places of the cache each row may look at.
        self._seen = torch.zeros(self._room, self._places, dtype=torch.bool)
        self._seen[:, : self._front] = True

    def _begin(self, batch: list[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        first, last = len(self.rows), len(self.rows) + len(batch)
        ids, shown = map(torch.tensor, batching.pad_left([row.prompt[self._start :] for row in batch]))
        end = self._front + ids.shape[1]
        self._seen[first:last, self._front : end] = shown.bool()
        self._seen[first:last, end:] = False
        for row in batch:
            row.place = end
        self.rows, self.stepped = self.rows + batch, batch
        if self._slots:
            self.cache.aim(first, [self._front] * len(batch))
        return ids, self._seen[first:last, :end], self._start + batching.positions_of(shown)

    def _go_on(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        self.stepped = list(self.rows)
        places = [row.place for row in self.rows]
        if self._slots:
            self.cache.aim(0, places)
        self._seen[range(len(places)), places] = True
        for row in self.rows:
            row.place += 1
        ids = torch.tensor([[row.written[-1]] for row in self.rows])
        positions = torch.tensor([[len(row.prompt) + len(row.written) - 1] for row in self.rows])
        return ids, self._seen[: len(places), : max(places) + 1], positions


def _thrown(row: Row, logits: torch.Tensor, limits: Limits) -> int:
    """Draws a token. The draws hang on the seed and the prompt alone, not on the batch."""
    if row.dice is None:
        # The generator heeds only 32 bits of its seed.
        row.dice = torch.Generator().manual_seed(crc32(f"{limits.seed} {row.prompt}".encode()))
    chances = (logits.double() / limits.temperature).softmax(-1)
    return int(torch.multinomial(chances, 1, generator=row.dice))
