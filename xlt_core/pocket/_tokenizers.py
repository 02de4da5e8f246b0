"""Trains the two bundled tokenizers with sentencepiece, and saves them in the form that transformers reads."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import sentencepiece
from transformers import LlamaTokenizer, NllbTokenizer, PreTrainedTokenizerBase

# Every letter that the four languages, or names in them, are written with, and the signs of plain text.
LETTERS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ɓɗƙƴŋƁƊƘƳŊ"
    "àáâãäçèéêëìíîïñòóôõöùúûüýāēīōūÀÁÂÃÄÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝĀĒĪŌŪ.,;:!?()[]{}<>'\"’‘“”–—-_/\\@#%&*+=$|~^`…"
)


def _train(texts: Iterable[str], size: int, prefix: Path, byte_fallback: bool, **ids: int) -> None:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(prefix),
        vocab_size=size,
        model_type="bpe",
        byte_fallback=byte_fallback,
        required_chars=LETTERS,
        character_coverage=1.0,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        num_threads=1,
        minloglevel=2,
        **ids,
    )


def causal(texts: Iterable[str], size: int, folder: Path) -> PreTrainedTokenizerBase:
    """A Llama tokenizer with byte fallback, so that no text is unknown to it."""
    with tempfile.TemporaryDirectory() as scratch:
        _train(texts, size, Path(scratch) / "tokenizer", True, unk_id=0, bos_id=1, eos_id=2)
        tokenizer = LlamaTokenizer.from_pretrained(scratch, pad_token="</s>", add_bos_token=True)
    tokenizer.save_pretrained(folder)
    return tokenizer


def seq2seq(texts: Iterable[str], size: int, codes: list[str], folder: Path) -> PreTrainedTokenizerBase:
    """An NLLB tokenizer whose language tokens are `codes` (FLORES)."""
    with tempfile.TemporaryDirectory() as scratch:
        _train(texts, size, Path(scratch) / "sentencepiece.bpe", False, bos_id=0, pad_id=1, eos_id=2, unk_id=3)
        tokenizer = NllbTokenizer.from_pretrained(scratch, extra_special_tokens=codes, src_lang="eng_Latn")
    tokenizer.save_pretrained(folder)
    return tokenizer
