"""From messages to the exact text that a model gets, to its tokens, and back."""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from jinja2.exceptions import TemplateError
from transformers import PreTrainedTokenizerBase

from xlt_core.engine.kv_cache import common_beginning
from xlt_core.engine.plain_prompts import NEXT, continuation, folded, one_begins_another, plain
from xlt_core.records import InputError, Message, Prompt

REMEMBERED = 2048  # texts, of at most LONG characters each
LONG = 100_000
FEW = 3  # texts; with fewer, nothing is won by reading their beginning once
MARKS = 3  # a tokenizer puts fewer tokens than this in front of a text that begins in the middle of another


@dataclass(frozen=True)
class Ending:
    """The tokens of a last line, and those of each choice behind it; these stand for the line's last `back`, too."""

    own: list[int]
    back: int
    choices: list[list[int]]


class Text:
    """A tokenizer's side of a host. A base model gets plain text; one with a chat template gets turns."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._lock = Lock()  # fast tokenizers may not be used by two threads at once
        self._known: OrderedDict[str, array[int]] = OrderedDict()
        self._endings: OrderedDict[tuple[str, ...], Ending | None] = OrderedDict()
        self.chat = bool(tokenizer.chat_template)
        self._control = _control(tokenizer)
        self._begin = [] if self.chat else _begin(tokenizer)
        self._takes_system = self.chat and self._probe_system()

    def render(self, prompt: Prompt) -> str:
        """The exact text, without the token that begins every text."""
        if not self.chat:
            return plain(prompt)
        turns = prompt if self._takes_system else folded(prompt)
        try:
            return self._apply(turns)
        except TemplateError as error:
            raise InputError(f"The model's chat template refuses this prompt: {error}.") from error

    def continuation(self, choice: str) -> str:
        """A choice as it follows on a rendered prompt."""
        return choice if self.chat else continuation(choice)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each whole text, with the token that begins every text where the tokenizer adds one."""
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
            new = [text for text in dict.fromkeys(texts) if text not in known]
            rows = self._tokens_of_like(new)
            known |= {text: array("i", self._begin + row) for text, row in zip(new, rows, strict=True)}
            self._remember(known)
        return [known[text].tolist() for text in texts]

    def continuations(self, text: str, row: list[int], choices: Sequence[str]) -> tuple[int, list[list[int]]]:
        """Where the text's tokens (row) end in front of all choices, and the tokens of each choice from there on.

        Where a tokenizer joins the text's end with a choice's beginning, all choices start before it.
        """
        tail = text[_last_line(text) :]
        key = (tail, *choices)
        with self._lock:
            if key not in self._endings:
                self._endings[key] = self._ending(text, row, tail, choices)
            while len(self._endings) > REMEMBERED:
                self._endings.popitem(last=False)
            ending = self._endings[key]
        if ending and row[-len(ending.own) :] == ending.own:
            return len(row) - ending.back, ending.choices
        return _parted(row, self.encode([text + self.continuation(choice) for choice in choices]))

    def ends(self, choices: Sequence[str]) -> list[list[int]]:
        """What ends the answer behind each choice, where one begins another; else nothing. See one_begins_another."""
        if not one_begins_another(choices):
            return [[] for _ in choices]
        if self.chat:
            return [self._turn_end] * len(choices)
        probes = [f":{self.continuation(choice)}" for choice in choices]
        with self._lock:
            pairs = zip(self._tokens(probes), self._tokens([probe + NEXT for probe in probes]), strict=True)
            # A tokenizer that joins a choice with the line break gets the line break by itself.
            alone = self._tokens(["\n"])[0][-1:]
        return [whole[len(own) : len(own) + 1] if whole[: len(own)] == own else alone for own, whole in pairs]

    @cached_property
    def _turn_end(self) -> list[int]:
        """What the chat template writes behind an answer, up to its first control token."""
        try:
            text = self._apply((Message("user", "question"), Message("assistant", "zebra"))).rpartition("zebra")[2]
        except TemplateError:
            text = ""
        with self._lock:
            tokens = self._tokens([text])[0]
            special = {number for number, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        length = next((place for place, token in enumerate(tokens, 1) if token in special), 0)
        end = self._tokenizer.eos_token_id
        return tokens[:length] or ([] if end is None else [end])

    def decode(self, rows: Sequence[Sequence[int]]) -> list[str]:
        """The text of each row of output tokens, special tokens left out."""
        with self._lock:
            return [
                self._tokenizer.decode(row, skip_special_tokens=True, clean_up_tokenization_spaces=False)
                for row in rows
            ]

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        # Only a chat template may write control tokens: a text that spells one stays text.
        found = self._tokenizer(
            list(texts), add_special_tokens=False, split_special_tokens=not self.chat, verbose=False
        )
        return [list(row) for row in found["input_ids"]]

    def _tokens_of_like(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text; what all begin with, up to the line in which they part, is read once.

        Whether the pieces make up the whole is tried on the first and the last text.
        """
        cut = _last_line(texts[0][: common_beginning(texts)]) if len(texts) > FEW else 0
        if not cut:
            return self._tokens(texts)
        head, *tails = self._tokens([texts[0][:cut], *(text[cut:] for text in texts)])
        for more in range(MARKS):
            rows = [head + tail[more:] for tail in tails]
            if [rows[0], rows[-1]] == self._tokens([texts[0], texts[-1]]):
                return rows
        return self._tokens(texts)

    def _ending(self, text: str, row: list[int], tail: str, choices: Sequence[str]) -> Ending | None:
        """How choices follow on the last line of a text; None where that line alone does not tell."""
        ends = [self.continuation(choice) for choice in choices]
        first, *longer = self._tokens([tail, *(tail + end for end in ends)])
        wholes = [self._begin + whole for whole in self._tokens([text + end for end in ends])]
        for more in range(MARKS):
            own, place = first[more:], len(row) - len(first[more:])
            if not own or place < 1 or row[place:] != own:
                continue
            split, found = _parted(own, [one[more:] for one in longer])
            if wholes == [row[: place + split] + choice for choice in found]:
                return Ending(own, len(own) - split, found)
        return None

    def _remember(self, known: dict[str, array[int]]) -> None:
        for text, tokens in known.items():
            if len(text) <= LONG:
                self._known[text] = tokens
                self._known.move_to_end(text)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _apply(self, prompt: Prompt) -> str:
        # The template's own tokens are read as such: a text that spells one must not end its turn.
        texts = (self._control.sub(lambda found: f"{found[0][0]} {found[0][1:]}", message.text) for message in prompt)
        turns = [{"role": message.role, "content": text} for message, text in zip(prompt, texts, strict=True)]
        with self._lock:
            return self._tokenizer.apply_chat_template(
                turns, tokenize=False, add_generation_prompt=True, enable_thinking=False
            )

    def _probe_system(self) -> bool:
        try:
            return "instruction" in self._apply((Message("system", "instruction"), Message("user", "question")))
        except TemplateError:
            return False


def _last_line(text: str) -> int:
    """Where the last line begins that is not blank, with the line breaks before it; 0 where there is but one."""
    end = text.rstrip().rfind("\n")
    return len(text[: max(end, 0)].rstrip("\n"))


def _parted(row: list[int], wholes: Sequence[list[int]]) -> tuple[int, list[list[int]]]:
    """Where the wholes begin to differ from the row, after its first token at least, and what they hold from there."""
    split = max(min(common_beginning((row, whole)) for whole in wholes), 1)
    return split, [whole[split:] for whole in wholes]


def _begin(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The tokens that the tokenizer puts before every text. What some put behind would end it, and is left out."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    whole = tokenizer("a", add_special_tokens=True)["input_ids"]
    for start in range(len(whole) - len(bare) + 1):
        if whole[start : start + len(bare)] == bare:
            return list(whole[:start])
    return []


def _control(tokenizer: PreTrainedTokenizerBase) -> re.Pattern[str]:
    """Finds the spellings of control tokens."""
    tokens = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special and token.content]
    return re.compile("|".join(map(re.escape, sorted(tokens, key=len, reverse=True))) or r"(?!)")
