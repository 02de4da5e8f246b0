"""Block formats of GGUF that transformers does not read, such as Q5_0, read by the package gguf.

llama.cpp mixes formats in one file: the Q4_K_M of a narrow model, such as Gemma 3 270M, has Q5_0 where a row is no
multiple of 256.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from gguf import GGMLQuantizationType


@cache
def register() -> tuple[str, ...]:
    """Gives transformers' reader what it lacks and the package gguf has; returns the names of those formats."""
    from gguf import GGML_QUANT_SIZES
    from transformers.integrations.gguf import dequant

    added = [kind for kind in GGML_QUANT_SIZES if int(kind) not in dequant.GGML_BLOCK and _readable(kind)]
    for kind in added:
        dequant.GGML_BLOCK[int(kind)] = GGML_QUANT_SIZES[kind]
        dequant.GGML_NAME[int(kind)] = kind.name
        dequant._DEQUANT[int(kind)] = partial(_dequantized, kind)
    return tuple(kind.name for kind in added)


def _readable(kind: GGMLQuantizationType) -> bool:
    """Whether gguf de-quantizes blocks of the format, which are more than plain numbers."""
    import numpy as np
    from gguf import GGML_QUANT_SIZES, quants

    values, size = GGML_QUANT_SIZES[kind]
    try:
        return values > 1 and quants.dequantize(np.zeros((1, size), np.uint8), kind).size == values
    except NotImplementedError:
        return False


def _dequantized(kind: GGMLQuantizationType, blocks: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Blocks of bytes (n, size of a block) as values (n, values of a block)."""
    import torch
    from gguf import quants

    values = quants.dequantize(blocks.cpu().contiguous().numpy(), kind)
    return torch.from_numpy(values).to(blocks.device, dtype)
