"""What the benchmark of a GPU works on: a model, an adapter and a translator of random weights, texts of real length.

The texts are random words. Their number is that of the tokens that SIB-200's Kinyarwanda and English texts would have:
LENGTHS are characters of real pairs, RATES what a tokenizer made for English takes for a token there.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    M2M100Config,
    M2M100ForConditionalGeneration,
    PreTrainedTokenizerFast,
    set_seed,
)

from xlt_core.records import Message, Prompt

# Characters of 24 of SIB-200's 701 Kinyarwanda training texts, evenly through their lengths, each with its English.
LENGTHS = (
    (63, 84), (77, 55), (87, 72), (95, 78), (100, 99), (106, 107), (110, 125), (115, 160), (121, 105), (126, 95),
    (131, 134), (137, 103), (142, 124), (148, 127), (154, 124), (158, 202), (166, 149), (172, 136), (178, 160),
    (186, 152), (195, 133), (209, 156), (232, 168), (274, 238),
)  # fmt: skip
RATES = (2.3, 4.2)  # characters of a token, in Kinyarwanda and in English
LABELS = {"science/technology": 4, "travel": 1, "politics": 1, "sports": 1, "health": 1, "entertainment": 2,
          "geography": 3}  # fmt: skip
INSTRUCTION = 40  # tokens
SHAPES: dict[str, dict[str, int]] = {
    "7b": {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
           "num_attention_heads": 32, "max_position_embeddings": 4096},
    "tiny": {"vocab_size": 2000, "hidden_size": 128, "intermediate_size": 344, "num_hidden_layers": 2,
             "num_attention_heads": 4, "max_position_embeddings": 4096},
}  # fmt: skip
PIVOT_SHAPES: dict[str, dict[str, int]] = {
    "7b": {"vocab_size": 256206, "d_model": 1024, "encoder_layers": 12, "decoder_layers": 12,
           "encoder_ffn_dim": 4096, "decoder_ffn_dim": 4096, "encoder_attention_heads": 16,
           "decoder_attention_heads": 16},
    "tiny": {"vocab_size": 2000, "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_ffn_dim": 128,
             "decoder_ffn_dim": 128, "encoder_attention_heads": 4, "decoder_attention_heads": 4},
}  # fmt: skip


def tokens(characters: int, rate: float) -> int:
    return max(round(characters / rate), 1)


def lengths(count: int, seed: int) -> list[tuple[int, int]]:
    """Tokens of so many texts and of their English, in random order."""
    rows = [LENGTHS[i % len(LENGTHS)] for i in range(count)]
    random.Random(seed).shuffle(rows)
    return [(tokens(own, RATES[0]), tokens(english, RATES[1])) for own, english in rows]


class Words:
    """Texts of so many tokens: each word is one."""

    def __init__(self, vocabulary: int, seed: int) -> None:
        self._rng, self._size = random.Random(seed), vocabulary

    def text(self, count: int) -> str:
        return " ".join(f"w{self._rng.randrange(100, self._size)}" for _ in range(count))


def write_model(folder: Path, shape: dict[str, int]) -> None:
    """The configuration and a tokenizer of one token a word; the weights are made on the device."""
    LlamaConfig(**shape, bos_token_id=0, eos_token_id=1, pad_token_id=1).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({f"w{i}": i for i in range(shape["vocab_size"])}, unk_token="w2"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="w0", eos_token="w1", unk_token="w2",
                            model_max_length=4096).save_pretrained(folder)  # fmt: skip


def write_adapter(folder: Path, skeleton: torch.nn.Module) -> None:
    """A LoRA adapter of rank 16 on every inner linear layer, with random weights."""
    linear = {name: m for name, m in skeleton.named_modules() if isinstance(m, torch.nn.Linear) and "head" not in name}
    weights = {}
    for name, layer in linear.items():
        weights[f"base_model.model.{name}.lora_A.weight"] = torch.randn(16, layer.in_features) * 0.01
        weights[f"base_model.model.{name}.lora_B.weight"] = torch.randn(layer.out_features, 16) * 0.01
    LoraConfig(r=16, lora_alpha=32, target_modules=sorted({name.split(".")[-1] for name in linear}),
               task_type="CAUSAL_LM").save_pretrained(folder)  # fmt: skip
    save_file(weights, folder / "adapter_model.safetensors")


def random_weights(description: Any) -> Any:
    """Replaces loading the weights: they are drawn on the device, in the host's precision."""
    set_seed(0)
    with torch.device(description.device):
        return AutoModelForCausalLM.from_config(description.skeleton.config, dtype=description.dtype)


def prompts(words: Words, shots: Sequence[int], texts: Sequence[int]) -> list[Prompt]:
    """Few-shot prompts whose demonstrations and inputs have so many tokens."""
    turns = [Message("system", words.text(INSTRUCTION))]
    for number, count in enumerate(shots):
        label = list(LABELS.values())[number % len(LABELS)]
        turns += [Message("user", words.text(count + 3)), Message("assistant", words.text(label))]
    return [(*turns, Message("user", words.text(count + 3))) for count in texts]


class Pivot:
    """A random translation model."""

    def __init__(self, shape: dict[str, int], device: str, dtype: torch.dtype) -> None:
        config = M2M100Config(**shape, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2)
        with torch.device(device):
            self._model = M2M100ForConditionalGeneration._from_config(config, dtype=dtype).eval()
        self._device, self._vocabulary = device, shape["vocab_size"]

    @torch.inference_mode()
    def translate(self, pairs: Sequence[tuple[int, int]], rows: int = 32) -> None:
        """Reads texts of so many tokens and writes so many, greedily, batches of like length."""
        ordered = sorted(pairs, key=lambda pair: pair[1])
        for start in range(0, len(ordered), rows):
            batch = ordered[start : start + rows]
            read, written = max(own for own, _ in batch), max(english for _, english in batch)
            ids = torch.randint(3, self._vocabulary, (len(batch), read), device=self._device)
            self._model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), min_new_tokens=written,
                                 max_new_tokens=written, num_beams=1, do_sample=False)  # fmt: skip
