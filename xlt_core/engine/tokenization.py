"""Turns messages into the exact text that a model gets, text into tokens, and tokens into text."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from threading import Lock
from typing import Any

from transformers import PreTrainedTokenizerBase

from xlt_core.contracts import Pieces
from xlt_core.engine.chat_template import ChatTemplate
from xlt_core.engine.plain_prompts import BEHIND, NEXT, continuation, plain_text
from xlt_core.engine.prefix_cache import common_prefix_length
from xlt_core.formats.outputs import one_begins_another
from xlt_core.records import InputError, Prompt

CACHE_SIZE = 2048  # texts, of at most MAX_CACHED_CHARACTERS each
MAX_CACHED_CHARACTERS = 100_000
MIN_TEXTS = 4  # with fewer texts, tokenizing their common prefix only once saves nothing
MAX_ADDED_TOKENS = 3  # tokenizers add fewer tokens than this to the start of a text that continues another


@dataclass(frozen=True)
class LastLine:
    """A prompt's last line with the choices that may follow it.

    tokens: of the line; replaced: how many of them, from the end, each choice's tokens include, since a tokenizer may
    join them with the choice; choices: the tokens of each.
    """

    tokens: list[int]
    replaced: int
    choices: list[list[int]]


class PromptTokenizer:
    """Renders and tokenizes prompts: plain text for a base model, chat turns for one with a chat template.

    Raises InputError if the chat template cannot be used.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._lock = Lock()  # fast tokenizers may not be used by two threads at once
        self._tokens: OrderedDict[str, array[int]] = OrderedDict()
        self._last_lines: OrderedDict[tuple[str, ...], LastLine | None] = OrderedDict()
        self._template = ChatTemplate(tokenizer, self._lock) if tokenizer.chat_template else None
        self.chat = self._template is not None
        self._start_tokens = [] if self.chat else _start_tokens(tokenizer)

    def render(self, prompt: Prompt) -> str:
        """The exact text, without the tokens that the tokenizer puts before every text."""
        return self._template.render(prompt) if self._template else plain_text(prompt)

    def continuation(self, choice: str) -> str:
        """A choice as it follows a rendered prompt."""
        return choice if self.chat else continuation(choice)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each whole text, with the start tokens if the tokenizer adds some."""
        with self._lock:
            found = {text: self._tokens[text] for text in texts if text in self._tokens}
            new = [text for text in dict.fromkeys(texts) if text not in found]
            rows = self._tokenize_similar(new)
            found |= {text: array("i", self._start_tokens + row) for text, row in zip(new, rows, strict=True)}
            self._store(found)
        return [found[text].tolist() for text in texts]

    def continuations(self, text: str, row: list[int], choices: Sequence[str]) -> tuple[int, list[list[int]]]:
        """How many of the text's tokens (row) precede the choices, and the tokens of each choice from there on.

        If the tokenizer joins the end of the text with the start of a choice, all choices start before the joint.
        """
        line = text[_last_line_start(text) :]
        key = (line, *choices)
        with self._lock:
            if key not in self._last_lines:
                self._last_lines[key] = self._tokenize_last_line(text, row, line, choices)
            while len(self._last_lines) > CACHE_SIZE:
                self._last_lines.popitem(last=False)
            last = self._last_lines[key]
        if last and row[-len(last.tokens) :] == last.tokens:
            return len(row) - last.replaced, last.choices
        return _split_after_common(row, self.encode([text + self.continuation(choice) for choice in choices]))

    def completed(self, prompt: Prompt, answer: str) -> tuple[list[int], int]:
        """The tokens of a prompt with its answer and what ends it, and how many of them precede the answer."""
        text, end = self.render(prompt), "" if self.chat else BEHIND
        row, whole = self.encode([text, text + self.continuation(answer) + end])
        return whole + (self._turn_end if self.chat else []), common_prefix_length((row, whole))

    def ends(self, choices: Sequence[str]) -> list[list[int]]:
        """What ends the answer behind each choice, where one begins another; else nothing. See one_begins_another."""
        if not one_begins_another(choices):
            return [[] for _ in choices]
        if self.chat:
            return [self._turn_end] * len(choices)
        probes = [f":{self.continuation(choice)}" for choice in choices]
        with self._lock:
            pairs = zip(self._tokenize(probes), self._tokenize([probe + NEXT for probe in probes]), strict=True)
            # A tokenizer that joins a choice with the line break gets the line break by itself.
            alone = self._tokenize(["\n"])[0][-1:]
        return [whole[len(own) : len(own) + 1] if whole[: len(own)] == own else alone for own, whole in pairs]

    @cached_property
    def _turn_end(self) -> list[int]:
        """What the chat template writes behind an answer, up to its first control token."""
        text = self._template.after_answer() if self._template else ""
        with self._lock:
            tokens = self._tokenize([text])[0]
            special = {number for number, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        length = next((place for place, token in enumerate(tokens, 1) if token in special), 0)
        end = self._tokenizer.eos_token_id
        return tokens[:length] or ([] if end is None else [end])

    def placed(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """The tokens of a text, and where each stands in it. Raises InputError for a tokenizer that cannot tell."""
        if not getattr(self._tokenizer, "is_fast", False):
            raise InputError("This model's tokenizer does not tell where its tokens stand; words cannot be aligned.")
        with self._lock:
            found = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return list(found["input_ids"]), [(start, end) for start, end in found["offset_mapping"]]

    def document_rows(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of plain texts, with those that the tokenizer itself puts around each."""
        with self._lock:
            return [list(row) for row in self._tokenizer(list(texts), verbose=False)["input_ids"]]

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """What each plain text is cut into, without what the tokenizer puts around it."""
        unknown = self._tokenizer.unk_token_id
        with self._lock:
            rows = self._tokenize(texts)
            broken = {
                token for token in set(chain(*rows)) if "\N{REPLACEMENT CHARACTER}" in self._tokenizer.decode([token])
            }
        return [Pieces(len(row), row.count(unknown), sum(token in broken for token in row)) for row in rows]

    def decode(self, rows: Sequence[Sequence[int]]) -> list[str]:
        """The text of each row of output tokens, special tokens left out."""
        with self._lock:
            return [
                self._tokenizer.decode(row, skip_special_tokens=True, clean_up_tokenization_spaces=False)
                for row in rows
            ]

    def _tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        # Only a chat template may write control tokens. A text that contains the spelling of one stays text.
        found = self._tokenizer(
            list(texts), add_special_tokens=False, split_special_tokens=not self.chat, verbose=False
        )
        return [list(row) for row in found["input_ids"]]

    def _tokenize_similar(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text. The lines that all texts start with are tokenized once.

        Whether the tokens of the parts make up those of the whole is checked on the first and the last text.
        """
        cut = _last_line_start(texts[0][: common_prefix_length(texts)]) if len(texts) >= MIN_TEXTS else 0
        if not cut:
            return self._tokenize(texts)
        prefix, *suffixes = self._tokenize([texts[0][:cut], *(text[cut:] for text in texts)])
        for added in range(MAX_ADDED_TOKENS):
            rows = [prefix + suffix[added:] for suffix in suffixes]
            if [rows[0], rows[-1]] == self._tokenize([texts[0], texts[-1]]):
                return rows
        return self._tokenize(texts)

    def _tokenize_last_line(self, text: str, row: list[int], line: str, choices: Sequence[str]) -> LastLine | None:
        """The last line of a text with its choices; None if the tokens of the choices depend on more than that line."""
        endings = [self.continuation(choice) for choice in choices]
        bare, *longer = self._tokenize([line, *(line + ending for ending in endings)])
        wholes = [self._start_tokens + whole for whole in self._tokenize([text + ending for ending in endings])]
        for added in range(MAX_ADDED_TOKENS):
            own, start = bare[added:], len(row) - len(bare[added:])
            if not own or start < 1 or row[start:] != own:
                continue
            split, found = _split_after_common(own, [tokens[added:] for tokens in longer])
            if wholes == [row[: start + split] + choice for choice in found]:
                return LastLine(own, len(own) - split, found)
        return None

    def _store(self, found: dict[str, array[int]]) -> None:
        for text, tokens in found.items():
            if len(text) <= MAX_CACHED_CHARACTERS:
                self._tokens[text] = tokens
                self._tokens.move_to_end(text)
        while len(self._tokens) > CACHE_SIZE:
            self._tokens.popitem(last=False)


class SoftPromptTokenizer:
    """A tokenizer that puts the tokens of a soft prompt before every text."""

    def __init__(self, tokenizer: PromptTokenizer, vocabulary: int, length: int) -> None:
        self._tokenizer, self._start = tokenizer, list(range(vocabulary, vocabulary + length))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """As PromptTokenizer.encode."""
        return [self._start + row for row in self._tokenizer.encode(texts)]

    def continuations(self, text: str, row: list[int], choices: Sequence[str]) -> tuple[int, list[list[int]]]:
        """As PromptTokenizer.continuations."""
        split, rest = self._tokenizer.continuations(text, row[len(self._start) :], choices)
        return split + len(self._start), rest


def _last_line_start(text: str) -> int:
    """Where the last line that is not blank starts, with the line breaks before it; 0 if there is only one line."""
    end = text.rstrip().rfind("\n")
    return len(text[: max(end, 0)].rstrip("\n"))


def _split_after_common(row: list[int], wholes: Sequence[list[int]]) -> tuple[int, list[list[int]]]:
    """How many tokens the row and the wholes have in common, 1 at least, and the rest of each whole."""
    split = max(min(common_prefix_length((row, whole)) for whole in wholes), 1)
    return split, [whole[split:] for whole in wholes]


def _start_tokens(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The tokens that the tokenizer puts before every text. Those that some put after it are left out: they end it."""
    return _around(tokenizer)[0]


def end_tokens_of_texts(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The tokens that the tokenizer puts behind every text."""
    return _around(tokenizer)[1]


def _around(tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], list[int]]:
    """The tokens that the tokenizer puts before and behind every text."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a", add_special_tokens=True)["input_ids"]
    for start in range(len(whole) - len(bare) + 1):
        if whole[start : start + len(bare)] == bare:
            return list(whole[:start]), list(whole[start + len(bare) :])
    return [], []
