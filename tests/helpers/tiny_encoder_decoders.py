"""Tiny random models with an encoder and a decoder, each with a tokenizer of its family's own class."""

from __future__ import annotations

from pathlib import Path

import sentencepiece
import torch
from helpers.tiny_models import CORPUS, make_tokenizer
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForSeq2SeqLM,
    BartConfig,
    ByT5Tokenizer,
    MT5Config,
    PreTrainedTokenizerBase,
    T5Config,
    T5Tokenizer,
)

SIZES = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4,
         "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}  # fmt: skip
FAMILIES = ("mt5", "t5", "byt5", "bart")


def make(family: str, folder: Path) -> Path:
    """A folder with the model and its tokenizer. mt5 has outputs that its tokenizer lacks, t5 claims a length, bart
    begins with a forced token."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(family, folder)
    torch.manual_seed(1)
    AutoModelForSeq2SeqLM.from_config(_config(family, len(tokenizer))).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(family: str, folder: Path) -> PreTrainedTokenizerBase:
    if family == "byt5":
        return ByT5Tokenizer()
    if family == "bart":
        return make_tokenizer()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS * 5), model_prefix=str(folder / "spiece"), vocab_size=300, hard_vocab_limit=False,
        byte_fallback=True, num_threads=1, minloglevel=2, pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
    )  # fmt: skip
    return T5Tokenizer.from_pretrained(folder, extra_ids=0)


def _config(family: str, tokens: int) -> T5Config | MT5Config | BartConfig:
    if family == "bart":
        sides = {f"{side}_{what}": n for side in ("encoder", "decoder")
                 for what, n in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 64))}  # fmt: skip
        return BartConfig(vocab_size=tokens, d_model=32, max_position_embeddings=256, init_std=0.3, bos_token_id=0,
                          eos_token_id=1, pad_token_id=1, decoder_start_token_id=1, forced_bos_token_id=0,
                          forced_eos_token_id=None, **sides)  # fmt: skip
    kind = MT5Config if family == "mt5" else T5Config
    more = {"n_positions": 192} if family == "t5" else {}
    return kind(vocab_size=tokens + 12, initializer_factor=1.0 if family == "mt5" else 1.5, **SIZES, **more)


def make_adapter(model: Path, folder: Path) -> Path:
    """A LoRA adapter whose weights are random, not zero."""
    torch.manual_seed(2)
    base = AutoModelForSeq2SeqLM.from_pretrained(model, dtype=torch.float32)
    adapted = get_peft_model(base, LoraConfig(r=4, target_modules=["q", "v"], task_type="SEQ_2_SEQ_LM"))
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.3)
    adapted.save_pretrained(folder)
    return folder
