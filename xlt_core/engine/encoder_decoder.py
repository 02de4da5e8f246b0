"""Models with an encoder and a decoder, such as mT0, Aya-101 and ByT5, behind the same calls as the engine's others.

A prompt goes whole through the encoder, once; labels and generated texts are outputs of the decoder. Scoring runs the
decoder's first step once for each item, and copies its cache for each of the item's choices, which are rows of one
batch. Generation encodes its prompts in several forward passes, and decodes them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from types import SimpleNamespace

import torch
from torch.nn.functional import pad
from transformers import DynamicCache, EncoderDecoderCache, PreTrainedModel, PreTrainedTokenizerBase
from transformers.modeling_outputs import BaseModelOutput

from xlt_core.engine import batching, readout
from xlt_core.engine.base import BaseEngine, Decode, Output, Outputs
from xlt_core.engine.batching import Item
from xlt_core.engine.engine import Engine
from xlt_core.engine.generation import Row, choose_tokens
from xlt_core.engine.tokenization import PromptTokenizer, end_tokens_of_texts
from xlt_core.formats.outputs import one_begins_another
from xlt_core.records import InputError, Limits


class EncoderDecoderTokenizer(PromptTokenizer):
    """Prompts as inputs of an encoder, with what the tokenizer puts behind every text, and choices as whole outputs."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        super().__init__(tokenizer)
        self._behind = [] if self.chat else end_tokens_of_texts(tokenizer)

    def continuation(self, choice: str) -> str:
        """A choice as the decoder writes it: it begins an output."""
        return choice

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each whole text, with those that the tokenizer puts before and behind it."""
        return [row and row + self._behind for row in super().encode(texts)]

    def continuations(self, text: str, row: list[int], choices: Sequence[str]) -> tuple[int, list[list[int]]]:
        """The number of the text's tokens, all of which precede the choices, and the tokens of each choice."""
        with self._lock:
            return len(row), self._tokenize(choices)

    def ends(self, choices: Sequence[str]) -> list[list[int]]:
        """The end of the output behind each choice, where one begins another; else nothing."""
        if self.chat or not one_begins_another(choices) or self._tokenizer.eos_token_id is None:
            return super().ends(choices)
        return [[self._tokenizer.eos_token_id]] * len(choices)


@dataclass
class Decoding:
    """Encoded prompts, whose outputs are being decoded. states, mask: of the encoder, (rows, length, ...); cache: of
    the decoder; logits: of the last step, (rows, width, vocabulary)."""

    states: torch.Tensor
    mask: torch.Tensor
    cache: EncoderDecoderCache
    logits: torch.Tensor

    def select(self, rows: Sequence[int]) -> None:
        """Keeps these rows, in this order; a row may be taken several times."""
        indices = torch.tensor(rows, device=self.states.device)
        self.states, self.mask, self.logits = (given[indices] for given in (self.states, self.mask, self.logits))
        self.cache.batch_select_indices(indices)


