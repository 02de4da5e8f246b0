"""Writes messages as turns by a model's chat template, after a trial that shows what the template does with them."""

from __future__ import annotations

import re
from threading import Lock
from typing import Any

from transformers import PreTrainedTokenizerBase

from xlt_core.engine.plain_prompts import merge_system_turn
from xlt_core.models.reading import reading
from xlt_core.records import InputError, Message, Prompt

QUESTION, ANSWER, SECOND, INSTRUCTION = "zebra", "giraffe", "ostrich", "antelope"  # no template writes these itself
ONE_TURN = (Message("user", QUESTION),)
TURNS = (*ONE_TURN, Message("assistant", ANSWER), Message("user", SECOND))
TAG = re.compile(r"<([\w:]*(?:think|thought|reason)\w*)>", re.IGNORECASE)  # opens a thought, as </tag> closes it
THOUGHTS = {
    "[THINK]": "[/THINK]",
    "<|START_THINKING|>": "<|END_THINKING|>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "<|inner_prefix|>": "<|inner_suffix|>",
    "<|channel>thought": "<channel|>",
}


class ChatTemplate:
    """The chat template of a tokenizer. lock: of the tokenizer.

    Raises InputError with the reason if the template cannot write a question.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, lock: Lock) -> None:
        self._tokenizer, self._lock = tokenizer, lock
        self._control_tokens = _control_token_pattern(tokenizer)
        self._named = f"The chat template of {tokenizer.name_or_path or 'the model'}"
        self._as_parts = self._choose_form()
        self._keeps_turns = self._shows(TURNS, self._as_parts)
        self._takes_system = self._shows((Message("system", INSTRUCTION), *ONE_TURN), self._as_parts)
        self._closing = closing(self._apply(ONE_TURN, self._as_parts).rpartition(QUESTION)[2])

    def render(self, prompt: Prompt) -> str:
        """The text of the turns, up to where the answer begins. Raises InputError if the template refuses them."""
        turns = prompt if self._takes_system else merge_system_turn(prompt)
        text = self._apply(turns, self._as_parts)
        if not self._keeps_turns and any(message.role == "assistant" for message in turns):
            raise InputError(f"{self._named} leaves out earlier turns; choose no demonstrations (shots 0).")
        return text + self._closing

    def after_answer(self) -> str:
        """What the template writes behind an answer; nothing if it refuses to write one."""
        prompt = (*ONE_TURN, Message("assistant", ANSWER))
        if not self._shows(prompt, self._as_parts):
            return ""
        return self._apply(prompt, self._as_parts).rpartition(ANSWER)[2]

    def _choose_form(self) -> bool:
        """Whether the template takes contents as lists of parts; it may write nothing of those in the other form."""
        for prompt in (TURNS, ONE_TURN):
            for as_parts in (False, True):
                if self._shows(prompt, as_parts):
                    return as_parts
        self._apply(ONE_TURN, as_parts=False)  # raises what is wrong, or else:
        raise InputError(f"{self._named} leaves out the text of a question; choose another model, or mend it.")

    def _shows(self, prompt: Prompt, as_parts: bool) -> bool:
        try:
            text = self._apply(prompt, as_parts)
        except InputError:
            return False
        return all(message.text in text for message in prompt)

    def _apply(self, prompt: Prompt, as_parts: bool) -> str:
        turns = [{"role": message.role, "content": self._content(message, as_parts)} for message in prompt]
        with self._lock, reading(f"{self._named} refuses this prompt; choose another model, or mend it"):
            return self._tokenizer.apply_chat_template(
                turns, tokenize=False, add_generation_prompt=True, enable_thinking=False
            )

    def _content(self, message: Message, as_parts: bool) -> str | list[dict[str, Any]]:
        # The tokenizer reads control tokens in the template's output, so a text must not spell one and end its turn.
        text = self._control_tokens.sub(lambda found: f"{found[0][0]} {found[0][1:]}", message.text)
        return [{"type": "text", "text": text}] if as_parts else text


def closing(generation_prompt: str) -> str:
    """What ends the thought that a generation prompt leaves open, so that an answer follows; "" if it opens none."""
    for opened, closed in THOUGHTS.items():
        _, found, rest = generation_prompt.rpartition(opened)
        if found and closed not in rest:
            return closed
    tag = next(reversed(list(TAG.finditer(generation_prompt))), None)
    rest = generation_prompt[tag.end() :] if tag else ""
    if not tag or f"</{tag[1]}>" in rest:
        return ""
    # As models that can leave out their thoughts are trained to: an empty line within, and one behind.
    return "\n" * max(2 - rest.count("\n"), 0) * (not rest.strip()) + f"</{tag[1]}>\n\n"


def _control_token_pattern(tokenizer: PreTrainedTokenizerBase) -> re.Pattern[str]:
    """Matches the spelling of any control token."""
    tokens = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special and token.content]
    return re.compile("|".join(map(re.escape, sorted(tokens, key=len, reverse=True))) or r"(?!)")
