"""Machine translation in process: NLLB-200, M2M100, MADLAD-400 and models of their form, by sentences, in batches."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from xlt_core import _pretrained
from xlt_core.records import InputError, Language, Reply
from xlt_core.translators._families import Family, family
from xlt_core.translators._sentences import Draft, Piece, pieces

BATCH_TOKENS = {"cpu": 1024, "cuda": 8192}
WINDOW = 256  # pieces that are sorted by length at once
LONGEST_PIECE = 128  # tokens; what is longer, such models begin to leave out
REMEMBERED = 50_000
ENGLISH = Language("eng", "English", flores="eng_Latn", aliases=("en",))
Output = tuple[str, int, int]  # the translation, tokens in, tokens out


@dataclass(frozen=True)
class Ready:
    """A piece ready for the model. tokens: with those that tell the languages."""

    draft: Draft
    number: int
    tokens: list[int]


class Seq2Seq:
    """A translation model. path: a folder or a Hub id."""

    def __init__(self, path: str | Path, name: str = "") -> None:
        self.path, self.name = str(path), name or str(path)
        self._lock = Lock()
        self._memory: dict[tuple[str, str, str, int], Reply] = {}

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return _pretrained.load(AutoTokenizer, self.path, "translation model")

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        # M2M100 keeps its languages apart.
        return frozenset((*self._tokenizer.get_vocab(), *getattr(self._tokenizer, "lang_token_to_id", ())))

    @cached_property
    def _family(self) -> Family:
        return family(self._vocabulary, ENGLISH, self.name)

    @cached_property
    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForSeq2SeqLM

        on_gpu = torch.cuda.is_available()
        dtype = torch.bfloat16 if on_gpu else torch.float32
        model = _pretrained.load(AutoModelForSeq2SeqLM, self.path, "translation model", dtype=dtype)
        return model.to("cuda" if on_gpu else "cpu").eval()

    @cached_property
    def _most(self) -> int:
        """The tokens that the model takes or writes at most."""
        config = self._model.config
        return min(getattr(config, "max_position_embeddings", None) or getattr(config, "n_positions", 512), 512) - 2

    @cached_property
    def revision(self) -> str:
        """The Hub's commit, or a digest of the folder's weights."""
        return _pretrained.revision(self.path, self._model)

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
        for window in self._windows(sorted(waiting, key=len), source, pair):
            for batch in self._batches(window, beams):
                for reply in self._replies(batch, waiting, pair, beams):
                    indices = waiting.pop(reply.sent) if reply.final else waiting[reply.sent]
                    yield from ((index, reply) for index in indices)

    def _replies(
        self, batch: Sequence[Ready], waiting: Container[str], pair: tuple[str, str], beams: int
    ) -> Iterator[Reply]:
        """What there is of each text of a batch. Another call may have ended some of them meanwhile."""
        drafts = {row.draft.text: row.draft for row in batch if row.draft.text in waiting}
        known = {text: self._memory[text, *pair, beams] for text in drafts if (text, *pair, beams) in self._memory}
        rest = [row for row in batch if row.draft.text in drafts and row.draft.text not in known]
        yield from known.values()
        if not rest:
            return
        started = time.perf_counter()
        with self._lock:
            outputs = self._generate([row.tokens for row in rest], pair[1], beams)
        seconds = (time.perf_counter() - started) / len(rest)
        for row, output in zip(rest, outputs, strict=True):
            row.draft.made[row.number] = Reply("translate", "", *output, seconds)
        replies = [drafts[text].reply(text) for text in dict.fromkeys(row.draft.text for row in rest)]
        if len(self._memory) >= REMEMBERED:
            self._memory.clear()
        self._memory |= {(reply.sent, *pair, beams): reply for reply in replies if reply.final}
        yield from replies

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
        documents = getattr(self._model.config, "translates_documents", False)
        return pieces(text, source, size, min(LONGEST_PIECE, self._most // 2), lines=documents)

    def _batches(self, rows: Sequence[Ready], beams: int) -> Iterator[list[Ready]]:
        room = BATCH_TOKENS[self._model.device.type] // beams
        batch: list[Ready] = []
        for row in sorted(rows, key=lambda row: len(row.tokens)):
            if batch and (len(batch) + 1) * len(row.tokens) > room:
                yield batch
                batch = []
            batch.append(row)
        if batch:
            yield batch

    def _generate(self, rows: list[list[int]], target: str, beams: int) -> list[Output]:
        """The translation of each row of tokens; of a batch that memory has no room for, half by half."""
        import torch

        try:
            return self._search(rows, target, beams)
        except torch.OutOfMemoryError:
            if len(rows) == 1:
                raise
        middle = len(rows) // 2
        return [output for half in (rows[:middle], rows[middle:]) for output in self._generate(half, target, beams)]

    def _search(self, rows: list[list[int]], target: str, beams: int) -> list[Output]:
        import torch

        tokenizer, model = self._tokenizer, self._model
        batch = tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(model.device)
        # By each text's own length, so that what comes of it does not hang on its company in the batch.
        most = (2 * batch["attention_mask"].sum(1, keepdim=True) + 16).clamp(max=self._most)
        first = self._family.first(tokenizer, target)
        with torch.inference_mode():
            made = model.generate(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                forced_bos_token_id=first,
                num_beams=beams,
                do_sample=False,
                early_stopping=False,
                max_length=None,
                max_new_tokens=int(most.max()),
            )
        places = torch.arange(made.shape[1], device=made.device)  # the first is no new token
        made = made.masked_fill(places > most, tokenizer.pad_token_id)[:, 1 if first is None else 2 :]
        texts = tokenizer.batch_decode(made, skip_special_tokens=True)
        written = (made != tokenizer.pad_token_id).sum(1).tolist()
        return list(zip(texts, map(len, rows), written, strict=True))
