"""Machine translation in process: NLLB-200, M2M100, MADLAD-400 and models of their form, by sentences, in batches."""

from __future__ import annotations

import time
import weakref
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from xlt_core.models import hub, pretrained
from xlt_core.models.pool import SHELF, Shelf, Weights
from xlt_core.records import InputError, Language, Reply
from xlt_core.translators._families import Family, family
from xlt_core.translators._sentences import Draft, Piece, pieces

BATCH_TOKENS = {"cpu": 1024, "cuda": 8192}
WINDOW = 256  # pieces that are sorted by length at once
LONGEST_PIECE = 128  # tokens; what is longer, such models begin to leave out
REMEMBERED = 50_000
ENGLISH = Language("eng", "English", flores="eng_Latn", aliases=("en",))


@dataclass(frozen=True)
class Ready:
    """A piece ready for the model. tokens: with those that tell the languages."""

    draft: Draft
    number: int
    tokens: list[int]


class Seq2Seq:
    """A translation model, which is read when it is first needed, and leaves the shelf when others need its room.

    path: a folder or a Hub id.
    """

    def __init__(self, path: str | Path, name: str = "", shelf: Shelf = SHELF) -> None:
        self.path, self.name = str(path), name or str(path)
        self._lock, self._shelf, self._key = Lock(), shelf, object()
        weakref.finalize(self, shelf.drop, self._key)
        self._memory: dict[tuple[str, str, str, int], Reply] = {}

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return pretrained.load(AutoTokenizer, self.path, "translation model")

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        # M2M100 keeps its languages apart.
        return frozenset((*self._tokenizer.get_vocab(), *getattr(self._tokenizer, "lang_token_to_id", ())))

    @cached_property
    def _family(self) -> Family:
        return family(self._vocabulary, ENGLISH, self.name)

    @cached_property
    def _config(self) -> Any:
        from xlt_core.translators._search import configuration

        return configuration(self.path)

    @cached_property
    def _weights(self) -> Weights:
        from xlt_core.translators._search import weights

        return weights(self.path, self.name, self._config)

    @cached_property
    def _most(self) -> int:
        """The tokens that the model takes or writes at most."""
        named = (getattr(self._config, key, None) for key in ("max_position_embeddings", "n_positions"))
        return min(next(filter(None, named), 512), 512) - 2

    @cached_property
    def revision(self) -> str:
        """The Hub's commit, or a digest of the folder's weights."""
        return pretrained.revision_at(self.path, self._config.name_or_path)

    def identity(self) -> str:
        """What translates, and how it is run: where this is the same, a text gets the same translation."""
        from xlt_core.translators._search import device, precision

        return f"{device()} · {precision()} · {self.revision}"

    def ready(self) -> None:
        """Returns when the weights are in memory, for whoever wants the first answer soon."""
        with self._shelf.lease(self._key, self._weights) as lease:
            assert lease.model

    def lacks(self, language: Language) -> bool:
        return self._family.code(language, self._vocabulary) is None

    def _require(self, language: Language) -> str:
        code = self._family.code(language, self._vocabulary)
        if code is None:
            raise InputError(
                f"The translator {self.name} does not know {language.name} ({language.code}); "
                "choose another translator or leave out translate."
            )
        return code

    def translate(
        self, texts: Sequence[str], source: Language, target: Language, beams: int = 1
    ) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) as batches end, the short texts first; partial ones for texts of many batches."""
        pair = self._require(source), self._require(target)
        waiting: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            known = self._memory.get((text, *pair, beams))
            if known:
                yield index, known
            elif not text.strip():
                yield index, Reply("translate", text, text)
            else:
                waiting.setdefault(text, []).append(index)
        if not waiting:
            return
        with self._shelf.lease(self._key, self._weights) as lease:
            (index, *_), *_ = waiting.values()
            while not lease.ready():  # whoever waits may stop, or end what is in the model's way
                yield index, Reply("translate", texts[index], "", final=False, note=hub.progress(self.path))
            for window in self._windows(sorted(waiting, key=len), source, pair):
                for batch in self._batches(window, beams):
                    for reply in self._replies(lease.model, batch, waiting, pair, beams):
                        indices = waiting.pop(reply.sent) if reply.final else waiting[reply.sent]
                        yield from ((index, reply) for index in indices)

    def _replies(
        self, model: Any, batch: Sequence[Ready], waiting: Container[str], pair: tuple[str, str], beams: int
    ) -> Iterator[Reply]:
        """What there is of each text of a batch. Another call may have ended some of them meanwhile."""
        drafts = {row.draft.text: row.draft for row in batch if row.draft.text in waiting}
        known = {text: self._memory[text, *pair, beams] for text in drafts if (text, *pair, beams) in self._memory}
        rest = [row for row in batch if row.draft.text in drafts and row.draft.text not in known]
        yield from known.values()
        if not rest:
            return
        self._translate(model, rest, pair, beams)
        replies = [drafts[text].reply(text) for text in dict.fromkeys(row.draft.text for row in rest)]
        if len(self._memory) >= REMEMBERED:
            self._memory.clear()
        self._memory |= {(reply.sent, *pair, beams): reply for reply in replies if reply.final}
        yield from replies

    def _translate(self, model: Any, rows: Sequence[Ready], pair: tuple[str, str], beams: int) -> None:
        from xlt_core.translators._search import Search, translated

        search = Search(self._family.first(self._tokenizer, pair[1]), beams, self._most)
        started = time.perf_counter()
        with self._lock:
            outputs, note = translated(model, self._tokenizer, [row.tokens for row in rows], search)
        seconds = (time.perf_counter() - started) / len(rows)
        for row, output in zip(rows, outputs, strict=True):
            row.draft.made[row.number] = Reply("translate", "", *output, seconds, note=note)

    def _windows(self, texts: Iterable[str], source: Language, pair: tuple[str, str]) -> Iterator[list[Ready]]:
        window: list[Ready] = []
        for text in texts:
            with self._lock:  # fast tokenizers may not be used by two threads at once
                draft = Draft(text, list(self._pieces(text, source, pair)))
                rows = self._family.encode(self._tokenizer, [piece.text for piece in draft.pieces], *pair)
            window += [Ready(draft, number, tokens) for number, tokens in enumerate(rows)]
            while len(window) >= WINDOW:
                yield window[:WINDOW]
                del window[:WINDOW]
        if window:
            yield window

    def _pieces(self, text: str, source: Language, pair: tuple[str, str]) -> Iterator[Piece]:
        def size(part: str) -> int:
            return len(self._family.encode(self._tokenizer, [part], *pair)[0])

        # A model that learned from whole documents says so in its configuration.
        documents = getattr(self._config, "translates_documents", False)
        return pieces(text, source, size, min(LONGEST_PIECE, self._most // 2), lines=documents)

    def _batches(self, rows: Sequence[Ready], beams: int) -> Iterator[list[Ready]]:
        room = BATCH_TOKENS[self._weights.device] // beams
        batch: list[Ready] = []
        for row in sorted(rows, key=lambda row: len(row.tokens)):
            if batch and (len(batch) + 1) * len(row.tokens) > room:
                yield batch
                batch = []
            batch.append(row)
        if batch:
            yield batch
