"""A soft prompt to be trained: vectors before every text, which begin as those of a text's tokens."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import torch
from peft import PromptTuningConfig

from xlt_core.models import pretrained


def with_soft_prompt(model: Any, tokenizer: Any, text: str, length: int) -> Any:
    """The model with a soft prompt of `length` tokens, which begins as the text, again and again or cut."""
    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=length)
    wrapped = pretrained.wrap_with_adapter(model, config)
    ids = list(islice(cycle(tokenizer(text, add_special_tokens=False)["input_ids"]), length))
    layer = model.get_input_embeddings()
    with torch.no_grad():
        vectors = layer(torch.tensor(ids, device=layer.weight.device)).float()
        wrapped.prompt_encoder["default"].embedding.weight.copy_(vectors)
    return wrapped
