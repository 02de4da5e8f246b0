"""What the engines have in common: a model with its adapters and its lock, the size of batches, and what they yield."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from transformers import PreTrainedModel

from xlt_core.engine import batching, kv_cache
from xlt_core.engine.adapters import Adapters
from xlt_core.engine.generation import Row
from xlt_core.models.fair_lock import FairLock

Decode = Callable[[list[list[int]]], list[tuple[str, bool]]]  # output tokens -> text so far, and whether a stop came


@dataclass(frozen=True)
class Output:
    """log_likelihoods: of each choice, in nats. tokens: generated. seconds: the item's share of the forward passes.
    note: what a user should know about how the output was computed."""

    text: str = ""
    tokens: int = 0
    seconds: float = 0.0
    log_likelihoods: tuple[float, ...] = ()
    final: bool = True
    note: str = ""


Outputs = Iterator[tuple[int, Output]]


class BaseEngine:
    """One model with its adapters, safe for several threads.

    step_tokens: tokens of a forward pass at most; cache_tokens: tokens in a batch's KV cache at most;
    stream_interval: seconds between partial outputs. end_tokens: the tokens that end an output. way: how prompts run,
    as a text for a reader.
    """

    way: object = "fast: each prompt encoded once, choices as rows"

    def __init__(self, model: PreTrainedModel, end_tokens: frozenset[int]) -> None:
        self.model, self.end_tokens, self.device = model.eval(), end_tokens, model.device
        self.adapters, self.lock = Adapters(model), FairLock()
        self.step_tokens = batching.step_tokens(model.num_parameters(), self.device.type)
        self.cache_tokens = batching.cache_bytes(self.device) // kv_cache.bytes_per_token(model.config, model.dtype)
        self.stream_interval = 0.05

    def load(self, source: str, label: str) -> str:
        """The name under which an adapter runs; loads it on first use. Raises InputError if it does not fit."""
        with self.lock:
            return self.adapters.load(source, label)

    @torch.inference_mode()
    def states(self, row: Sequence[int]) -> list[list[float]]:
        """A vector for each token of a text: the states behind the middle one of the layers, of the encoder if any."""
        encoder = self.model.get_encoder() if self.model.config.is_encoder_decoder else self.model.base_model
        ids = torch.tensor([list(row)], device=self.device)
        with self.lock:
            self.adapters.use("")
            found = encoder(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True).hidden_states
        return found[len(found) // 2][0].float().tolist()

    def _texts(self, rows: Sequence[Row], decode: Decode) -> list[tuple[str, bool]]:
        """The text of each row, and whether an end token or a stop string ended it."""
        ended = [row.generated[-1] in self.end_tokens for row in rows]
        texts = decode([row.generated[:-1] if end else row.generated for row, end in zip(rows, ended, strict=True)])
        return [(text, stopped or end) for (text, stopped), end in zip(texts, ended, strict=True)]

    def _run_batches(self, batches: list[list[int]], run: Callable[[list[int]], Outputs]) -> Outputs:
        """Runs the batches; one that does not fit into memory runs again in halves, with a note."""
        queued, note = batches[::-1], ""
        while queued:
            batch = queued.pop()
            unfinished = set(batch)
            try:
                for index, output in run(batch):
                    if output.final:
                        unfinished.discard(index)
                    yield index, replace(output, note=note)
            except RuntimeError as error:
                note = batching.HALVED
                queued += batching.split_after(error, [i for i in batch if i in unfinished])
