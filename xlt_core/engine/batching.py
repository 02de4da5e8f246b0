"""What the engine's batches are made of: rows of tokens, places, masks; and how large they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from xlt_core.models.memory import ran_out
from xlt_core.records import InputError

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

    All see the first `start` tokens; then each sees, of what stands before it, the item's own tokens and its own group.
    """
    own = (groups[:, None] == groups[:, :, None]) | (groups[:, None] == 0)
    return torch.cat([own.new_ones(*groups.shape, start), own.tril()], -1)[:, None]


def pad_left(rows: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Token ids and mask, each (rows, longest)."""
    longest = max(map(len, rows))
    ids = [[0] * (longest - len(row)) + list(row) for row in rows]
    return ids, [[0] * (longest - len(row)) + [1] * len(row) for row in rows]


def causal(seen: torch.Tensor, width: int) -> torch.Tensor:
    """What each of the last `width` places may look at, (rows, 1, width, places). seen: which are no padding."""
    places = seen.shape[1]
    return seen[:, None, None, :] & torch.ones(width, places, dtype=torch.bool).tril(places - width)


def added(visible: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """A mask of what may be looked at as what is added to the scores."""
    return torch.zeros((), dtype=dtype, device=visible.device).where(visible, torch.finfo(dtype).min)


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


def step_tokens(parameters: int, device: str) -> int:
    """Tokens of a forward pass that takes a fraction of a second: two operations for a parameter and token."""
    operations = {"cuda": 25e12, "mps": 500e9}.get(device, 8e9 * torch.get_num_threads())
    return int(min(max(operations / (2 * parameters), 64), 16384))


def cache_bytes(device: torch.device) -> int:
    """What a batch's cache may take: a fifth of the free memory of a GPU, a quarter of a GB elsewhere."""
    return torch.cuda.mem_get_info(device)[0] // 5 if device.type == "cuda" else 256 << 20


def smaller(error: RuntimeError, batch: list[int]) -> list[list[int]]:
    """The halves of a batch for which the memory did not suffice; any other error is raised again."""
    if not ran_out(error):
        raise error
    if len(batch) < 2:
        raise InputError(
            "The model ran out of memory; take fewer or shorter demonstrations, or a smaller model."
        ) from error
    middle = len(batch) // 2
    return [batch[middle:], batch[:middle]]
