"""What a language gains from English text beside its own, by its share of the text: the study of cloned languages.

After Schäfer et al. 2024 (arXiv 2404.07982): a clone of English has the same sentences in token ids of its own, so that
nothing but the grammar is shared. Each share is trained three times from zero, on the very same text of the language:
with English in the other rows of every batch; without these rows; and without English in batches as large, which are
fewer steps.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from xlt_core.pocket import _tokenizers, mixture
from xlt_core.pocket._train import Schedule, device, fit
from xlt_core.probing.bits_per_byte import bits_per_byte
from xlt_core.records import InputError
from xlt_core.world import world

CLONE = "clone"
LANGUAGES = (CLONE, *mixture.TARGETS)
SHARES = (0.025, 0.1, 0.25, 0.5)
STEPS = 240
ROWS, LENGTH = 40, 64  # rows a step, tokens a row
PIECES, TOKENIZER_TEXTS, NEW_TEXTS = 1000, 400, 100
KEPT = 3  # the first token ids, which have no text, are those of every language


@dataclass(frozen=True)
class Point:
    """One share of one language. tokens: that were read of the language. The others are bits per byte of new text:
    of the language, by the model that read English beside it, by the one that did not, in as many steps, and by the
    one that did not, in batches as large; and of English, by the first."""

    language: str
    share: float
    tokens: int
    beside: float
    alone: float
    batched: float
    english: float


class _Cloned:
    """A tokenizer whose ids are moved behind those of another."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer, self.bos_token_id = tokenizer, tokenizer.bos_token_id

    def __call__(self, texts: Sequence[str], **options: Any) -> dict[str, list[list[int]]]:
        rows, step = self._tokenizer(texts, **options)["input_ids"], len(self._tokenizer)
        return {"input_ids": [[token if token < KEPT else token + step for token in row] for row in rows]}


def measure(language: str, shares: Sequence[float] = SHARES, steps: int = STEPS) -> Iterator[Point]:
    """A point for each share, in order, as soon as its three models are trained.

    language: `clone`, or one of the world's. Raises InputError where a share is less than a row of the batch, or all.
    """
    if language not in LANGUAGES:
        raise InputError(f"The study has no language {language!r}; choose one of {', '.join(LANGUAGES)}.")
    for share in shares:
        if not 1 <= round(share * ROWS) < ROWS:
            raise InputError(f"{share} is no share of {ROWS} rows; choose one from {1 / ROWS} to {1 - 1 / ROWS}.")
    with tempfile.TemporaryDirectory() as folder:
        english = _tokenizers.causal(_texts(language), PIECES, Path(folder))
        own = _Cloned(english) if language == CLONE else english
        told = "eng" if language == CLONE else language
        new = list(islice(world.documents(told, seed=2), NEW_TEXTS))
        new_english = list(islice(world.documents("eng", seed=3), NEW_TEXTS))
        for share in shares:
            rows, models = round(share * ROWS), []
            for count, others, updates in (
                (rows, ROWS - rows, steps),
                (rows, 0, steps),
                (ROWS, 0, _fewer(steps, rows)),
            ):
                streams = [(_rows(own, told, 0), count), (_rows(english, "eng", 1), others)]
                models.append(_train(len(english) * (1 + (language == CLONE)), streams, updates, Path(folder)))
            bits = [bits_per_byte(model, own, new) for model in models]  # type: ignore[arg-type]
            yield Point(language, share, rows * LENGTH * steps, *bits, bits_per_byte(models[0], english, new_english))


def _fewer(steps: int, rows: int) -> int:
    """The steps in which whole batches hold as many rows."""
    return max(1, steps * rows // ROWS)


def _texts(language: str) -> Iterator[str]:
    """What the tokenizer is trained on: as much of each language."""
    rng = random.Random("imbalance tokenizer")
    for code in ("eng",) if language == CLONE else ("eng", language):
        yield from (world.document(rng, code) for _ in range(TOKENIZER_TEXTS))


def _rows(tokenizer: Any, code: str, seed: int) -> Iterator[list[int]]:
    """Endless rows of tokens of unlabelled text."""
    ids: list[int] = []
    for text in world.documents(code, seed):
        ids += tokenizer([f"{text}\n"])["input_ids"][0]
        while len(ids) >= LENGTH:
            yield ids[:LENGTH]
            ids = ids[LENGTH:]


def _train(
    vocabulary: int, streams: Sequence[tuple[Iterator[list[int]], int]], steps: int, folder: Path
) -> LlamaForCausalLM:
    """A new model that reads so many rows of each stream in every step."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=96,
            intermediate_size=256,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=LENGTH,
            tie_word_embeddings=True,
        )
    ).to(device())

    def loss(model: torch.nn.Module, step: int) -> tuple[torch.Tensor, str]:
        batch = torch.tensor([row for rows, count in streams for row in islice(rows, count)], device=device())
        return model(input_ids=batch, labels=batch).loss, ""

    checkpoint = folder / "checkpoint.pt"
    checkpoint.unlink(missing_ok=True)  # of the model before
    fit(model, loss, Schedule(steps, 1.5e-3, min(20, max(1, steps // 5))), checkpoint, lambda line: None)
    return model
