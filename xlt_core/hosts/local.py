"""The local host: a model folder or Hugging Face id, loaded into this process by transformers and peft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xlt_core import _pretrained
from xlt_core.hosts._plain import until
from xlt_core.records import InputError, Limits, Prompt, Reply

if TYPE_CHECKING:
    from xlt_core.hosts._batch import Item

HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


class LocalHost:
    """One base model in memory, with its adapters; several threads may use it at once.

    model: a folder, or a Hugging Face id. device, dtype: what is there and suits it, where left empty (bfloat16 on
    CUDA, else float32). threads: of the CPU. Raises InputError where there is no such model.
    """

    def __init__(
        self,
        model: str | Path,
        revision: str | None = None,
        device: str = "",
        dtype: str = "",
        threads: int | None = None,
    ) -> None:
        from xlt_core.hosts import _loading
        from xlt_core.hosts._engine import Engine
        from xlt_core.hosts._text import Text

        loaded = _loading.load(str(model), revision, device, dtype, threads)
        self._folder = loaded.folder
        self._where = f"local · {loaded.device} · {loaded.dtype}"
        self.name, self.revision, self.context = loaded.name, loaded.revision, loaded.context
        self._text = Text(loaded.tokenizer)
        self._engine = Engine(loaded.model, loaded.end)

    def describe(self) -> str:
        return f"{self._where} · {self.name} @ {self.revision[:8]}"

    def render(self, prompt: Prompt) -> str:
        return self._text.render(prompt)

    def count(self, prompt: Prompt) -> int:
        return len(self._text.encode([self.render(prompt)])[0])

    def adapters(self, language: str) -> tuple[str, ...]:
        """Names of the LoRA folders in the model's folder `adapters` that begin with the language, its own first."""
        found = sorted(self._folder.glob("adapters/*/adapter_config.json")) if self._folder else []
        names = [path.parent.name for path in found if path.parent.name.startswith(language)]
        return tuple(sorted(names, key=lambda name: (name != language, name)))

    def generate(
        self, prompts: Sequence[Prompt], adapter: str = "", limits: Limits = Limits()
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply), partial ones while they stream. tokens_in: the prompt's; tokens_out: those generated.

        Greedy at temperature 0, else seeded. Raises InputError for a prompt that leaves no room for an answer.
        """
        if not prompts:
            return
        sent, rows = self._encoded(prompts, room=1)
        most = [min(max(limits.tokens, 1), self.context - len(row)) for row in rows]

        def read(tokens: list[list[int]]) -> list[tuple[str, bool]]:
            return [until(text, limits.stop) for text in self._text.decode(tokens)]

        for index, out in self._engine.generate(rows, self._adapter(adapter), limits, most, read):
            text = out.text.lstrip(" ")
            # A partial letter of several tokens shows as a replacement sign until its last token has come.
            yield (
                index,
                Reply(
                    "answer",
                    sent[index],
                    text if out.final else text.rstrip("\N{REPLACEMENT CHARACTER}"),
                    len(rows[index]),
                    out.tokens,
                    out.seconds,
                    final=out.final,
                ),
            )

    def score(
        self, prompts: Sequence[Prompt], choices: Sequence[Sequence[str]], adapter: str = ""
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) with the log-likelihood (nats) of every choice, and as text the likeliest one.

        tokens_in: the prompt's; tokens_out: those of all choices, which run through the model too.
        """
        if not prompts:
            return
        sent, rows = self._encoded(prompts, room=0)
        items = [self._item(*one) for one in zip(sent, rows, choices, strict=True)]
        for index, out in self._engine.score(items, self._adapter(adapter)):
            values = dict(zip(choices[index], out.values, strict=True))
            tokens = sum(map(len, items[index].choices))
            yield (
                index,
                Reply(
                    "answer",
                    sent[index],
                    max(values, key=values.__getitem__),
                    len(rows[index]),
                    tokens,
                    out.seconds,
                    values,
                ),
            )

    def _encoded(self, prompts: Sequence[Prompt], room: int) -> tuple[list[str], list[list[int]]]:
        sent = [self.render(prompt) for prompt in prompts]
        rows = self._text.encode(sent)
        for row in rows:
            if not row:
                raise InputError("The prompt is empty; write a text.")
            self._check_length(len(row) + room)
        return sent, rows

    def _item(self, sent: str, row: list[int], choices: Sequence[str]) -> Item:
        """Splits the whole texts, prompt and choice, where the choices of the prompt begin to differ from it."""
        from xlt_core.hosts._batch import Item
        from xlt_core.hosts._cache import common_beginning

        if not choices:
            raise InputError("There is nothing to choose from; give at least one label.")
        wholes = self._text.encode([sent + self._text.continuation(choice) for choice in choices])
        self._check_length(max(map(len, wholes)))
        # Where a tokenizer joins the prompt's end with a choice's beginning, all choices are scored from before it.
        split = max(min(common_beginning((row, whole)) for whole in wholes), 1)
        return Item(wholes[0][:split], [whole[split:] for whole in wholes])

    def _check_length(self, tokens: int) -> None:
        if tokens > self.context:
            raise InputError(
                f"The prompt is too long for the model, which takes {self.context} tokens; "
                "shorten the text, or take fewer demonstrations."
            )

    def _adapter(self, adapter: str) -> str:
        """The engine's name for an adapter: one of the model's own, a LoRA folder, or a Hugging Face id."""
        if not adapter:
            return ""
        if adapter in self.adapters(""):
            return self._engine.load(str(self._folder / "adapters" / adapter), adapter)
        if (Path(adapter) / "adapter_config.json").is_file() or HUB_ID.fullmatch(adapter):
            return self._engine.load(_pretrained.adapter_folder(adapter), Path(adapter).name)
        have = ", ".join(self.adapters("")) or "none"
        raise InputError(
            f"There is no adapter {adapter!r} for {self.name} (it has {have}); "
            "name one of those, a LoRA folder or a Hugging Face id."
        )
