"""Machine translation in process: NLLB-200 and models of its form, greedy, batched, nothing translated twice."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from xlt_core import _pretrained
from xlt_core.records import InputError, Language, Reply

BATCH_TOKENS = 1024
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
REMEMBERED = 50_000


class Seq2Seq:
    """A translation model whose language tokens are FLORES codes. path: a folder or a Hub id."""

    def __init__(self, path: str | Path, name: str = "") -> None:
        self.path, self.name = str(path), name or str(path)
        self._lock = Lock()
        self._memory: dict[tuple[str, str, str], Reply] = {}

    @cached_property
    def _tokenizer(self) -> Any:
        from transformers import AutoTokenizer

        return _pretrained.load(AutoTokenizer, self.path, "translation model")

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return frozenset(self._tokenizer.get_vocab())

    @cached_property
    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForSeq2SeqLM

        on_gpu = torch.cuda.is_available()
        dtype = torch.bfloat16 if on_gpu else torch.float32
        model = _pretrained.load(AutoModelForSeq2SeqLM, self.path, "translation model", dtype=dtype)
        return model.to("cuda" if on_gpu else "cpu").eval()

    @cached_property
    def revision(self) -> str:
        """The Hub's commit, or a digest of the folder's weights."""
        return _pretrained.revision(self.path, self._model)

    def lacks(self, language: Language) -> bool:
        return self._code(language) is None

    def _code(self, language: Language) -> str | None:
        return next((code for code in (language.flores, *language.aliases) if code and code in self._vocabulary), None)

    def _require(self, language: Language) -> str:
        code = self._code(language)
        if code is None:
            raise InputError(
                f"The translator {self.name} does not know {language.name} ({language.code}); "
                "choose another translator or leave out translate."
            )
        return code

    def translate(self, texts: Sequence[str], source: Language, target: Language) -> Iterator[tuple[int, Reply]]:
        """Yields (index, reply) as batches end, the short texts first. A long text is translated by parts."""
        pair = self._require(source), self._require(target)
        waiting: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            known = self._memory.get((text, *pair))
            if known:
                yield index, known
            elif not text.strip():
                yield index, Reply("translate", text, text)
            else:
                waiting.setdefault(text, []).append(index)
        for batch in self._batches(list(waiting)):
            for text, reply in zip(batch, self._run(batch, pair), strict=True):
                if len(self._memory) >= REMEMBERED:
                    self._memory.clear()
                self._memory[(text, *pair)] = reply
                yield from ((index, reply) for index in waiting[text])

    def _batches(self, texts: list[str]) -> Iterator[list[str]]:
        lengths = {text: len(text) for text in texts}
        batch: list[str] = []
        for text in sorted(texts, key=lengths.__getitem__):
            # Some three characters a token, counted as the longest of the batch.
            if batch and (len(batch) + 1) * lengths[text] / 3 > BATCH_TOKENS:
                yield batch
                batch = []
            batch.append(text)
        if batch:
            yield batch

    def _run(self, texts: list[str], pair: tuple[str, str]) -> list[Reply]:
        with self._lock:
            started = time.perf_counter()
            self._tokenizer.src_lang = pair[0]
            parts = [self._parts(text) for text in texts]
            flat = [part for group in parts for part in group]
            outputs, tokens_in, tokens_out = self._generate(flat, pair[1])
            seconds = (time.perf_counter() - started) / len(texts)
        replies, position = [], 0
        for text, group in zip(texts, parts, strict=True):
            rows = slice(position, position + len(group))
            position += len(group)
            replies.append(
                Reply("translate", text, " ".join(outputs[rows]), sum(tokens_in[rows]), sum(tokens_out[rows]), seconds)
            )
        return replies

    def _parts(self, text: str) -> list[str]:
        """The text whole where it fits the model, else by sentences, else halved, at a space where there is one."""
        room = min(self._model.config.max_position_embeddings, 512) // 2
        if self._size(text) <= room or len(text) == 1:
            return [text] if text.strip() else []
        pieces = SENTENCE_END.split(text)
        if len(pieces) == 1:
            middle = len(text) // 2
            cut = max(text.rfind(" ", 1, middle), 0) or middle
            pieces = [text[:cut], text[cut:]]
        return [part for piece in pieces for part in self._parts(piece)]

    def _size(self, text: str) -> int:
        return len(self._tokenizer(text, split_special_tokens=True)["input_ids"])

    def _generate(self, texts: list[str], target: str) -> tuple[list[str], list[int], list[int]]:
        import torch

        tokenizer, model = self._tokenizer, self._model
        longest = min(model.config.max_position_embeddings, 512) - 2
        batch = tokenizer(
            texts,
            return_tensors="pt",
            padding=True,
            truncation=True,
            max_length=longest,
            split_special_tokens=True,  # a text that spells a language's token stays text
        ).to(model.device)
        # By each text's own length, so that what comes of it does not hang on its company in the batch.
        most = (2 * batch["attention_mask"].sum(1, keepdim=True) + 16).clamp(max=longest)
        with torch.inference_mode():
            made = model.generate(
                **batch,
                forced_bos_token_id=tokenizer.convert_tokens_to_ids(target),
                num_beams=1,
                do_sample=False,
                max_length=None,
                max_new_tokens=int(most.max()),
            )
        places = torch.arange(made.shape[1], device=made.device)  # the first is no new token
        made = made.masked_fill(places > most, tokenizer.pad_token_id)
        tokens_in = batch["attention_mask"].sum(1).tolist()
        tokens_out = (made != tokenizer.pad_token_id).sum(1).tolist()
        return [text.strip() for text in tokenizer.batch_decode(made, skip_special_tokens=True)], tokens_in, tokens_out
