"""The local host: a model folder or Hugging Face id, loaded into this process by transformers and peft."""

from __future__ import annotations

import copy
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core.contracts import Host
from xlt_core.engine.plain_prompts import cut_at_stop
from xlt_core.hosts._model_loader import loader
from xlt_core.hosts._states import ReadsStates
from xlt_core.hosts._tokens import check
from xlt_core.language_table import other_scripts
from xlt_core.models import hub, pretrained
from xlt_core.models.adapted import in_folder, is_lora, made_here, modified_at, objective_in, published, source_of
from xlt_core.models.digest import digest
from xlt_core.models.pool import POOL, ModelHandle, ModelLoader, ModelPool, UrgentPool
from xlt_core.records import InputError, Limits, Prompt, Reply

if TYPE_CHECKING:
    from xlt_core.engine.base import BaseEngine
    from xlt_core.engine.batching import Item


class LocalHost(ReadsStates):
    """One base model with its adapters; several threads may use it at once. way: known once the model is loaded.

    model: a folder, or a Hugging Face id; with #4bit after it, in weights of four bits. device, dtype: chosen by the
    machine and the model if empty. threads: of the CPU. The weights are loaded when they are first needed, and evicted
    from the pool when others need their room. Raises InputError if there is no such model.
    """

    way, _soft_prompt, _soft_length = "", "", 0

    def __init__(
        self,
        model: str | Path,
        revision: str | None = None,
        device: str = "",
        dtype: str = "",
        threads: int | None = None,
        pool: ModelPool | UrgentPool = POOL,
    ) -> None:
        import torch

        from xlt_core.engine.encoder_decoder import tokenizer_for
        from xlt_core.models import loading

        if threads:
            torch.set_num_threads(threads)
        self._model = description = loading.describe(str(model), revision, device, dtype)
        self.name, self.revision, self.context = description.name, description.revision, description.context
        self.parameters, self.bytes_needed = description.parameters, description.bytes_needed
        self._tokenizer = tokenizer_for(description.tokenizer, description.skeleton)
        self._vocabulary = description.skeleton.get_input_embeddings().weight.shape[0]
        self._pool, self._key, self._loader = pool, object(), loader(description)
        self._adapted: dict[tuple[str, int], Host] = {}
        self._copies: dict[str, tuple[object, ModelLoader]] = {}  # of the base model, for adapters that rewrite it
        weakref.finalize(self, pool.evict, self._key)

    def describe(self) -> str:
        precision = "4 bits" if self._model.quantization else str(self._model.dtype).removeprefix("torch.")
        way = f" · {self.way}" * bool(self.way)
        return f"local · {self._model.device} · {precision} · {self.name} @ {self.revision[:8]}{way}"

    def identity(self, adapter: str = "") -> str:
        """What answers, and in which precision: if this is the same, a prompt gets the same answer."""
        reader, model = self.adapted(adapter), self._model
        if reader is not self:
            return reader.identity()
        adapter = adapter or self._soft_prompt
        weights = digest(Path(pretrained.adapter_folder(self._source(adapter)))) if adapter else ""
        return f"{model.device} · {model.quantization or model.dtype} · {self.revision} · {weights}"

    def render(self, prompt: Prompt) -> str:
        return self._tokenizer.render(prompt)

    def count(self, prompt: Prompt) -> int:
        return len(self._tokenizer.encode([self.render(prompt)])[0])

    def ready(self) -> str:
        """Loads the weights, so that the first answer comes soon; returns how prompts run, and why not faster."""
        self.way = str(self._engine.way)
        return self.way

    def adapters(self, language: str, objective: str = "laft") -> tuple[str, ...]:
        """Names of the weights adapted to a language by an objective: those in the model's folder `adapters`, the one
        with the language's own name first, then those made locally, then what others have published for this model."""
        others = other_scripts(language)
        own = [
            name
            for name, folder in in_folder(self._model.folder).items()
            if name.startswith(language) and not name.startswith(others) and objective_in(folder) == objective
        ]
        made = made_here(self.name, self.revision, language)
        local = [name for name, folder in made.items() if name not in own and objective_in(folder) == objective]
        public = published(self._model.source, language) if objective == "laft" else ()
        return (*sorted(own, key=lambda name: (name != language, name)), *local, *public)

    def adapted(self, adapter: str) -> Host:
        """The host that runs an adapter: this one for LoRA, for a soft prompt one that puts it before every text, and
        for full weights one with their own tokenizer.

        adapter: one of the model's own, a folder, or a Hugging Face id. Raises InputError if it does not fit.
        """
        if not adapter:
            return self
        source = self._source(adapter)
        key = (source, modified_at(source))
        if key not in self._adapted:
            self._adapted[key] = self._host_of(source, Path(adapter).name)
        return self._adapted[key]

    def generate(
        self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while they stream. tokens_in: of the prompt; tokens_out: generated.

        Greedy at temperature 0, else seeded. Raises InputError for a prompt that leaves no room for an answer.
        """
        other = self.adapted(adapter)
        if other is not self:
            yield from other.generate(prompts, limits=limits)
        if not prompts or other is not self:
            return
        sent, rows = self._encode(prompts, min_answer=1)
        max_tokens = [min(max(limits.tokens, 1), self.context - len(row)) for row in rows]

        def decode(tokens: list[list[int]]) -> list[tuple[str, bool]]:
            return [cut_at_stop(text, limits.stop) for text in self._tokenizer.decode(tokens)]

        with self._use_model(adapter) as handle:
            yield from self._until_loaded(handle, sent[0])
            name = self._load_adapter(handle, adapter)
            for index, out in handle.model.generate(rows, name, limits, max_tokens, decode):
                text = out.text.lstrip(" ")
                # A character of several tokens decodes to replacement characters until its last token has come.
                text = text if out.final else text.rstrip("\N{REPLACEMENT CHARACTER}")
                yield index, Reply("answer", sent[index], text, len(rows[index]), out.tokens, out.seconds,
                                   final=out.final, note=out.note)  # fmt: skip

    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) with the log-likelihood (nats) of every choice, and as text the likeliest one; where
        one choice begins another, of all up to the end of the answer (see formats.outputs.one_begins_another).

        tokens_in: of the prompt; tokens_out: of all choices, which run through the model too.
        """
        other = self.adapted(adapter)
        if other is not self:
            yield from other.score(prompts, choices)
        if not prompts or other is not self:
            return
        sent, rows = self._encode(prompts, min_answer=0)
        items = [self._item(*one) for one in zip(sent, rows, choices, strict=True)]
        with self._use_model(adapter) as handle:
            yield from self._until_loaded(handle, sent[0])
            for index, out in handle.model.score(items, self._load_adapter(handle, adapter)):
                values = dict(zip(choices[index], out.log_likelihoods, strict=True))
                tokens, likeliest = sum(map(len, items[index].choices)), max(values, key=values.__getitem__)
                yield index, Reply("answer", sent[index], likeliest, len(rows[index]), tokens, out.seconds, values,
                                   note=out.note)  # fmt: skip

    def _encode(self, prompts: Sequence[Prompt], min_answer: int) -> tuple[list[str], list[list[int]]]:
        sent = [self.render(prompt) for prompt in prompts]
        rows = self._tokenizer.encode(sent)
        for row in rows:
            if not row:
                raise InputError("The prompt is empty; write a text.")
            self._check_tokens(row, len(row) + min_answer)
        return sent, rows

    def _item(self, sent: str, row: list[int], choices: Sequence[str]) -> Item:
        """The prompt's tokens up to where the choices start, and those of each choice, with its end where one begins
        another."""
        from xlt_core.engine.batching import Item

        if not choices:
            raise InputError("There is nothing to choose from; give at least one label.")
        split, rest = self._tokenizer.continuations(sent, row, choices)
        rest = [tokens + end for tokens, end in zip(rest, self._tokenizer.ends(choices), strict=True)]
        self._check_tokens([token for tokens in rest for token in tokens], split + max(map(len, rest)))
        return Item(row[:split], rest)

    def _check_tokens(self, tokens: Sequence[int], length: int) -> None:
        check(tokens, length, self._vocabulary + self._soft_length, self.context, self._model.folder)

    @property
    def _engine(self) -> BaseEngine:
        """The engine, which is in memory until it is evicted."""
        with self._use_model() as handle:
            return handle.model

    def _use_model(self, adapter: str = "") -> AbstractContextManager[ModelHandle]:
        """The base model; for an adapter that rewrites parts of it, a copy that no other adapter uses."""
        copy = self._copies.get(self._source(adapter)) if adapter else None
        return self._pool.use(*copy or (self._key, self._loader))

    def _until_loaded(self, handle: ModelHandle, sent: str) -> Iterator[tuple[int, Reply]]:
        """Yields empty partial replies until the weights are loaded, so that the caller may stop, or free memory."""
        while not handle.wait():
            yield 0, Reply("answer", sent, "", final=False, note=hub.progress(self._model.source, self.name))
        self.way = str(handle.model.way)

    def _load_adapter(self, handle: ModelHandle, adapter: str) -> str:
        """The engine's name for an adapter, which it loads on first use."""
        adapter = adapter or self._soft_prompt
        if not adapter:
            return ""
        source = self._source(adapter)
        return handle.model.load(pretrained.adapter_folder(source), Path(adapter).name)

    def _source(self, adapter: str) -> str:
        """The folder or Hugging Face id that an adapter's name stands for."""
        return source_of(adapter, self.name, self.revision, self._model.folder)

    def _host_of(self, source: str, label: str) -> Host:
        """The host that runs the adapted weights. Raises InputError if they do not fit."""
        from xlt_core.engine.adapter_files import shares_base, soft_prompt_length
        from xlt_core.models import loading

        if is_lora(source):
            if length := soft_prompt_length(self._model.skeleton, pretrained.adapter_folder(source), label):
                return self._with_soft_prompt(source, length)
            if source in self._copies:  # made for other files in the same folder
                self._pool.evict(self._copies.pop(source)[0])
            if not shares_base(self._model.skeleton, pretrained.adapter_folder(source), label):
                self._copies[source] = object(), loader(self._model, f" + {label}")
                weakref.finalize(self, self._pool.evict, self._copies[source][0])
            return self
        model = self._model
        suffix = f"#{model.quantization}" * bool(model.quantization)
        other = LocalHost(source + suffix, device=model.device, dtype=str(model.dtype)[6:], pool=self._pool)
        loading.check_same_architecture(model, other._model)
        return other

    def _with_soft_prompt(self, source: str, length: int) -> LocalHost:
        """This host, on the same weights, with a soft prompt before every text."""
        from xlt_core.engine.tokenization import SoftPromptTokenizer

        other = copy.copy(self)
        other._tokenizer = SoftPromptTokenizer(self._tokenizer, self._vocabulary, length)
        other._soft_prompt, other._soft_length = source, length
        return other
