"""Key-value caches: one with a place for each row's tokens, and a store of beginnings that prompts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import Cache, DynamicLayer

from xlt_core.engine.attention import Layers

WORTH = 16  # tokens; a shorter beginning is sooner run again than looked after
ENTRIES = 8


class Aim:
    """Where the next forward pass writes in a cache of `rows` rows of `places` tokens each.

    The layers know it, and not the cache that holds them: in a ring, a cache would stay in memory until Python looks
    for rings, which it does by their number and not by their size.
    """

    def __init__(self, rows: int, places: int) -> None:
        self.rows, self.places = rows, places

    def set(self, first: int, at: Sequence[int]) -> None:
        """To the rows from `first` on, to each from its own place on."""
        self.first, self.at, self.last = first, at[0], max(at)
        self._targets = {torch.device("cpu"): (torch.arange(first, first + len(at)), torch.tensor(at))}

    def targets(self, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """The rows to write to, and the place in each, brought to a device once for all layers there."""
        if device not in self._targets:
            self._targets[device] = tuple(part.to(device) for part in self._targets[torch.device("cpu")])
        return self._targets[device]


class Slots(Cache):
    """A cache whose buffers are made once, for `rows` rows of `places` tokens each, and filled in place.

    beginning: layers of one row, copied to the front of every row; () where the attention knows of it by itself.
    """

    def __init__(self, depth: int, rows: int, places: int, beginning: Layers) -> None:
        self.start, self._aim = length(beginning), Aim(rows, places)
        self.aim(0, [self.start])
        super().__init__(layers=[SlotLayer(self._aim, beginning[i] if beginning else None) for i in range(depth)])

    def aim(self, first: int, at: Sequence[int]) -> None:
        """Where the next forward pass writes: to the rows from `first` on, to each from its own place on."""
        self._aim.set(first, at)

    def move(self, sources: Sequence[int], targets: Sequence[int]) -> None:
        """Copies rows over others."""
        for layer in self.layers:
            for buffer in layer.buffers:
                buffer[list(targets)] = buffer[list(sources)]


class SlotLayer(DynamicLayer):
    """One layer of the slots."""

    def __init__(self, aim: Aim, beginning: tuple[torch.Tensor, torch.Tensor] | None) -> None:
        super().__init__()
        self._aim, self._beginning = aim, beginning
        self.buffers: list[torch.Tensor] = []
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Writes the new tokens; returns the keys and values of the rows written to, up to the last token of all."""
        if not self.buffers:
            self.buffers = [self._buffer(key_states, 0), self._buffer(value_states, 1)]
        first, at, (rows, _, width, _) = self._aim.first, self._aim.at, key_states.shape
        for buffer, new in zip(self.buffers, (key_states, value_states), strict=True):
            if width > 1 or rows == 1:
                buffer[first : first + rows, :, at : at + width] = new
            else:
                row, place = self._aim.targets(buffer.device)
                buffer[row, :, place] = new[:, :, 0]
        self.keys, self.values = (buffer[first : first + rows, :, : self._aim.last + width] for buffer in self.buffers)
        return self.keys, self.values

    def get_seq_length(self) -> int:
        return self._aim.last

    def _buffer(self, new: torch.Tensor, which: int) -> torch.Tensor:
        # Zeros, not whatever was there: a mask hides a place by its weight of 0, and 0 times NaN is NaN.
        buffer = new.new_zeros(self._aim.rows, new.shape[1], self._aim.places, new.shape[3])
        if self._beginning:
            buffer[:, :, : self._beginning[which].shape[2]] = self._beginning[which]
        return buffer


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


def common_beginning(rows: Iterable[Sequence[int] | str]) -> int:
    """How many tokens, or letters, all rows begin with."""
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
        """The longest stored beginning of the tokens: its length, and its layers; (0, ()) where there is none."""
        with self._lock:
            lengths = [common_beginning((kept, tokens)) if name == adapter else 0 for name, kept, _ in self._kept]
            longest = max(lengths, default=0)
            if longest < min(WORTH, len(tokens)) or not longest:
                return 0, ()
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
