"""A static KV cache, whose buffers are allocated once and written in place, and the size of KV caches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import Cache, DynamicLayer

from xlt_core.engine.masks import KeyValues, token_count


class WritePositions:
    """Where the next forward pass writes in a cache of `rows` rows of `max_length` positions each.

    The layers refer to this object and not to the cache that holds them. With a reference cycle, a cache would stay in
    memory until Python's cycle collector runs, which is triggered by the number of objects and not by their size.
    """

    def __init__(self, rows: int, max_length: int) -> None:
        self.rows, self.max_length = rows, max_length

    def set(self, first_row: int, positions: Sequence[int]) -> None:
        """Selects the rows from `first_row` on, and the first position to write to in each of them."""
        self.first_row, self.start, self.last = first_row, positions[0], max(positions)
        rows = torch.arange(first_row, first_row + len(positions))
        self._indices = {torch.device("cpu"): (rows, torch.tensor(positions))}

    def indices(self, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """The selected rows and the position in each, copied to a device once for all layers there."""
        if device not in self._indices:
            self._indices[device] = tuple(index.to(device) for index in self._indices[torch.device("cpu")])
        return self._indices[device]


class StaticKVCache(Cache):
    """A cache with buffers of fixed size, for `rows` rows of `max_length` positions each.

    prefix: keys and values of one row, copied to the start of every row; () if the attention reads it separately.
    """

    def __init__(self, layers: int, rows: int, max_length: int, prefix: KeyValues) -> None:
        self.prefix_length, self._write_positions = token_count(prefix), WritePositions(rows, max_length)
        self.write_at(0, [self.prefix_length])
        super().__init__(
            layers=[StaticKVLayer(self._write_positions, prefix[i] if prefix else None) for i in range(layers)]
        )

    def write_at(self, first_row: int, positions: Sequence[int]) -> None:
        """Sets where the next forward pass writes: the rows from `first_row` on, and the first position in each."""
        self._write_positions.set(first_row, positions)

    def key_values(self) -> KeyValues:
        """What the last forward pass attended to."""
        return [(layer.keys, layer.values) for layer in self.layers]

    def copy_rows(self, sources: Sequence[int], targets: Sequence[int]) -> None:
        """Copies rows over others."""
        for layer in self.layers:
            for buffer in layer.buffers:
                buffer[list(targets)] = buffer[list(sources)]


class StaticKVLayer(DynamicLayer):
    """One layer of the static cache."""

    def __init__(self, write_positions: WritePositions, prefix: tuple[torch.Tensor, torch.Tensor] | None) -> None:
        super().__init__()
        self._write_positions, self._prefix = write_positions, prefix
        self.buffers: list[torch.Tensor] = []
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Writes the new tokens; returns keys and values of the written rows, up to the last position of any row."""
        if not self.buffers:
            self.buffers = [self._allocate(key_states, 0), self._allocate(value_states, 1)]
        target, (rows, _, width, _) = self._write_positions, key_states.shape
        first, start = target.first_row, target.start
        for buffer, new in zip(self.buffers, (key_states, value_states), strict=True):
            if width > 1 or rows == 1:
                buffer[first : first + rows, :, start : start + width] = new
            else:
                row, position = target.indices(buffer.device)
                buffer[row, :, position] = new[:, :, 0]
        self.keys, self.values = (buffer[first : first + rows, :, : target.last + width] for buffer in self.buffers)
        return self.keys, self.values

    def get_seq_length(self) -> int:
        return self._write_positions.last

    def _allocate(self, new: torch.Tensor, which: int) -> torch.Tensor:
        # Zeros, not uninitialized memory: a masked position has a weight of 0, and 0 times NaN is NaN.
        buffer = new.new_zeros(self._write_positions.rows, new.shape[1], self._write_positions.max_length, new.shape[3])
        if self._prefix:
            buffer[:, :, : self._prefix[which].shape[2]] = self._prefix[which]
        return buffer


def first(key_values: KeyValues, length: int) -> KeyValues:
    """Those of the first tokens."""
    return [(keys[:, :, :length], values[:, :, :length]) for keys, values in key_values]


def nbytes(key_values: KeyValues) -> int:
    return sum(tensor.nbytes for pair in key_values for tensor in pair)


def layer_count(config: Any) -> int:
    """How many layers keep keys and values."""
    return config.get_text_config(decoder=True).num_hidden_layers


def has_full_attention(config: Any) -> bool:
    """Whether every layer attends to all tokens."""
    layers = DynamicCache(config=config).layers
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)


def bytes_per_token(config: Any, dtype: torch.dtype) -> int:
    """Bytes that one token takes in the cache; of a model with recurrent layers alone, what its width would take."""
    config = config.get_text_config(decoder=True)
    all_heads = getattr(config, "num_attention_heads", None) or 1
    heads = getattr(config, "num_key_value_heads", None) or all_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // all_heads
    return 2 * config.num_hidden_layers * heads * size * dtype.itemsize
