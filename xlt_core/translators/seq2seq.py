"""Machine translation in process: NLLB-200 and models of its form, greedy, batched, nothing translated twice."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from xlt_core._digest import digest
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

        return _loaded(AutoTokenizer, self.path)

    @cached_property
    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForSeq2SeqLM

        on_gpu = torch.cuda.is_available()
        dtype = torch.bfloat16 if on_gpu else torch.float32
        return _loaded(AutoModelForSeq2SeqLM, self.path, dtype=dtype).to("cuda" if on_gpu else "cpu").eval()

    @cached_property
    def revision(self) -> str:
        """The Hub's commit, or a digest of the folder's weights."""
        folder = Path(self.path)
        return digest(folder) if folder.is_dir() else getattr(self._model.config, "_commit_hash", None) or ""

    def lacks(self, language: Language) -> bool:
        return self._code(language) is None

    def _code(self, language: Language) -> str | None:
        known = self._tokenizer.get_vocab()
        return next((code for code in (language.flores, *language.aliases) if code and code in known), None)

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
        for batch in self._batches(list(waiting), pair[0]):
            for text, reply in zip(batch, self._run(batch, pair), strict=True):
                if len(self._memory) >= REMEMBERED:
                    self._memory.clear()
                self._memory[(text, *pair)] = reply
                yield from ((index, reply) for index in waiting[text])

    def _batches(self, texts: list[str], source: str) -> Iterator[list[str]]:
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
        """The text whole where it fits the model, else by sentences, and by words where a sentence is too long."""
        room = min(self._model.config.max_position_embeddings, 512) // 2
        parts: list[str] = []
        for sentence in [text] if self._size(text) <= room else SENTENCE_END.split(text):
            words, size = sentence.split(" "), self._size(sentence)
            step = len(words) if size <= room else max(1, len(words) * room // (size + 1) // 2)
            parts += [" ".join(words[i : i + step]) for i in range(0, len(words), step)]
        return [part for part in parts if part.strip()]

    def _size(self, text: str) -> int:
        return len(self._tokenizer(text)["input_ids"])

    def _generate(self, texts: list[str], target: str) -> tuple[list[str], list[int], list[int]]:
        import torch

        tokenizer, model = self._tokenizer, self._model
        longest = min(model.config.max_position_embeddings, 512) - 2
        batch = tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=longest)
        batch = batch.to(model.device)
        with torch.inference_mode():
            made = model.generate(
                **batch,
                forced_bos_token_id=tokenizer.convert_tokens_to_ids(target),
                num_beams=1,
                do_sample=False,
                max_length=None,
                max_new_tokens=min(longest, 2 * batch["input_ids"].shape[1] + 16),
            )
        tokens_in = batch["attention_mask"].sum(1).tolist()
        tokens_out = (made != tokenizer.pad_token_id).sum(1).tolist()
        return [text.strip() for text in tokenizer.batch_decode(made, skip_special_tokens=True)], tokens_in, tokens_out


def _loaded(kind: Any, path: str, **options: Any) -> Any:
    try:
        return kind.from_pretrained(path, **options)
    except (OSError, ValueError) as error:
        raise InputError(f"The translation model {path} could not be loaded: {str(error).splitlines()[0]}") from error
