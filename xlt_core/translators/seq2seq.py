"""Machine translation in process: NLLB-200, M2M100, MADLAD-400 and models of their form, by sentences, in batches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from xlt_core import _pretrained
from xlt_core.records import InputError, Language, Reply
from xlt_core.translators._families import Family, family
from xlt_core.translators._sentences import Piece, joined, pieces

BATCH_TOKENS = {"cpu": 1024, "cuda": 8192}
WINDOW = 256  # pieces that are sorted by length at once
LONGEST_PIECE = 128  # tokens; what is longer, such models begin to leave out
REMEMBERED = 50_000
ENGLISH = Language("eng", "English", flores="eng_Latn", aliases=("en",))
Output = tuple[str, int, int]  # the translation, tokens in, tokens out


@dataclass
class Draft:
    """A text on its way: its pieces in order, and by their numbers what has become of them."""

    text: str
    pieces: list[Piece]
    made: dict[int, Output] = field(default_factory=dict)
    seconds: float = 0.0

    def reply(self) -> Reply:
        """What there is of the translation; final where all pieces are done."""
        numbers = sorted(self.made)
        text = joined((self.pieces[number], self.made[number][0]) for number in numbers)
        tokens_in, tokens_out = (sum(self.made[number][part] for number in numbers) for part in (1, 2))
        final = len(numbers) == len(self.pieces)
        return Reply("translate", self.text, text, tokens_in, tokens_out, self.seconds, final=final)


@dataclass(frozen=True)
class Row:
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
        for reply in self._replies(sorted(waiting, key=len), source, pair, beams):
            if reply.final:
                if len(self._memory) >= REMEMBERED:
                    self._memory.clear()
                self._memory[(reply.sent, *pair, beams)] = reply
            yield from ((index, reply) for index in waiting[reply.sent])

    def _replies(self, texts: Iterable[str], source: Language, pair: tuple[str, str], beams: int) -> Iterator[Reply]:
        for window in self._windows(texts, source, pair):
            for batch in self._batches(window, beams):
                started = time.perf_counter()
                with self._lock:
                    outputs = self._generate([row.tokens for row in batch], pair[1], beams)
                seconds = (time.perf_counter() - started) / len(batch)
                for row, output in zip(batch, outputs, strict=True):
                    row.draft.made[row.number] = output
                    row.draft.seconds += seconds
                yield from (draft.reply() for draft in {id(row.draft): row.draft for row in batch}.values())

    def _windows(self, texts: Iterable[str], source: Language, pair: tuple[str, str]) -> Iterator[list[Row]]:
        window: list[Row] = []
        for text in texts:
            with self._lock:  # fast tokenizers may not be used by two threads at once
                draft = Draft(text, list(self._pieces(text, source, pair)))
                rows = self._family.encode(self._tokenizer, [piece.text for piece in draft.pieces], *pair)
            window += [Row(draft, number, tokens) for number, tokens in enumerate(rows)]
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

    def _batches(self, rows: Sequence[Row], beams: int) -> Iterator[list[Row]]:
        room = BATCH_TOKENS[self._model.device.type] // beams
        batch: list[Row] = []
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
