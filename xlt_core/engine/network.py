"""The model as the engine calls it: one forward pass, with the logits of the positions that are read."""

from __future__ import annotations

import inspect

import torch
from transformers import PreTrainedModel
from transformers.cache_utils import Cache

from xlt_core.engine import masks
from xlt_core.engine.batching import Tokens
from xlt_core.engine.masks import KeyValues, Layout


class Network:
    """One model."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model, self.limited = model, False  # limited: whether a kind of layer attends to less than all tokens
        parameters = inspect.signature(model.forward).parameters
        self._takes_positions = "position_ids" in parameters
        self._keep = "logits_to_keep" in parameters
        self._cache = "past_key_values" if "past_key_values" in parameters else "cache_params"
        self._keeps_any = self._keep and self._keeps_positions()

    def __call__(
        self,
        tokens: Tokens,
        read: torch.Tensor,
        cache: Cache | None = None,
        prefix: KeyValues = (),
        lays_out: bool = False,
    ) -> torch.Tensor:
        """Logits (read positions, vocabulary). read: (rows, width); prefix: of all rows, if it is not in the cache;
        lays_out: whether masks and attention follow the layout of the batch, see masks."""
        mask, layout = tokens.visible, None
        if lays_out:
            layout = Layout(tokens.positions, tokens.key_positions, mask, self.model.dtype, prefix)
            mask = torch.ones_like(tokens.ids)  # without one, some models look for several texts in a row
        elif mask is not None:
            mask = masks.additive_mask(mask, self.model.dtype)
        given = {"input_ids": tokens.ids, "attention_mask": mask, self._cache: cache, "use_cache": cache is not None}
        with masks.active(layout):
            logits = self._read(given | self._positions(tokens), read)
        self.limited |= layout is not None and layout.limited
        return logits

    def _read(self, given: dict[str, object], read: torch.Tensor) -> torch.Tensor:
        """The logits of the read positions; the output product is not computed for others, where the model can."""
        if self._keeps_any and read.any():
            return self.model(**given, logits_to_keep=read).logits
        used = read.any(0).nonzero()
        keep = max(read.shape[1] - int(used[0]), 1) if len(used) else 1
        logits = self.model(**given, **{"logits_to_keep": keep} if self._keep else {}).logits[:, -keep:]
        return logits[read[:, -keep:]]

    def _positions(self, tokens: Tokens) -> dict[str, torch.Tensor]:
        return {"position_ids": tokens.positions} if self._takes_positions else {}

    @torch.inference_mode()
    def _keeps_positions(self) -> bool:
        """Whether the model computes logits of any positions of a row, and not of the last ones only."""
        ids = torch.zeros(1, 2, dtype=torch.long, device=self.model.device)
        read = torch.tensor([[True, False]], device=self.model.device)
        try:
            logits = self.model(input_ids=ids, use_cache=False, logits_to_keep=read).logits
        except (RuntimeError, TypeError, IndexError, ValueError):
            return False
        return logits.dim() == 2 and len(logits) == 1
