"""Translation models at work: how one gets into memory, and the search for the translations of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForSeq2SeqLM

from xlt_core.models import pretrained
from xlt_core.models.pool import Weights, taken
from xlt_core.records import InputError

WHAT = "translation model"
HALVED = "memory had no room for a whole batch of translations: it was halved"
Output = tuple[str, int, int]  # the translation, tokens in, tokens out


@dataclass(frozen=True)
class Search:
    """What is asked of the model. first: the token that a translation begins with; most: tokens of one at most."""

    first: int | None
    beams: int
    most: int


def configuration(path: str) -> Any:
    return pretrained.load(AutoConfig, path, WHAT)


def device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def precision() -> torch.dtype:
    return torch.bfloat16 if device() == "cuda" else torch.float32


def weights(path: str, name: str, config: Any) -> Weights:
    """The model as it goes on the shelf. Raises InputError where it is no translation model."""
    dtype = precision()
    try:
        with pretrained.BUILDING, torch.device("meta"):
            skeleton = AutoModelForSeq2SeqLM.from_config(config, trust_remote_code=False)
    except ValueError as error:
        raise InputError(f"No {WHAT} could be loaded from {path!r}; it is of the kind {config.model_type}.") from error

    def load() -> Any:
        return pretrained.load(AutoModelForSeq2SeqLM, path, WHAT, dtype=dtype).to(device()).eval()

    need = taken(skeleton.to(dtype)) * 6 // 5
    # A column that waits for its translator may itself be in the way, with the model that it is asking.
    return Weights(name, device(), need, lambda: pretrained.fetch(path), load, taken, urgent=True)


def translated(model: Any, tokenizer: Any, rows: Sequence[list[int]], search: Search) -> tuple[list[Output], str]:
    """The translation of each row of tokens, and a note; of a batch that memory has no room for, half by half."""
    try:
        return _searched(model, tokenizer, rows, search), ""
    except torch.OutOfMemoryError:
        if len(rows) == 1:
            raise
    middle = len(rows) // 2
    halves = [translated(model, tokenizer, half, search)[0] for half in (rows[:middle], rows[middle:])]
    return halves[0] + halves[1], HALVED


def _searched(model: Any, tokenizer: Any, rows: Sequence[list[int]], search: Search) -> list[Output]:
    batch = tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(model.device)
    # By each text's own length, so that what comes of it does not hang on its company in the batch.
    most = (2 * batch["attention_mask"].sum(1, keepdim=True) + 16).clamp(max=search.most)
    with torch.inference_mode():
        made = model.generate(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            forced_bos_token_id=search.first,
            num_beams=search.beams,
            do_sample=False,
            early_stopping=False,
            max_length=None,
            max_new_tokens=int(most.max()),
        )
    places = torch.arange(made.shape[1], device=made.device)  # the first is no new token
    made = made.masked_fill(places > most, tokenizer.pad_token_id)[:, 1 if search.first is None else 2 :]
    texts = tokenizer.batch_decode(made, skip_special_tokens=True)
    written = (made != tokenizer.pad_token_id).sum(1).tolist()
    return list(zip(texts, map(len, rows), written, strict=True))
