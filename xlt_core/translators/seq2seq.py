"""Machine translation in this process: NLLB-200, M2M100, MADLAD-400 and models like them, by sentences, in batches."""

from __future__ import annotations

import copy
import time
import weakref
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from xlt_core.models import hub, pretrained
from xlt_core.models.pool import POOL, ModelLoader, ModelPool
from xlt_core.records import InputError, Language, Reply
from xlt_core.translators._families import Family, find_family
from xlt_core.translators._sentences import Draft, Piece, split

BATCH_TOKENS = {"cpu": 1024, "cuda": 8192}
WINDOW = 256  # pieces that are sorted by length at once
MAX_PIECE_TOKENS = 128  # such models leave out parts of what is longer
CACHE_SIZE = 50_000  # translations
ENGLISH = Language("eng", "English", flores="eng_Latn", aliases=("en",))


@dataclass(frozen=True)
class EncodedPiece:
    """A piece of a text, encoded for the model. drafts: of the text, one for each of its translations, the best first;
    tokens: with the language tokens."""

    drafts: tuple[Draft, ...]
    number: int
    tokens: list[int]

    @property
    def text(self) -> str:
        return self.drafts[0].text


class Seq2Seq:
    """A translation model, loaded when it is first needed, and evicted from the pool when others need its room.

    path: a folder or a Hub id.
    """

    def __init__(self, path: str | Path, name: str = "", pool: ModelPool = POOL) -> None:
        self.path, self.name = str(path), name or str(path)
        self._lock, self._pool, self._key = Lock(), pool, object()
        weakref.finalize(self, pool.evict, self._key)
        self._translations: dict[tuple[str, str, str, int, int, int], Reply] = {}
        self._rank, self._ranks = 0, 1

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return pretrained.load(AutoTokenizer, self.path, "translation model")

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        # M2M100 keeps its language tokens apart.
        return frozenset((*self._tokenizer.get_vocab(), *getattr(self._tokenizer, "lang_token_to_id", ())))

    @cached_property
    def _family(self) -> Family:
        return find_family(self._vocabulary, ENGLISH, self.name)

    @cached_property
    def _config(self) -> Any:
        from xlt_core.translators._beam_search import load_config

        return load_config(self.path)

    @cached_property
    def _loader(self) -> ModelLoader:
        from xlt_core.translators._beam_search import loader

        return loader(self.path, self.name, self._config)

    @cached_property
    def _max_tokens(self) -> int:
        """The most tokens that the model takes or generates."""
        limits = (getattr(self._config, key, None) for key in ("max_position_embeddings", "n_positions"))
        return min(next(filter(None, limits), 512), 512) - 2

    @cached_property
    def revision(self) -> str:
        """The Hub's commit, or a digest of the folder's weights."""
        return pretrained.revision_at(self.path, self._config.name_or_path)

    @property
    def parameters(self) -> int:
        return self._loader.parameters

    @property
    def bytes_needed(self) -> int:
        return self._loader.bytes_needed

    def identity(self) -> str:
        """What translates, and in which precision: if this is the same, a text gets the same translation."""
        from xlt_core.translators._beam_search import device, precision

        return f"{device()} · {precision()} · {self.revision}"

    def ready(self) -> None:
        """Returns when the weights are in memory, so that the first answer comes soon."""
        with self._pool.use(self._key, self._loader) as handle:
            assert handle.model

    def ranked(self, number: int) -> list[Seq2Seq]:
        """So many of the same model: the first gives the best translation of a text, the next the second best. One
        search, of as many beams at least, serves all of them."""
        ranked = [copy.copy(self) for _ in range(number)]
        for rank, one in enumerate(ranked):
            one._rank, one._ranks, one._whole = rank, number, self  # the whole keeps the weights in the pool
        return ranked

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
        """Yields (index, reply) after each batch, short texts first; partial ones for texts of several batches."""
        codes = self._require(source), self._require(target)
        pending: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            cached = self._translations.get((text, *codes, beams, self._ranks, self._rank))
            if cached:
                yield index, cached
            elif not text.strip():
                yield index, Reply("translate", text, text)
            else:
                pending.setdefault(text, []).append(index)
        if not pending:
            return
        with self._pool.use(self._key, self._loader) as handle:
            (index, *_), *_ = pending.values()
            while not handle.wait():  # the caller may stop, or free memory
                yield index, Reply("translate", texts[index], "", final=False, note=hub.progress(self.path, self.name))
            for window in self._windows(sorted(pending, key=len), source, codes):
                for batch in self._batches(window, beams):
                    for reply in self._replies(handle.model, batch, pending, codes, beams):
                        indices = pending.pop(reply.sent) if reply.final else pending[reply.sent]
                        yield from ((index, reply) for index in indices)

    def _replies(
        self, model: Any, batch: Sequence[EncodedPiece], pending: Container[str], codes: tuple[str, str], beams: int
    ) -> Iterator[Reply]:
        """The translation so far of each text of a batch. Another call may have finished some of them meanwhile."""
        rest = [row for row in batch if row.text in pending]
        keys = {row.text: (row.text, *codes, beams, self._ranks) for row in rest}
        while cached := {text: made for text in keys if (made := self._translations.get((*keys[text], self._rank)))}:
            yield from cached.values()  # meanwhile another call may finish more
            rest = [row for row in rest if row.text not in cached]
            keys = {row.text: keys[row.text] for row in rest}
        if not rest:
            return
        self._translate(model, rest, codes, beams)
        if len(self._translations) >= CACHE_SIZE:
            self._translations.clear()
        made = {row.text: [draft.reply(row.text) for draft in row.drafts] for row in rest}
        for text, replies in made.items():  # all before the first is yielded: another call may want them
            if replies[0].final:
                self._translations |= {(*keys[text], rank): reply for rank, reply in enumerate(replies)}
        yield from (replies[self._rank] for replies in made.values())

    def _translate(self, model: Any, rows: Sequence[EncodedPiece], codes: tuple[str, str], beams: int) -> None:
        from xlt_core.translators._beam_search import SearchOptions, translate_batch

        first_token = self._family.forced_first_token(self._tokenizer, codes[1])
        options = SearchOptions(first_token, beams, self._max_tokens, self._ranks)
        started = time.perf_counter()
        with self._lock:
            outputs, note = translate_batch(model, self._tokenizer, [row.tokens for row in rows], options)
        seconds = (time.perf_counter() - started) / len(rows) / self._ranks
        for row, ranked in zip(rows, outputs, strict=True):
            for draft, output in zip(row.drafts, ranked, strict=True):
                draft.replies[row.number] = Reply("translate", "", *output, seconds, note=note)

    def _windows(self, texts: Iterable[str], source: Language, codes: tuple[str, str]) -> Iterator[list[EncodedPiece]]:
        window: list[EncodedPiece] = []
        for text in texts:
            with self._lock:  # fast tokenizers may not be used by two threads at once
                pieces = list(self._pieces(text, source, codes))
                rows = self._family.encode(self._tokenizer, [piece.text for piece in pieces], *codes)
            drafts = tuple(Draft(text, pieces) for _ in range(self._ranks))
            window += [EncodedPiece(drafts, number, tokens) for number, tokens in enumerate(rows)]
            while len(window) >= WINDOW:
                yield window[:WINDOW]
                del window[:WINDOW]
        if window:
            yield window

    def _pieces(self, text: str, source: Language, codes: tuple[str, str]) -> Iterator[Piece]:
        def count(part: str) -> int:
            return len(self._family.encode(self._tokenizer, [part], *codes)[0])

        # The configuration of a model that was trained on whole documents says so.
        documents = getattr(self._config, "translates_documents", False)
        return split(text, source, count, min(MAX_PIECE_TOKENS, self._max_tokens // 2), keep_lines=documents)

    def _batches(self, rows: Sequence[EncodedPiece], beams: int) -> Iterator[list[EncodedPiece]]:
        max_tokens = BATCH_TOKENS[self._loader.device] // max(beams, self._ranks)
        batch: list[EncodedPiece] = []
        for row in sorted(rows, key=lambda row: len(row.tokens)):
            if batch and (len(batch) + 1) * len(row.tokens) > max_tokens:
                yield batch
                batch = []
            batch.append(row)
        if batch:
            yield batch
