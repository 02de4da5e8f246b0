"""Tiny random models in temporary folders, made in the ordinary formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForCausalLM,
    GPTNeoXConfig,
    LlamaConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
)

CORPUS = (
    "Give the topic of the text: business, entertainment, health, politics, religion, sports, technology.",
    "Text: The team won the match in Kigali on Monday.\nTopic: sports",
    "Text: Minisitiri w'ubuzima yasuye ibitaro.\nTopic: health",
    "Text: Gwamnati ta ƙaddamar da sabuwar hanya, ɗalibai sun yi murna.\nTopic: politics",
    "Text: Abayizi baasomye ebitabo, ŋŋenda.\nTopic: religion and sports news",
)
CHAT = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}"
    "{% endif %}<|{{ m['role'] }}|>\n{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


THINKING = (
    "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% if enable_thinking is not defined or enable_thinking %}"
    "<think>\n{% else %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


def make_tokenizer(chat: str = "", size: int = 420) -> PreTrainedTokenizerFast:
    """A byte-level BPE that puts <s> before every text."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    special = ["<s>", "</s>", "<|user|>", "<|assistant|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    backend.train_from_iterator(CORPUS, trainer)
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    if chat:
        tokenizer.chat_template = chat
    return tokenizer


def make_model(
    folder: Path,
    chat: str = "",
    width: int = 32,
    kind: type[PreTrainedConfig] = LlamaConfig,
    size: int = 420,
    seed: int = 0,
    context: int = 512,
    tied: bool = False,
    layers: int = 3,
) -> Path:
    """A random model with its tokenizer, sharp enough that no two tokens tie. size: of the vocabulary."""
    tokenizer = make_tokenizer(chat, size)
    torch.manual_seed(seed)
    config = kind(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=64,
        num_hidden_layers=layers,
        num_attention_heads=4,
        max_position_embeddings=context,
        initializer_range=0.3,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        tie_word_embeddings=tied,
        **{} if kind is GPTNeoXConfig else {"num_key_value_heads": 2},
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_adapter(model: Path, folder: Path, seed: int = 1, size: int = 0, **options: Any) -> Path:
    """An adapter whose weights are random, not zero. options: of LoraConfig; size: of the vocabulary, if resized."""
    torch.manual_seed(seed)
    config = LoraConfig(**{"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | options)
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    if size:
        base.resize_token_embeddings(size)
    adapted = get_peft_model(base, config)
    for name, weight in adapted.named_parameters():
        if any(part in name for part in ("lora_", "modules_to_save", "trainable_tokens_delta")):
            torch.nn.init.normal_(weight, std=0.3)
    adapted.save_pretrained(folder)
    return folder


__all__ = [
    "CHAT",
    "THINKING",
    "GPTNeoXConfig",
    "LlamaConfig",
    "Qwen2Config",
    "make_adapter",
    "make_model",
    "make_tokenizer",
]
