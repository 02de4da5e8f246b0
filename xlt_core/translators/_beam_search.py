"""Loads a translation model, and translates batches with it, greedily or by beam search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForSeq2SeqLM

from xlt_core.models import pretrained
from xlt_core.models.pool import ModelLoader, model_bytes
from xlt_core.records import InputError

KIND = "translation model"
HALVED = "memory had no room for a whole batch of translations: it was halved"
Output = tuple[str, int, int]  # the translation, tokens in, tokens out


@dataclass(frozen=True)
class SearchOptions:
    """forced_first_token: the token that a translation must start with; max_tokens: of one translation; number: of
    translations for each text."""

    forced_first_token: int | None
    beams: int
    max_tokens: int
    number: int = 1


def load_config(path: str) -> Any:
    return pretrained.load(AutoConfig, path, KIND)


def device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def precision() -> torch.dtype:
    return torch.bfloat16 if device() == "cuda" else torch.float32


def loader(path: str, name: str, config: Any) -> ModelLoader:
    """How the model gets into the pool. Raises InputError if it is no translation model."""
    dtype = precision()
    try:
        with pretrained.BUILD_LOCK, torch.device("meta"):
            skeleton = AutoModelForSeq2SeqLM.from_config(config, trust_remote_code=False)
    except ValueError as error:
        raise InputError(f"No {KIND} could be loaded from {path!r}; it is of the kind {config.model_type}.") from error

    def load() -> Any:
        return pretrained.load(AutoModelForSeq2SeqLM, path, KIND, dtype=dtype).to(device()).eval()

    bytes_needed = model_bytes(skeleton.to(dtype)) * 6 // 5
    # Urgent: the caller that waits for its translator may itself keep a language model in use.
    return ModelLoader(
        name, device(), bytes_needed, lambda: pretrained.fetch_weights(path), load, model_bytes, urgent=True,
        parameters=sum(parameter.numel() for parameter in skeleton.parameters()),
    )  # fmt: skip


def translate_batch(
    model: Any, tokenizer: Any, rows: Sequence[list[int]], options: SearchOptions
) -> tuple[list[list[Output]], str]:
    """Each row's translations, the best first, and a note; a batch for which memory runs out is halved."""
    try:
        return _beam_search(model, tokenizer, rows, options), ""
    except torch.OutOfMemoryError:
        if len(rows) == 1:
            raise
    middle = len(rows) // 2
    halves = [translate_batch(model, tokenizer, half, options)[0] for half in (rows[:middle], rows[middle:])]
    return halves[0] + halves[1], HALVED


def _beam_search(model: Any, tokenizer: Any, rows: Sequence[list[int]], options: SearchOptions) -> list[list[Output]]:
    batch = tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(model.device)
    # By each text's own length, so that its translation does not depend on the rest of the batch.
    max_tokens = (2 * batch["attention_mask"].sum(1, keepdim=True) + 16).clamp(max=options.max_tokens)
    with torch.inference_mode():
        output = model.generate(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            forced_bos_token_id=options.forced_first_token,
            num_beams=max(options.beams, options.number),
            num_return_sequences=options.number,
            do_sample=False,
            early_stopping=False,
            max_length=None,
            max_new_tokens=int(max_tokens.max()),
        )
    max_tokens = max_tokens.repeat_interleave(options.number, 0)
    positions = torch.arange(output.shape[1], device=output.device)  # the first one is no new token
    output = output.masked_fill(positions > max_tokens, tokenizer.pad_token_id)[
        :, 1 if options.forced_first_token is None else 2 :
    ]
    texts = tokenizer.batch_decode(output, skip_special_tokens=True)
    lengths = (output != tokenizer.pad_token_id).sum(1).tolist()
    made = list(zip(texts, (len(row) for row in rows for _ in range(options.number)), lengths, strict=True))
    return [made[start : start + options.number] for start in range(0, len(made), options.number)]
