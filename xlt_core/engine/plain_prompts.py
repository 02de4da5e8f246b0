"""Prompts as plain text for base models, and what a generation is read up to; needs no tokenizer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlt_core.formats.outputs import answer_begins
from xlt_core.records import Message, Prompt

BLANK_LINES = re.compile(r"\A\s*\n")


def plain(prompt: Prompt) -> str:
    """An instruction, pairs of question and answer with a blank line after each, and the last question."""
    text = ""
    for message in prompt:
        if message.role == "system":
            text += message.text + "\n\n"
        elif message.role == "assistant":
            text += f" {message.text}\n\n"
        else:
            text += message.text
    return text.rstrip() if prompt and prompt[-1].role == "user" else text


def continuation(choice: str) -> str:
    """A choice as it follows on a plain prompt."""
    return f" {choice}"


def folded(prompt: Prompt) -> Prompt:
    """The system turn written into the first turn of the user."""
    if not prompt or prompt[0].role != "system":
        return prompt
    if len(prompt) == 1:
        return (Message("user", prompt[0].text),)
    return (Message("user", f"{prompt[0].text}\n\n{prompt[1].text}"), *prompt[2:])


def until(text: str, stop: Sequence[str]) -> tuple[str, bool]:
    """The text before the first stop string, and whether there was one.

    Only what stands in the answer counts: blank lines at the beginning are taken off, and a stop string within
    thoughts, or behind a lead-in such as "Here is the answer:", ends nothing.
    """
    if not any(stop):
        return text, False
    begin = answer_begins(text)
    ends = [text.index(mark, begin) for mark in stop if mark and mark in text[begin:]]
    return BLANK_LINES.sub("", text[: min(ends, default=len(text))]), bool(ends)
