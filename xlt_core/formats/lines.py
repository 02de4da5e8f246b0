"""Keeps what users write from closing the prompt's format: a field is one line."""

from __future__ import annotations

import re

# Controls, every kind of line end, and lone surrogates (which no tokenizer can encode).
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# How chat models decline. Anchored at the beginning, and narrow: a summary may well quote somebody who is sorry.
REFUSAL = re.compile(
    r"""\W* (?:
        as \s an? \s (?: ai | artificial \s intelligence | (?: large \s )? language \s model ) \b
      | (?: (?: i \s am | i['\u2019]?m | we \s are ) \s )? (?: very \s | so \s )? (?: sorry | afraid ) \b
          .{0,80}? \b UNABLE \b
      | (?: unfortunately ,? \s )? UNABLE \s (?: determine | classify | identify | decide | assign | categori[sz]e
          | summari[sz]e | provide | help | assist | answer | translate | extract | comply | fulfil )
    )""".replace(
        "UNABLE", r"i \s (?: can \s? not | can['\u2019]?t | won['\u2019]?t | am \s (?: unable | not \s able ) \s to )"
    ),
    re.IGNORECASE | re.VERBOSE,
)


def refuses(text: str) -> bool:
    """Whether an output declines to answer, as chat models do in English."""
    return bool(REFUSAL.match(text.strip()))


def one_line(text: str) -> str:
    """The text with each line end and control character made a space; all other characters keep their places."""
    return BREAKS.sub(" ", text)


def first_line(text: str) -> str:
    """The first line that is not blank, stripped; "" where there is none."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
