"""The local host: a model folder or Hugging Face id, loaded into this process by transformers and peft."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core.contracts import Host
from xlt_core.engine.plain_prompts import until
from xlt_core.models import adapted as adapters_known
from xlt_core.models import hub, pretrained
from xlt_core.models.digest import digest
from xlt_core.models.pool import SHELF, Lease, Shelf, Weights, taken
from xlt_core.records import InputError, Limits, Prompt, Reply

if TYPE_CHECKING:
    from xlt_core.engine.batching import Item
    from xlt_core.engine.engine import Engine
    from xlt_core.models.loading import Known

HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


class LocalHost:
    """One base model with its adapters; several threads may use it at once.

    model: a folder, or a Hugging Face id; with #4bit behind it, in weights of four bits. device, dtype: what is there
    and suits it, where left empty. threads: of the CPU. The weights are read when they are first needed, and leave the
    shelf when others need their room. Raises InputError where there is no such model.
    """

    def __init__(
        self,
        model: str | Path,
        revision: str | None = None,
        device: str = "",
        dtype: str = "",
        threads: int | None = None,
        shelf: Shelf = SHELF,
    ) -> None:
        import torch

        from xlt_core.engine.tokenization import Text
        from xlt_core.models import loading

        if threads:
            torch.set_num_threads(threads)
        self._known = known = loading.look(str(model), revision, device, dtype)
        self.name, self.revision, self.context = known.name, known.revision, known.context
        self._text, self._shelf, self._key = Text(known.tokenizer), shelf, object()
        self._weights = _weights(known)
        self._adapted: dict[tuple[str, int], Host] = {}
        weakref.finalize(self, shelf.drop, self._key)

    def describe(self) -> str:
        form = "4 bits" if self._known.form else str(self._known.dtype).removeprefix("torch.")
        return f"local · {self._known.device} · {form} · {self.name} @ {self.revision[:8]}"

    def identity(self, adapter: str = "") -> str:
        """What answers, and how it is run: where this is the same, a prompt gets the same answer."""
        reader, known = self.adapted(adapter), self._known
        if reader is not self:
            return reader.identity()
        weights = digest(Path(pretrained.adapter_folder(self._source(adapter)))) if adapter else ""
        return f"{known.device} · {known.form or known.dtype} · {self.revision} · {weights}"

    def render(self, prompt: Prompt) -> str:
        return self._text.render(prompt)

    def count(self, prompt: Prompt) -> int:
        return len(self._text.encode([self.render(prompt)])[0])

    def ready(self) -> None:
        """Returns when the weights are in memory, for whoever wants the first answer soon."""
        with self._lease() as lease:
            assert lease.model

    def adapters(self, language: str) -> tuple[str, ...]:
        """Names of the adapted weights for a language: those in the model's folder `adapters`, the language's own
        first, then those that were made here, and those that others have published for this model."""
        own = [name for name in adapters_known.in_folder(self._known.place) if name.startswith(language)]
        here = [name for name in adapters_known.made_here(self.name, self.revision, language) if name not in own]
        return (*sorted(own, key=lambda name: (name != language, name)), *here,
                *adapters_known.published(self._known.source, language))  # fmt: skip

    def adapted(self, adapter: str) -> Host:
        """Who reads the prompts for an adapter: this host for LoRA, for full weights another with its own tokenizer.

        adapter: one of the model's own, a folder, or a Hugging Face id. Raises InputError where it does not fit.
        """
        if not adapter:
            return self
        source = self._source(adapter)
        key = (source, adapters_known.changed(source))
        if key not in self._adapted:
            self._adapted[key] = self._fitted(source, Path(adapter).name)
        return self._adapted[key]

    def generate(
        self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while they stream. tokens_in: the prompt's; tokens_out: those generated.

        Greedy at temperature 0, else seeded. Raises InputError for a prompt that leaves no room for an answer.
        """
        other = self.adapted(adapter)
        if other is not self:
            yield from other.generate(prompts, limits=limits)
        if not prompts or other is not self:
            return
        sent, rows = self._encoded(prompts, room=1)
        most = [min(max(limits.tokens, 1), self.context - len(row)) for row in rows]

        def read(tokens: list[list[int]]) -> list[tuple[str, bool]]:
            return [until(text, limits.stop) for text in self._text.decode(tokens)]

        with self._lease() as lease:
            yield from self._waiting(lease, sent[0])
            for index, out in lease.model.generate(rows, self._loaded(lease, adapter), limits, most, read):
                text = out.text.lstrip(" ")
                # A partial letter of several tokens shows as a replacement sign until its last token has come.
                text = text if out.final else text.rstrip("\N{REPLACEMENT CHARACTER}")
                yield index, Reply("answer", sent[index], text, len(rows[index]), out.tokens, out.seconds,
                                   final=out.final, note=out.note)  # fmt: skip

    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) with the log-likelihood (nats) of every choice, and as text the likeliest one; where
        one choice begins another, of all up to the end of the answer (see plain_prompts.one_begins_another).

        tokens_in: the prompt's; tokens_out: those of all choices, which run through the model too.
        """
        other = self.adapted(adapter)
        if other is not self:
            yield from other.score(prompts, choices)
        if not prompts or other is not self:
            return
        sent, rows = self._encoded(prompts, room=0)
        items = [self._item(*one) for one in zip(sent, rows, choices, strict=True)]
        with self._lease() as lease:
            yield from self._waiting(lease, sent[0])
            for index, out in lease.model.score(items, self._loaded(lease, adapter)):
                values = dict(zip(choices[index], out.values, strict=True))
                tokens, likeliest = sum(map(len, items[index].choices)), max(values, key=values.__getitem__)
                yield index, Reply("answer", sent[index], likeliest, len(rows[index]), tokens, out.seconds, values,
                                   note=out.note)  # fmt: skip

    def _encoded(self, prompts: Sequence[Prompt], room: int) -> tuple[list[str], list[list[int]]]:
        sent = [self.render(prompt) for prompt in prompts]
        rows = self._text.encode(sent)
        for row in rows:
            if not row:
                raise InputError("The prompt is empty; write a text.")
            self._check_length(len(row) + room)
        return sent, rows

    def _item(self, sent: str, row: list[int], choices: Sequence[str]) -> Item:
        """The prompt's tokens up to where its choices begin, and those of each choice, with its end where one begins
        another."""
        from xlt_core.engine.batching import Item

        if not choices:
            raise InputError("There is nothing to choose from; give at least one label.")
        split, rest = self._text.continuations(sent, row, choices)
        rest = [tokens + end for tokens, end in zip(rest, self._text.ends(choices), strict=True)]
        self._check_length(split + max(map(len, rest)))
        return Item(row[:split], rest)

    def _check_length(self, tokens: int) -> None:
        if tokens > self.context:
            raise InputError(
                f"The prompt is too long for the model, which takes {self.context} tokens; "
                "shorten the text, or take fewer demonstrations."
            )

    @property
    def _engine(self) -> Engine:
        """The engine, which stays as long as there is room for it."""
        with self._lease() as lease:
            return lease.model

    def _lease(self) -> AbstractContextManager[Lease]:
        return self._shelf.lease(self._key, self._weights)

    def _waiting(self, lease: Lease, sent: str) -> Iterator[tuple[int, Reply]]:
        """Something to yield until the weights are there, so that the caller may stop, or end what is in their way."""
        while not lease.ready():
            yield 0, Reply("answer", sent, "", final=False, note=hub.progress(self._known.source))

    def _loaded(self, lease: Lease, adapter: str) -> str:
        """The engine's name for a LoRA adapter, which it loads on first use."""
        if not adapter:
            return ""
        source = self._source(adapter)
        return lease.model.load(pretrained.adapter_folder(source), Path(adapter).name)

    def _source(self, adapter: str) -> str:
        """The folder or Hugging Face id that an adapter's name stands for."""
        own = adapters_known.made_here(self.name, self.revision) | adapters_known.in_folder(self._known.place)
        if adapter in own:
            return own[adapter]
        if adapters_known.is_adapter(adapter) or HUB_ID.fullmatch(adapter):
            return adapter
        have = ", ".join(own) or "none"
        raise InputError(
            f"There is no adapter {adapter!r} for {self.name} (it has {have}); "
            "name one of those, a folder or a Hugging Face id."
        )

    def _fitted(self, source: str, label: str) -> Host:
        """Who reads the prompts for the adapted weights. Raises InputError where they do not fit."""
        from xlt_core.engine import adapters as adapters_module
        from xlt_core.models import loading

        if adapters_known.is_lora(source):
            adapters_module.check_fit(self._known.skeleton, pretrained.adapter_folder(source), label)
            return self
        known = self._known
        form = f"#{known.form}" * bool(known.form)
        other = LocalHost(source + form, device=known.device, dtype=str(known.dtype)[6:], shelf=self._shelf)
        loading.check_alike(known, other._known)
        return other


def _weights(known: Known) -> Weights:
    from xlt_core.engine.engine import Engine
    from xlt_core.models import loading

    return Weights(
        known.name,
        known.device,
        known.need,
        lambda: loading.fetch(known),
        lambda: Engine(loading.read(known), known.end),
        lambda engine: taken(engine.model),
    )
