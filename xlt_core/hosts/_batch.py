"""What the engine's batches are made of: rows of tokens, places, masks, and the choice of the next token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import torch
from transformers.cache_utils import Cache

from xlt_core.records import InputError, Limits

HALVED = "memory ran out: the batch was halved, and the work went on"
UNSEEN = -1  # the group of padding; an item's own tokens are group 0, its choices 1, 2, ...


@dataclass(frozen=True)
class Item:
    """A prompt's tokens, and those of each choice that may follow it."""

    context: list[int]
    choices: list[list[int]]

    @property
    def packed(self) -> int:
        """Places that the choices take in the row: nothing is predicted from a choice's last token."""
        return sum(max(len(choice) - 1, 0) for choice in self.choices)

    def places(self) -> list[list[int]]:
        """For each choice, where its tokens are predicted: 0 is the prompt's last token, the choices stand behind."""
        places, behind = [], 1
        for choice in self.choices:
            rest = range(behind, behind + max(len(choice) - 1, 0))
            places.append([0, *rest][: len(choice)])
            behind += len(rest)
        return places


def pack(items: Sequence[Item], start: int) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Token ids, positions and groups, each (items, places): the item from `start` on the left, its choices behind."""
    tail, packed = max(len(i.context) for i in items) - start, max(i.packed for i in items)
    ids, positions, groups = [], [], []
    for item in items:
        own, length = item.context[start:], len(item.context)
        left, right = tail - len(own), packed - item.packed
        parts = [choice[:-1] for choice in item.choices]
        ids.append([0] * left + own + [token for part in parts for token in part] + [0] * right)
        places = [length + i for part in parts for i in range(len(part))]
        positions.append([0] * left + [*range(start, length)] + places + [0] * right)
        numbers = [number for number, part in enumerate(parts, 1) for _ in part]
        groups.append([UNSEEN] * left + [0] * len(own) + numbers + [UNSEEN] * right)
    return ids, positions, groups


def visible(groups: torch.Tensor, start: int) -> torch.Tensor:
    """What each place of packed rows may look at, (rows, 1, places, start + places), true where it may.

    All see the shared beginning; then each sees, of what stands before it, the item's own tokens and its own group.
    """
    own = (groups[:, None] == groups[:, :, None]) | (groups[:, None] == 0)
    return torch.cat([own.new_ones(*groups.shape, start), own.tril()], -1)[:, None]


def pad_left(rows: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Token ids and mask, each (rows, longest)."""
    longest = max(map(len, rows))
    ids = [[0] * (longest - len(row)) + list(row) for row in rows]
    return ids, [[0] * (longest - len(row)) + [1] * len(row) for row in rows]


def positions_of(mask: torch.Tensor) -> torch.Tensor:
    """The position of each token among those that the mask shows."""
    return (mask.cumsum(-1) - 1).clamp(min=0)


def sums(
    logits: torch.Tensor, places: Sequence[Sequence[Sequence[int]]], choices: Sequence[Sequence[Sequence[int]]]
) -> list[tuple[float, ...]]:
    """The log-likelihood of each row's choices, whose tokens are predicted at the given places of the logits."""
    flat = [
        (row, place, token)
        for row, (all_places, all_tokens) in enumerate(zip(places, choices, strict=True))
        for line, tokens in zip(all_places, all_tokens, strict=True)
        for place, token in zip(line, tokens, strict=True)
    ]
    if not flat:
        return [(0.0,) * len(row) for row in choices]
    row, place, token = torch.tensor(flat, device=logits.device).unbind(1)
    found = iter((logits[row, place, token] - logits.logsumexp(-1)[row, place]).tolist())
    return [tuple(sum((next(found) for _ in choice), 0.0) for choice in row) for row in choices]


class Writing:
    """A batch at work: what it has written, and what the next forward pass gets.

    rows: prompts by index; start: tokens that are in the cache already; seconds: each prompt's share so far.
    """

    def __init__(
        self,
        batch: Sequence[int],
        rows: Sequence[list[int]],
        start: int,
        cache: Cache,
        device: torch.device,
        seconds: float,
    ) -> None:
        self.cache, self.seconds = cache, dict.fromkeys(batch, seconds)
        self.written: dict[int, list[int]] = {index: [] for index in batch}
        self.alive, self._rows = list(batch), list(batch)
        self._prompts = {index: rows[index] for index in batch}
        self._dice: dict[int, torch.Generator] = {}
        ids, mask = (torch.tensor(part, device=device) for part in pad_left([rows[index][start:] for index in batch]))
        self.ids, self.mask = ids, torch.cat([mask.new_ones(len(batch), start), mask], 1)
        self.positions = positions_of(self.mask)[:, start:]

    def take(self, logits: torch.Tensor, limits: Limits) -> None:
        """Chooses the next token of every row. logits: (rows, vocabulary)."""
        if limits.temperature > 0:
            tokens = [self._throw(index, line, limits) for index, line in zip(self._rows, logits.cpu(), strict=True)]
        else:
            tokens = logits.argmax(-1).tolist()
        for index, token in zip(self._rows, tokens, strict=True):
            self.written[index].append(token)
        self.ids = torch.tensor(tokens, device=self.mask.device)[:, None]
        self.mask = torch.cat([self.mask, self.mask.new_ones(len(tokens), 1)], 1)
        self.positions = self.positions[:, -1:] + 1

    def _throw(self, index: int, logits: torch.Tensor, limits: Limits) -> int:
        """Draws a token. The draws hang on the seed and the prompt alone, not on the batch."""
        if index not in self._dice:
            # The generator heeds only 32 bits of its seed.
            seed = crc32(f"{limits.seed} {self._prompts[index]}".encode())
            self._dice[index] = torch.Generator().manual_seed(seed)
        chances = (logits.double() / limits.temperature).softmax(-1)
        return int(torch.multinomial(chances, 1, generator=self._dice[index]))

    @torch.inference_mode()
    def shrink(self) -> None:
        """Leaves out the finished rows, once they are half of all (leaving out copies the cache)."""
        if not self.alive or 2 * len(self.alive) > len(self._rows):
            return
        kept = [row for row, index in enumerate(self._rows) if index in self.alive]
        self._rows = [self._rows[row] for row in kept]
        rows = torch.tensor(kept, device=self.mask.device)
        self.ids, self.mask, self.positions = self.ids[rows], self.mask[rows], self.positions[rows]
        self.cache.batch_select_indices(rows)


def step_tokens(parameters: int, device: str) -> int:
    """Tokens of a forward pass that takes a fraction of a second: two operations for a parameter and token."""
    operations = {"cuda": 25e12, "mps": 500e9}.get(device, 8e9 * torch.get_num_threads())
    return int(min(max(operations / (2 * parameters), 64), 16384))


def cache_bytes(device: torch.device) -> int:
    """What a batch's cache may take: a fifth of the free memory of a GPU, a quarter of a GB elsewhere."""
    return torch.cuda.mem_get_info(device)[0] // 5 if device.type == "cuda" else 256 << 20


def smaller(error: RuntimeError, batch: list[int]) -> list[list[int]]:
    """The halves of a batch for which the memory did not suffice; any other error is raised again."""
    if not any(sign in str(error).lower() for sign in ("out of memory", "can't allocate memory")):
        raise error
    if len(batch) < 2:
        raise InputError(
            "The model ran out of memory; take fewer or shorter demonstrations, or a smaller model."
        ) from error
    middle = len(batch) // 2
    return [batch[middle:], batch[:middle]]
