"""Small pieces of HTML that every region shares; whatever a person or a model wrote goes through `escape`."""

from __future__ import annotations

import re
from html import escape as _escape

from xlt_core.records import Language

SHOWN_CHARACTERS = 6000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def escape(text: object) -> str:
    """Text as it may stand in HTML, in an attribute too; control characters become visible."""
    return _escape(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", str(text)), quote=True)


def clipped(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Escaped text; of a very long one the beginning, and how much is left out."""
    if len(text) <= most:
        return escape(text)
    return f"{escape(text[:most])}<span class='xlt-quiet'> ... and {len(text) - most:,} characters more</span>"


def tag(language: Language | None) -> str:
    """The attributes lang and dir for text in a language; dir is left to the browser where the language is unknown."""
    if language is None:
        return "dir='auto'"
    return f"lang='{escape(web_code(language))}' dir='{escape(language.direction or 'auto')}'"


def web_code(language: Language) -> str:
    """The code that browsers know: two letters where there are such, else three."""
    return next((alias for alias in language.aliases if len(alias) == 2), language.code.replace("_", "-"))


def spoken(language: Language) -> str:
    """A language for a menu: name, its own name, code."""
    own = "" if language.autonym in ("", language.name) else f" · {language.autonym}"
    return f"{language.name}{own} ({language.code})"


def fold(key: str, summary: str, body: str) -> str:
    """A closed fold. The key lets the page keep it open while the content streams; summary and body are HTML."""
    return (
        f"<details data-fold='{escape(key)}'><summary>{summary}</summary><div class='xlt-fold'>{body}</div></details>"
    )


def message(text: str, kind: str = "note") -> str:
    """A sentence to the user in a box; kind: note or problem. Nothing at all for an empty text."""
    if not text:
        return ""
    role = "alert" if kind == "problem" else "status"
    return f"<p class='xlt-message xlt-{kind}' role='{role}'>{escape(text)}</p>"


def number(value: float) -> str:
    """A score or a difference, with two digits and a true minus."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"
