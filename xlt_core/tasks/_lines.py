"""Keeps what users write from closing the prompt's format: a field is one line."""

from __future__ import annotations

import re

# Controls, every kind of line end, and lone surrogates (which no tokenizer can encode).
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def one_line(text: str) -> str:
    """The text with each line end and control character made a space; all other characters keep their places."""
    return BREAKS.sub(" ", text)


def first_line(text: str) -> str:
    """The first line that is not blank, stripped; "" where there is none."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
