"""Which logits of a forward pass are read, and the log-likelihoods of choices from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

LOGIT_BYTES = 128 << 20  # of the logits of a forward pass, at most
CHUNK_BYTES = 16 << 20  # of logits that are normalised at once


@dataclass(frozen=True)
class Readout:
    """Log-likelihoods to read: for each item of a batch, for each of its choices, (row, position, token) of each of
    the choice's tokens."""

    wanted: Sequence[Sequence[Sequence[tuple[int, int, int]]]]

    def mask(self, rows: int, width: int) -> torch.Tensor:
        """True where logits are read, (rows, width)."""
        mask = torch.zeros(rows, width, dtype=torch.bool)
        for row, position, _ in self._flat():
            mask[row, position] = True
        return mask

    def log_likelihoods(self, logits: torch.Tensor, mask: torch.Tensor) -> list[tuple[float, ...]]:
        """The log-likelihood of each item's choices. logits: (read positions, vocabulary), in the order of the mask."""
        flat = self._flat()
        if not flat:
            return [(0.0,) * len(item) for item in self.wanted]
        number = (mask.flatten().cumsum(0) - 1).view_as(mask)
        row, position, token = torch.tensor(flat).unbind(1)
        index, token = number[row, position].to(logits.device), token.to(logits.device)
        found = iter((logits[index, token].float() - log_sum(logits)[index]).tolist())
        return [tuple(sum((next(found) for _ in choice), 0.0) for choice in item) for item in self.wanted]

    def _flat(self) -> list[tuple[int, int, int]]:
        return [place for item in self.wanted for choice in item for place in choice]


def log_sum(logits: torch.Tensor) -> torch.Tensor:
    """The logarithm of the sum of each position's weights, without a copy of all logits in float32."""
    rows = max(CHUNK_BYTES // (4 * logits.shape[-1]), 1)
    return torch.cat([part.float().logsumexp(-1) for part in logits.split(rows)])


def max_rows(positions: int, vocabulary: int) -> int:
    """Rows of a batch at most, if logits of so many positions are read in each."""
    return max(LOGIT_BYTES // (4 * vocabulary * max(positions, 1)), 1)
