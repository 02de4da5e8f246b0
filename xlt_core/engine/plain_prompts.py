"""Prompts as plain text for base models, and stop strings, for hosts with and without a tokenizer of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlt_core.formats.outputs import answer_begins
from xlt_core.records import Message, Prompt

BEHIND = "\n\n"  # a demonstration's answer
NEXT = f"{BEHIND}Text"  # how the next one begins: what stands behind a line break may change how it is read
BLANK_LINES = re.compile(r"\A\s*\n")


def plain_text(prompt: Prompt) -> str:
    """The instruction, pairs of question and answer with a blank line after each, and the last question."""
    text = ""
    for message in prompt:
        if message.role == "system":
            text += message.text + "\n\n"
        elif message.role == "assistant":
            text += f" {message.text}{BEHIND}"
        else:
            text += message.text
    return text.rstrip() if prompt and prompt[-1].role == "user" else text


def continuation(choice: str) -> str:
    """A choice as it follows a plain-text prompt."""
    return f" {choice}"


def merge_system_turn(prompt: Prompt) -> Prompt:
    """The prompt with its system turn written into the first turn of the user."""
    if not prompt or prompt[0].role != "system":
        return prompt
    if len(prompt) == 1:
        return (Message("user", prompt[0].text),)
    return (Message("user", f"{prompt[0].text}\n\n{prompt[1].text}"), *prompt[2:])


def cut_at_stop(text: str, stop: Sequence[str]) -> tuple[str, bool]:
    """The text before the first stop string, and whether there was one.

    Only what stands in the answer counts: blank lines at the beginning are taken off, and a stop string within
    thoughts, or behind a lead-in such as "Here is the answer:", ends nothing.
    """
    if not any(stop):
        return text, False
    begin = answer_begins(text)
    ends = [text.index(mark, begin) for mark in stop if mark and mark in text[begin:]]
    return BLANK_LINES.sub("", text[: min(ends, default=len(text))]), bool(ends)
