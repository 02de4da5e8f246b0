"""Attention masks: which tokens a token attends to, by what the model says of each kind of its layers.

A model asks for one mask per kind of layer (all tokens before, a sliding window, chunks), and gives each kind as a
function of two positions. Here that function is asked about the positions that tokens have in their texts. Those in the
cache differ: padding and packed choices take positions there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import AttentionMaskInterface
from transformers.masking_utils import eager_mask

NAME = "xlt_engine"  # of this mask function and of the attention function that takes its masks
FAR = 1 << 24  # tokens; longer than any window
KeyValues = Sequence[tuple[torch.Tensor, torch.Tensor]]  # of each layer: (rows, heads, tokens, head size)
MaskFunction = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
_active = threading.local()


@dataclass(frozen=True)
class PrefixMask:
    """What tokens attend to in the shared prefix: its keys from `start` on, by the mask, or all of them without one."""

    start: int = 0
    mask: torch.Tensor | None = None


@dataclass
class Layout:
    """Where the tokens of a forward pass stand in their texts.

    positions: of the new tokens, (rows, width); key_positions: of what the cache returns, (rows, keys); visible: what a
    token may attend to there, (rows, 1, width, keys), false at padding, later tokens and other choices, None for all
    tokens before it; prefix: of all rows, not in the cache; limited: whether a kind of layer attends to less than all.
    """

    positions: torch.Tensor
    key_positions: torch.Tensor
    visible: torch.Tensor | None
    dtype: torch.dtype
    prefix: KeyValues = ()
    limited: bool = False
    # By the identity of the mask for a row's own tokens, which goes through the model; kept so that it stays unique.
    _masks: dict[int, tuple[torch.Tensor, PrefixMask]] = field(default_factory=dict)

    def mask(self, allows: MaskFunction) -> torch.Tensor | None:
        """The mask of one kind of layer for a row's own tokens, as numbers that are added to the attention scores."""
        self.limited |= not self._allowed(allows, FAR, 0)
        own = self._allowed(allows, self.positions[:, None, :, None], self.key_positions[:, None, None, :])
        own = own if self.visible is None else own & self.visible
        if self.visible is None and own.shape[-1] == own.shape[-2] and bool((own == torch.ones_like(own).tril()).all()):
            return None  # causal, for which attention has a faster way without a mask
        mask = additive_mask(own, self.dtype)
        self._masks[id(mask)] = mask, self._prefix_mask(allows) if self.prefix else PrefixMask()
        return mask

    def prefix_mask(self, mask: torch.Tensor) -> PrefixMask:
        """What belongs to this mask for a row's own tokens. Raises ValueError for a mask that is not from here."""
        if id(mask) not in self._masks:
            raise ValueError("the model has changed its attention mask")
        return self._masks[id(mask)][1]

    def _prefix_mask(self, allows: MaskFunction) -> PrefixMask:
        length = token_count(self.prefix)
        if self._allowed(allows, int(self.positions.max()), 0):
            return PrefixMask()
        keys = torch.arange(length, device=self.positions.device)
        allowed = self._allowed(allows, self.positions[:, None, :, None], keys).flatten(0, 2)
        start = int(allowed.any(0).int().argmax()) if bool(allowed.any()) else length
        return PrefixMask(start, additive_mask(allowed[None, None, :, start:], self.dtype))

    def _allowed(self, allows: MaskFunction, query: torch.Tensor | int, key: torch.Tensor | int) -> torch.Tensor:
        """Whether a token at one position attends to another, in a layer of this kind."""
        query, key = (torch.as_tensor(position, device=self.positions.device) for position in (query, key))
        rows = torch.arange(query.shape[0] if query.dim() else 1, device=self.positions.device)
        rows = rows[:, None, None, None] if query.dim() else rows[0]
        return allows(rows, torch.zeros_like(rows), query, key)


@contextmanager
def active(layout: Layout | None) -> Iterator[None]:
    """In this thread's forward passes, masks and attention follow the layout."""
    _active.layout = layout
    try:
        yield
    finally:
        _active.layout = None


def current() -> Layout | None:
    return getattr(_active, "layout", None)


def token_count(key_values: KeyValues) -> int:
    """How many tokens the keys and values are of."""
    return key_values[0][0].shape[-2] if key_values else 0


def additive_mask(mask: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """A boolean attention mask as numbers that are added to the attention scores."""
    return torch.zeros((), dtype=dtype, device=mask.device).where(mask, torch.finfo(dtype).min)


def _mask(mask_function: MaskFunction, **more: Any) -> torch.Tensor | None:
    """What transformers calls for a kind of layer."""
    layout = current()
    return layout.mask(mask_function) if layout else eager_mask(mask_function=mask_function, **more)


AttentionMaskInterface.register(NAME, _mask)
