"""The bundled language model and translation model: their shapes, their batches, their losses."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    M2M100Config,
    M2M100ForConditionalGeneration,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from xlt_core.pocket import _tokenizers, mixture
from xlt_core.pocket._train import Loss, Schedule, device, fit

# (share of the steps, tokens a row, rows, shots at most): short rows first, since copying forms there soonest.
PHASES = ((0.6, 192, 32, 2), (0.25, 384, 16, 5), (0.15, 768, 8, 8))
PAIRS = 24  # a step of the translation model
CODES = {"eng": "eng_Latn", "kin": "kin_Latn", "hau": "hau_Latn", "lug": "lug_Latn"}
IGNORED = -100


def language_model(folder: Path, checkpoint: Path, steps: int, say: Callable[[str], None]) -> None:
    """Trains the language model and writes it in bfloat16, in files under 10 MB."""
    tokenizer = _tokenizers.causal(mixture.corpus(1500), 3000, folder)
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=256,
            intermediate_size=704,
            num_hidden_layers=6,
            num_attention_heads=8,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    ).to(device())
    say(f"language model: {model.num_parameters() / 1e6:.1f} M parameters")
    fit(model, _language_loss(tokenizer, steps), Schedule(steps, 1.5e-3), checkpoint, say)
    _write(model, folder)


def _language_loss(tokenizer: PreTrainedTokenizerBase, steps: int) -> Loss:
    def loss(model: torch.nn.Module, step: int) -> tuple[torch.Tensor, str]:
        ids, weights = (part.to(device()) for part in _rows(tokenizer, step, steps))
        logits = model(input_ids=ids).logits[:, :-1].float()
        losses = cross_entropy(logits.reshape(-1, logits.shape[-1]), ids[:, 1:].reshape(-1), reduction="none")
        weights = weights[:, 1:].reshape(-1)
        answers, rest = losses[weights == 1.0], losses[weights < 1.0]
        line = f"loss {answers.mean().item():.3f} on answers, {rest.mean().item():.3f} elsewhere"
        return (losses * weights).sum() / weights.sum(), line

    return loss


def _rows(tokenizer: PreTrainedTokenizerBase, step: int, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch of a step, the same whenever it is asked for: token ids and loss weights, each (rows, tokens)."""
    done, rng = 0.0, random.Random(f"language model {step}")
    for share, length, rows, shots in PHASES:  # noqa: B007
        done += share
        if step < done * steps:
            break
    ids: list[int] = []
    weights: list[float] = []
    while len(ids) < length * rows:
        pieces = [mixture.piece(rng, shots) for _ in range(32)]
        encoded = tokenizer(["".join(text for text, _ in piece) for piece in pieces], return_offsets_mapping=True)
        for piece, tokens, offsets in zip(pieces, encoded["input_ids"], encoded["offset_mapping"], strict=True):
            ids += tokens
            weights += _weights(piece, offsets)
    size = length * rows
    return torch.tensor(ids[:size]).view(rows, length), torch.tensor(weights[:size]).view(rows, length)


def _weights(piece: mixture.Piece, offsets: list[tuple[int, int]]) -> list[float]:
    by_character = [weight for text, weight in piece for _ in text]
    return [by_character[end - 1] if end else 0.0 for _, end in offsets]


def translation_model(folder: Path, checkpoint: Path, steps: int, say: Callable[[str], None]) -> None:
    """Trains the translation model and writes it in bfloat16, in files under 10 MB."""
    tokenizer = _tokenizers.seq2seq(mixture.corpus(1500), 3000, list(CODES.values()), folder)
    torch.manual_seed(0)
    model = M2M100ForConditionalGeneration(
        M2M100Config(
            vocab_size=len(tokenizer),
            d_model=256,
            encoder_layers=3,
            decoder_layers=3,
            encoder_attention_heads=8,
            decoder_attention_heads=8,
            encoder_ffn_dim=768,
            decoder_ffn_dim=768,
            max_position_embeddings=256,
            dropout=0.0,
            attention_dropout=0.0,
            encoder_layerdrop=0.0,
            decoder_layerdrop=0.0,
            scale_embedding=True,
            bos_token_id=0,
            pad_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=2,
            translates_documents=True,  # its texts have several sentences
        )
    ).to(device())
    model.generation_config.max_length = 256
    say(f"translation model: {model.num_parameters() / 1e6:.1f} M parameters")
    fit(model, _translation_loss(tokenizer), Schedule(steps, 1.5e-3), checkpoint, say)
    _write(model, folder)


def _translation_loss(tokenizer: PreTrainedTokenizerBase) -> Loss:
    codes = {code: tokenizer.convert_tokens_to_ids(flores) for code, flores in CODES.items()}
    tokenizer = tokenizer.backend_tokenizer

    def encode(code: str, text: str) -> list[int]:
        return [codes[code], *tokenizer.encode(text, add_special_tokens=False).ids, 2]

    def loss(model: torch.nn.Module, step: int) -> tuple[torch.Tensor, str]:
        rng = random.Random(f"translation model {step}")
        pairs = [mixture.pair(rng) for _ in range(PAIRS)]
        sources = _pad([encode(source, text) for source, _, text, _ in pairs], 1)
        targets = _pad([encode(target, text) for _, target, _, text in pairs], IGNORED)
        begins = torch.full((PAIRS, 1), 2, device=device())
        given = torch.cat([begins, targets[:, :-1].masked_fill(targets[:, :-1] == IGNORED, 1)], 1)
        logits = model(input_ids=sources, attention_mask=(sources != 1).long(), decoder_input_ids=given).logits
        value = cross_entropy(logits.float().reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=IGNORED)
        return value, f"loss {value.item():.3f}"

    return loss


def _pad(rows: list[list[int]], value: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows], device=device())


def _write(model: PreTrainedModel, folder: Path) -> None:
    model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="9MB")
