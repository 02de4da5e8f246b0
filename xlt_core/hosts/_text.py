"""From messages to the exact text that a model gets, to its tokens, and back."""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from jinja2.exceptions import TemplateError
from transformers import PreTrainedTokenizerBase

from xlt_core.hosts._plain import continuation, folded, plain
from xlt_core.records import InputError, Message, Prompt

REMEMBERED = 2048  # texts, of at most LONG characters each
LONG = 100_000


class Text:
    """A tokenizer's side of a host. A base model gets plain text; one with a chat template gets turns."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._lock = Lock()  # fast tokenizers may not be used by two threads at once
        self._known: OrderedDict[str, array[int]] = OrderedDict()
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
            if new:
                # Only a chat template may write control tokens: a text that spells one stays text.
                rows = self._tokenizer(
                    new, add_special_tokens=False, split_special_tokens=not self.chat, verbose=False
                )["input_ids"]
                known |= {text: array("i", self._begin + list(row)) for text, row in zip(new, rows, strict=True)}
            self._remember(known)
        return [known[text].tolist() for text in texts]

    def decode(self, rows: Sequence[Sequence[int]]) -> list[str]:
        """The text of each row of output tokens, special tokens left out."""
        with self._lock:
            return [
                self._tokenizer.decode(row, skip_special_tokens=True, clean_up_tokenization_spaces=False)
                for row in rows
            ]

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
