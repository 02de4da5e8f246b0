"""Key-value caches: one that grows without copying, and a store of beginnings that prompts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import Cache, DynamicLayer

Layers = list[tuple[torch.Tensor, torch.Tensor]]  # keys and values of each layer: (rows, heads, tokens, head size)
WORTH = 16  # tokens; a shorter beginning is sooner run again than looked after
ENTRIES = 8


class RoomyLayer(DynamicLayer):
    """A layer whose buffers are made once, for the beginning and `room` more tokens, and filled in place.

    The beginning has one row; it is copied to every row of the batch when the first tokens come.
    """

    def __init__(self, room: int, beginning: tuple[torch.Tensor, torch.Tensor] | None = None) -> None:
        super().__init__()
        self._room = room
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None
        if beginning is not None:
            self.lazy_initialization(*beginning)
            self.keys, self.values = beginning

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        start = self.get_seq_length()
        if self._buffers is None:
            self._buffers = (self._buffer(key_states, self.keys, start), self._buffer(value_states, self.values, start))
            self.is_initialized = True
        end = start + key_states.shape[-2]
        for buffer, new in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, start:end] = new
        self.keys, self.values = (buffer[:, :, :end] for buffer in self._buffers)
        return self.keys, self.values

    def _buffer(self, new: torch.Tensor, old: torch.Tensor | None, start: int) -> torch.Tensor:
        rows, heads, _, size = new.shape
        buffer = new.new_empty(rows, heads, start + self._room, size)
        if start:
            buffer[:, :, :start] = old
        return buffer

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        tokens = self.get_seq_length()
        self._buffers = tuple(buffer[indices] for buffer in self._buffers)
        self.keys, self.values = (buffer[:, :, :tokens] for buffer in self._buffers)


def roomy_cache(depth: int, room: int, beginning: Layers) -> Cache:
    """A cache of `depth` layers that starts with a beginning, or empty where that is []."""
    return Cache(layers=[RoomyLayer(room, beginning[layer] if beginning else None) for layer in range(depth)])


def length(layers: Layers) -> int:
    """How many tokens the layers hold."""
    return layers[0][0].shape[-2] if layers else 0


def attends_fully(config: Any) -> bool:
    """Whether every layer keeps all tokens: only then may beginnings be shared and choices stand side by side."""
    layers = DynamicCache(config=config).layers
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)


def bytes_per_token(config: Any, dtype: torch.dtype) -> int:
    """What one token takes in the cache."""
    config = config.get_text_config(decoder=True)
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return 2 * config.num_hidden_layers * heads * size * dtype.itemsize


def common_beginning(rows: Iterable[Sequence[int]]) -> int:
    """How many tokens all rows begin with."""
    rows = list(rows)
    first, last = min(rows), max(rows)  # whatever these two share, all between them in order share too
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


class Beginnings:
    """The last few beginnings that were run, by adapter: the same demonstrations are run once, not at each Compare."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._kept: list[tuple[str, list[int], Layers]] = []  # the last used at the end

    def find(self, adapter: str, tokens: list[int]) -> tuple[int, Layers]:
        """The longest stored beginning of the tokens: its length, and its layers; (0, []) where there is none."""
        with self._lock:
            lengths = [common_beginning((kept, tokens)) if name == adapter else 0 for name, kept, _ in self._kept]
            longest = max(lengths, default=0)
            if longest < min(WORTH, len(tokens)) or not longest:
                return 0, []
            entry = self._kept.pop(lengths.index(longest))
            self._kept.append(entry)
        return longest, [(keys[:, :, :longest], values[:, :, :longest]) for keys, values in entry[2]]

    def keep(self, adapter: str, tokens: list[int], layers: Layers) -> None:
        """Stores a beginning, in place of those that it continues; the longest unused leave first."""
        with self._lock:
            self._kept = [e for e in self._kept if e[0] != adapter or e[1] != tokens[: len(e[1])]]
            self._kept.append((adapter, tokens, layers))
            while len(self._kept) > ENTRIES or (self._kept and self._bytes() > self._most_bytes):
                self._kept.pop(0)

    def _bytes(self) -> int:
        return sum(part.nbytes for _, _, layers in self._kept for pair in layers for part in pair)
