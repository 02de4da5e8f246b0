"""What models write before their answer: blank lines, thoughts and lead-ins, which are no part of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

REMOVED = "thoughts removed"  # the note on a prediction
NAMES = "think|thinking|thoughts?|reasoning|reflection|scratchpad"
# A thought that is never closed reaches to the end of the output.
THOUGHT = rf"[<\[](?P<name>{NAMES})[>\]].*?(?:[<\[]/(?P=name)[>\]]|\Z)"
CLOSED = rf".*[<\[]/(?:{NAMES})[>\]]"  # opened in the prompt, as some chat templates do
POLITE = r"(?:sure|certainly|of\ course|absolutely|okay|ok|alright|no\ problem)\b"
THINGS = r"""\b(?: summary | sentence | translation | headline | answer | topic | label | category | classification
    | entities | output | result | list )\b"""
HERE = rf"(?: {POLITE} [^\w\n]* )? here (?: ['’]s | \ is | \ are ) \b"
SAID = rf"{HERE} [^\n:]{{0,80}} (?: : | {THINGS} [^\n:]{{0,80}} [.!] )"
LEAD_IN = rf"[^\w\n]* (?: {POLITE} [^\n]{{0,120}} : | {SAID} ) [^\w\n]* \n"
FLAGS = re.IGNORECASE | re.DOTALL | re.VERBOSE
THOUGHTS, BEFORE = re.compile(THOUGHT, FLAGS), re.compile(CLOSED, FLAGS)
PREAMBLE = re.compile(rf"(?: [^\S\n]*\n | \s*{THOUGHT} | {LEAD_IN} )*", FLAGS)
COURTESY = re.compile(rf"[^\w\n]* {POLITE} [^\w\n]* \n (?=.*\w)", FLAGS)
INLINE = re.compile(rf"[^\w\n]* {HERE} [^\n:]{{0,80}} {THINGS} [^\n:]{{0,80}} : [*_\s]*", FLAGS)


def answer_begins(text: str) -> int:
    """Where the answer begins in an output, behind blank lines, thoughts and lead-ins such as "Here is a summary:"."""
    found = PREAMBLE.match(text)
    return found.end() if found else 0


def without_thoughts(text: str) -> str:
    """The output without its thoughts, such as <think>...</think>; the same text where it has none."""
    if not any(mark in text for mark in "<["):
        return text
    return BEFORE.sub("", THOUGHTS.sub("", text), count=1)


def without_lead_in(text: str) -> str:
    """The output from its answer on; "" where it is a lead-in and nothing behind it."""
    courtesy = COURTESY.match(text)
    rest = text[courtesy.end() :] if courtesy else text
    rest = rest[answer_begins(rest) :]
    return INLINE.sub("", rest, count=1) if INLINE.match(rest) else rest


def one_begins_another(choices: Sequence[str]) -> bool:
    """Whether the likelihoods of these choices go up to the end of the answer.

    The rule: where one choice begins another, such as `science` and `science and technology`, the likelihood of each
    choice of the set includes what ends an answer; the shorter one could never be the less likely otherwise. That is
    the token that ends a turn, or the line break that each demonstration has behind it. All other sets are scored up
    to their last token: none of their choices has the likelihood of another in it.
    """
    found = sorted(set(choices))  # a choice stands right before one that it begins
    return any(longer.startswith(choice) for choice, longer in pairwise(found))
