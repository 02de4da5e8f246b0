"""When two texts are the same: canonically equivalent (Unicode, UAX #15), whatever the case, or only when folded."""

from __future__ import annotations

import unicodedata

import regex

APOSTROPHES = "'\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u2032\u00b4`\uff07\ua78c"  # quotation marks serve as letters
HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
UNSEEN = "\u00ad\u200b\u2060\ufeff"  # soft hyphen, and spaces without a width
FOLDED = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-") | dict.fromkeys(UNSEEN, ""))
AROUND_HYPHENS = regex.compile(r"\s*-\s*")


def canonical(text: str) -> str:
    """The one spelling, NFC, that all canonically equivalent texts share."""
    return unicodedata.normalize("NFC", text)


def caseless(text: str) -> str:
    """What canonically equivalent texts share whatever their case (Unicode, D145); spaces stay."""
    return canonical(unicodedata.normalize("NFD", text).casefold())


def key(text: str) -> str:
    """What texts share that a reader sees as the same words: `caseless`, with one space between words."""
    return " ".join(caseless(text).split())


def same(one: str, other: str) -> bool:
    """Whether two texts have one `key`. Marks count: words that differ by a tone are different."""
    return key(one) == key(other)


def folded(text: str) -> str:
    """The key of a text whatever its apostrophes, hyphens, the spaces around them, and characters without a width.

    A last step where `key` finds nothing: it makes more texts alike than Unicode does.
    """
    return AROUND_HYPHENS.sub("-", key(text.translate(FOLDED)))
