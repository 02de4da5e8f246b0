"""Building blocks of the engine's batches: token rows, position ids, attention masks, and how large a batch may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from xlt_core.models.memory import is_out_of_memory
from xlt_core.records import InputError

HALVED = "memory ran out: the batch was halved, and the work went on"
PADDING = -1  # the group of padding; an item's own tokens are group 0, its choices 1, 2, ...


@dataclass(frozen=True)
class Tokens:
    """The tokens of a forward pass, (rows, width), and where they stand.

    positions: in their texts; key_positions: of what the cache returns, (rows, keys); visible: which of it a token may
    attend to, (rows, 1, width, keys), None for all tokens before it.
    """

    ids: torch.Tensor
    positions: torch.Tensor
    key_positions: torch.Tensor
    visible: torch.Tensor | None = None

    def to(self, device: torch.device) -> Tokens:
        tensors = self.ids, self.positions, self.key_positions, self.visible
        return Tokens(*(None if tensor is None else tensor.to(device) for tensor in tensors))


@dataclass(frozen=True)
class Item:
    """A prompt's tokens, and those of each choice that may follow it."""

    context: list[int]
    choices: list[list[int]]

    @property
    def packed_length(self) -> int:
        """Positions that the packed choices take in the row: nothing is predicted from a choice's last token."""
        return sum(max(len(choice) - 1, 0) for choice in self.choices)

    def packed_places(self, row: int, last: int) -> list[list[tuple[int, int, int]]]:
        """For each choice, (row, position, token) of its tokens. last: the position of the prompt's last token."""
        places, next_position = [], last + 1
        for choice in self.choices:
            rest = range(next_position, next_position + max(len(choice) - 1, 0))
            positions = [last, *rest][: len(choice)]
            places.append([(row, *place) for place in zip(positions, choice, strict=True)])
            next_position += len(rest)
        return places


def packed(items: Sequence[Item], start: int, in_cache: int) -> Tokens:
    """One row per item: its context from `start` on, then its choices, which do not attend to each other. The first
    `in_cache` positions of the cache are the prefix."""
    ids, positions, groups = map(torch.tensor, pack(items, start))
    prefix = torch.arange(in_cache).expand(len(items), -1)
    return Tokens(ids, positions, torch.cat([prefix, positions], -1), packed_mask(groups, in_cache))


def pack(items: Sequence[Item], start: int) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """Token ids, position ids and groups, each (items, length). A row is an item's context from `start` on, padded on
    the left, and its choices one after the other, padded on the right."""
    longest, packed = max(len(i.context) for i in items) - start, max(i.packed_length for i in items)
    ids, positions, groups = [], [], []
    for item in items:
        own, length = item.context[start:], len(item.context)
        left, right = longest - len(own), packed - item.packed_length
        inputs = [choice[:-1] for choice in item.choices]
        ids.append([0] * left + own + [token for choice in inputs for token in choice] + [0] * right)
        choice_positions = [length + i for choice in inputs for i in range(len(choice))]
        positions.append([start] * left + [*range(start, length)] + choice_positions + [length - 1] * right)
        numbers = [number for number, choice in enumerate(inputs, 1) for _ in choice]
        groups.append([PADDING] * left + [0] * len(own) + numbers + [PADDING] * right)
    return ids, positions, groups


def packed_mask(groups: torch.Tensor, start: int) -> torch.Tensor:
    """The attention mask of packed rows, (rows, 1, length, start + length), true where a position attends to another.

    All attend to the first `start` tokens; then each attends, of what precedes it, to the item's own tokens and to its
    own group.
    """
    own = (groups[:, None] == groups[:, :, None]) | (groups[:, None] == 0)
    return torch.cat([own.new_ones(*groups.shape, start), own.tril()], -1)[:, None]


def pad_left(rows: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Token ids and mask, each (rows, longest)."""
    longest = max(map(len, rows))
    ids = [[0] * (longest - len(row)) + list(row) for row in rows]
    return ids, [[0] * (longest - len(row)) + [1] * len(row) for row in rows]


def pad_right(rows: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Token ids and mask, each (rows, longest)."""
    longest = max(map(len, rows))
    ids = [list(row) + [0] * (longest - len(row)) for row in rows]
    return ids, [[1] * len(row) + [0] * (longest - len(row)) for row in rows]


def aligned(rows: Sequence[Sequence[int]], start: int) -> Tokens:
    """Rows that all continue `start` tokens, padded on the right: no token attends to what follows it."""
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])
    positions = torch.arange(start + longest).expand(len(rows), -1)
    return Tokens(ids, positions[:, start:], positions)


def column(tokens: Tokens, index: int) -> Tokens:
    """One token of each row."""
    one = slice(index, index + 1)
    return Tokens(tokens.ids[:, one], tokens.positions[:, one], tokens.key_positions)


def causal_mask(mask: torch.Tensor, width: int) -> torch.Tensor:
    """The causal mask of the last `width` positions, (rows, 1, width, length). mask: false at padding."""
    length = mask.shape[1]
    return mask[:, None, None, :] & torch.ones(width, length, dtype=torch.bool).tril(length - width)


def position_ids(mask: torch.Tensor) -> torch.Tensor:
    """The position id of each token among those that are no padding."""
    return (mask.cumsum(-1) - 1).clamp(min=0)


def by_length(sizes: Sequence[int], max_rows: int, max_tokens: int) -> list[list[int]]:
    """Batches of indices, longest first. sizes: tokens of each in a forward pass; the limits are a batch's."""
    batches: list[list[int]] = []
    for index in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        rows = len(batches[-1]) + 1 if batches else 0
        if rows and rows <= max_rows and rows * sizes[batches[-1][0]] <= max_tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def step_tokens(parameters: int, device: str) -> int:
    """Tokens of a forward pass that takes a fraction of a second, at two operations per parameter and token; no fewer
    than 128, as smaller passes cost more for each token (docs/engine.md)."""
    operations = {"cuda": 25e12, "mps": 500e9}.get(device, 8e9 * torch.get_num_threads())
    return int(min(max(operations / (2 * parameters), 128), 16384))


def cache_bytes(device: torch.device) -> int:
    """Bytes that a batch's KV cache may take: a fifth of a GPU's free memory, a quarter of a GB elsewhere."""
    return torch.cuda.mem_get_info(device)[0] // 5 if device.type == "cuda" else 256 << 20


def split_after(error: RuntimeError, batch: list[int]) -> list[list[int]]:
    """The halves of a batch for which memory ran out; raises any other error again."""
    if not is_out_of_memory(error):
        raise error
    if len(batch) < 2:
        raise InputError(
            "The model ran out of memory; take fewer or shorter demonstrations, or a smaller model."
        ) from error
    middle = len(batch) // 2
    return [batch[middle:], batch[:middle]]