class EncoderDecoderEngine(BaseEngine):
    """The engine of a model with an encoder. Raises InputError for one whose configuration names no first token."""

    def __init__(self, model: PreTrainedModel, end_tokens: frozenset[int]) -> None:
        super().__init__(model, end_tokens)
        self._first_tokens = first_tokens(model)
        self._vocabulary = model.get_input_embeddings().weight.shape[0]

    def score(self, items: Sequence[Item], adapter: str) -> Outputs:
        """Yields (index, output) with the log-likelihood of each choice, batch by batch."""
        sizes = [len(item.context) + item.packed_length for item in items]
        cached = [len(i.choices) * (len(i.context) + max(map(len, i.choices))) for i in items]
        read = max(sum(map(len, item.choices)) for item in items)
        max_rows = min(max(self.cache_tokens // max(cached), 1), readout.max_rows(read, self._vocabulary))

        def run(indices: list[int]) -> Outputs:
            with self._turn(adapter) as turn:
                scores = self._score([items[i] for i in indices])
            for index, values in zip(indices, scores, strict=True):
                yield index, Output(seconds=turn.seconds / len(indices), log_likelihoods=values)

        yield from self._run_batches(batching.by_length(sizes, max_rows, self.step_tokens), run)

    def generate(
        self, rows: Sequence[list[int]], adapter: str, limits: Limits, max_tokens: Sequence[int], decode: Decode
    ) -> Outputs:
        """Yields (index, output), partial ones while they stream. max_tokens: output tokens at most, per row."""
        longest = max(len(row) + most for row, most in zip(rows, max_tokens, strict=True))
        max_rows = max(self.cache_tokens // longest, 1)

        def run(indices: list[int]) -> Outputs:
            batch = [Row(index, rows[index], max_tokens[index], 0.0) for index in indices]
            yield from self._generate_together(batch, adapter, limits, decode)

        lengths = [len(row) for row in rows]
        yield from self._run_batches(batching.by_length(lengths, max_rows, max_rows * max(lengths)), run)

    def _generate_together(self, rows: list[Row], adapter: str, limits: Limits, decode: Decode) -> Outputs:
        """Encodes the prompts, then generates token by token, until all rows have finished."""
        encoded: list[Decoding] = []
        for indices in batching.by_length([len(row.prompt) for row in rows], len(rows), self.step_tokens):
            with self._turn(adapter) as turn:
                encoded.append(self._start([rows[i].prompt for i in indices]))
            for i in indices:
                rows[i].seconds += turn.seconds / len(indices)
            yield rows[indices[0]].index, Output(seconds=rows[indices[0]].seconds, final=False)
        with self._turn(adapter):  # by_length sorts as this batch is sorted: the longest first
            decoding = joined(encoded)
        yield from self._decode(decoding, rows, adapter, limits, decode)

    def _decode(self, decoding: Decoding, rows: list[Row], adapter: str, limits: Limits, decode: Decode) -> Outputs:
        streamed_at = perf_counter()
        while rows:
            with self._turn(adapter) as turn:
                if rows[0].generated:
                    self._step(decoding, self._tensor([row.generated[-1:] for row in rows]))
                choose_tokens(rows, decoding.logits[:, -1], limits)
            stream = perf_counter() - streamed_at >= self.stream_interval
            streamed_at = perf_counter() if stream else streamed_at
            for row, (text, stopped) in zip(rows, self._texts(rows, decode), strict=True):
                row.seconds += turn.seconds / len(rows)
                row.finished = stopped or len(row.generated) >= row.max_tokens
                if row.finished or stream:
                    yield row.index, Output(text, len(row.generated), row.seconds, final=row.finished)
            remaining = [number for number, row in enumerate(rows) if not row.finished]
            if remaining and len(remaining) < len(rows):
                decoding.select(remaining)
            rows = [rows[number] for number in remaining]

    def _score(self, items: Sequence[Item]) -> list[tuple[float, ...]]:
        """The log-likelihood of each choice as an output of the decoder."""
        decoding = self._start([item.context for item in items])
        choices = [choice for item in items for choice in item.choices]
        decoding.select([row for row, item in enumerate(items) for _ in item.choices])
        logits = decoding.logits
        inputs, _ = batching.pad_right([choice[:-1] for choice in choices])
        if inputs[0]:
            self._step(decoding, self._tensor(inputs))
            logits = torch.cat([logits, decoding.logits], 1)
        places = iter([[(row, *place) for place in enumerate(choice)] for row, choice in enumerate(choices)])
        wanted = readout.Readout([list(islice(places, len(item.choices))) for item in items])
        mask = wanted.mask(*logits.shape[:2])
        return wanted.log_likelihoods(logits[mask.to(self.device)], mask)

    def _start(self, prompts: Sequence[list[int]]) -> Decoding:
        """Runs the encoder, and the decoder's first tokens: the logits are those of the first token of an output."""
        ids, mask = (self._tensor(rows) for rows in batching.pad_right(prompts))
        states = self.model.get_encoder()(input_ids=ids, attention_mask=mask).last_hidden_state
        own = DynamicCache(config=self.model.config.get_text_config(decoder=True))
        decoding = Decoding(states, mask, EncoderDecoderCache(own, DynamicCache()), states)
        self._step(decoding, self._tensor([self._first_tokens] * len(prompts)))
        decoding.logits = decoding.logits[:, -1:]
        return decoding

    def _step(self, decoding: Decoding, ids: torch.Tensor) -> None:
        """Runs the decoder on the next tokens of every row, (rows, width)."""
        decoding.logits = self.model(
            encoder_outputs=BaseModelOutput(last_hidden_state=decoding.states),
            attention_mask=decoding.mask,
            decoder_input_ids=ids,
            past_key_values=decoding.cache,
            use_cache=True,
        ).logits

    @contextmanager
    def _turn(self, adapter: str) -> Iterator[SimpleNamespace]:
        """Locks the model for one forward pass, with the adapter set; .seconds is known afterwards."""
        turn = SimpleNamespace(seconds=0.0)
        with self.lock:
            self.adapters.use(adapter)
            started = perf_counter()
            with torch.inference_mode():
                yield turn
            turn.seconds = perf_counter() - started

    def _tensor(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        return torch.tensor(rows, device=self.device)


def joined(parts: Sequence[Decoding]) -> Decoding:
    """Batches that are at the same step, as one batch: what comes from the encoder is padded on the right."""
    longest = max(part.mask.shape[1] for part in parts)

    def joined_states(given: Sequence[torch.Tensor]) -> torch.Tensor:
        """Of (rows, ..., length, width)."""
        return torch.cat([pad(each, (0, 0, 0, longest - each.shape[-2])) for each in given])

    cache = parts[0].cache
    for number, layer in enumerate(cache.self_attention_cache.layers):
        layers = [part.cache.self_attention_cache.layers[number] for part in parts]
        layer.keys, layer.values = torch.cat([one.keys for one in layers]), torch.cat([one.values for one in layers])
    for number, layer in enumerate(cache.cross_attention_cache.layers):
        layers = [part.cache.cross_attention_cache.layers[number] for part in parts]
        layer.keys, layer.values = (
            joined_states([one.keys for one in layers]),
            joined_states([one.values for one in layers]),
        )
    mask = torch.cat([pad(part.mask, (0, longest - part.mask.shape[1])) for part in parts])
    states = joined_states([part.states for part in parts])
    return Decoding(states, mask, cache, torch.cat([part.logits for part in parts]))


def first_tokens(model: PreTrainedModel) -> list[int]:
    """What the decoder is given before an output: the start token, and the one that some models must begin with."""
    known, names = (model.generation_config, model.config), ("decoder_start_token_id", "bos_token_id")
    found = [getattr(where, name, None) for name in names for where in known]
    forced = getattr(model.generation_config, "forced_bos_token_id", None)
    tokens = [token for token in (next((one for one in found if one is not None), None), forced) if token is not None]
    vocabulary = range(model.get_input_embeddings().weight.shape[0])
    if not tokens or not all(isinstance(token, int) and token in vocabulary for token in tokens):
        raise InputError(
            "The model's configuration names no decoder_start_token_id of its vocabulary, by which an answer starts; "
            "save or download it again."
        )
    return tokens


def tokenizer_for(tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> PromptTokenizer:
    """The tokenizer of prompts for a model, with an encoder or without."""
    kind = EncoderDecoderTokenizer if model.config.is_encoder_decoder else PromptTokenizer
    return kind(tokenizer)


def engine_for(model: PreTrainedModel, end_tokens: frozenset[int]) -> BaseEngine:
    """The engine that runs a model, with an encoder or without."""
    kind = EncoderDecoderEngine if model.config.is_encoder_decoder else Engine
    return kind(model, end_tokens)
