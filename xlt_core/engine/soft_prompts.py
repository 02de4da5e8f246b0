"""Soft prompts on one base model: learned vectors that stand before the first token (Lester et al. 2021,
arXiv 2104.08691)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import PromptTuningConfig
from peft.utils import load_peft_weights
from transformers import PreTrainedModel

from xlt_core.engine.adapter_files import broken, read_settings, unfit
from xlt_core.engine.tokenization import PromptTokenizer
from xlt_core.models.reading import reading
from xlt_core.records import InputError

KEY = "prompt_embeddings"


class SoftPrompts:
    """The soft prompts of a model. A vector has a token id of its own, behind those of the vocabulary: prefixes, batches
    and caches treat it as any other token, and only the layer of embeddings knows better."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._layer = model.get_input_embeddings()
        self._vocabulary = self._layer.weight.shape[0]
        self._vectors: dict[str, torch.Tensor] = {}
        self._active: torch.Tensor | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._vectors

    def add(self, name: str, vectors: torch.Tensor) -> None:
        """vectors: (tokens, width)."""
        if not self._vectors:
            self._embed, self._layer.forward = self._layer.forward, self._embedded
        self._vectors[name] = vectors.to(self._layer.weight)

    def use(self, name: str) -> None:
        """Makes the next forward pass run with this soft prompt; "" or another name: with none."""
        self._active = self._vectors.get(name)

    def _embedded(self, ids: torch.Tensor) -> torch.Tensor:
        """(rows, length, width)"""
        if self._active is None:
            return self._embed(ids)
        own, place = self._embed(ids.clamp(max=self._vocabulary - 1)), ids - self._vocabulary
        return torch.where((place >= 0)[..., None], self._active[place.clamp(min=0)].to(own), own)


class SoftPromptTokenizer:
    """A tokenizer that puts the tokens of a soft prompt before every text."""

    def __init__(self, tokenizer: PromptTokenizer, vocabulary: int, length: int) -> None:
        self._tokenizer, self._start = tokenizer, list(range(vocabulary, vocabulary + length))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode(self, texts: list[str]) -> list[list[int]]:
        """As PromptTokenizer.encode."""
        return [self._start + row for row in self._tokenizer.encode(texts)]

    def continuations(self, text: str, row: list[int], choices: list[str]) -> tuple[int, list[list[int]]]:
        """As PromptTokenizer.continuations."""
        split, rest = self._tokenizer.continuations(text, row[len(self._start) :], choices)
        return split + len(self._start), rest


def length(model: PreTrainedModel, source: str, label: str) -> int:
    """Tokens of the soft prompt in a folder; 0 where it holds another kind of adapter. model: may be on torch's meta
    device. Raises InputError with the reason if it does not fit the model."""
    config = read_settings(source, label)
    if not isinstance(config, PromptTuningConfig):
        return 0
    if model.config.is_encoder_decoder:
        raise InputError(f"{unfit(label)} (a soft prompt needs a model that continues a text).")
    width = model.get_input_embeddings().weight.shape[1]
    if config.token_dim != width:
        raise InputError(f"{unfit(label)} (its vectors are {config.token_dim} wide, and {width} here).")
    return len(vectors(source, label))


def vectors(source: str, label: str) -> torch.Tensor:
    """The vectors of the soft prompt in a folder, (tokens, width). Raises InputError."""
    config = read_settings(source, label)
    with reading(broken(source, label)):
        found = load_peft_weights(source, device="cpu").get(KEY)
    if found is None or tuple(found.shape) != (config.num_virtual_tokens, config.token_dim):
        raise InputError(f"{broken(source, label)} (its vectors are not those of its settings).")
    return found


def is_soft_prompt(source: str, label: str) -> bool:
    """Whether a folder holds a soft prompt."""
    return Path(source).is_dir() and isinstance(read_settings(source, label), PromptTuningConfig)
