"""Small pieces of HTML. Text that a person or a model wrote must go through `escape`."""

from __future__ import annotations

import re
from html import escape as _escape

from xlt_core.records import Language

MAX_SHOWN = 6000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def escape(text: object) -> str:
    """Text escaped for HTML and for attributes; control characters become a visible replacement character."""
    return _escape(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", str(text)), quote=True)


def truncated(text: str, limit: int = MAX_SHOWN) -> str:
    """Escaped text; a very long one is cut, with the number of characters left out."""
    if len(text) <= limit:
        return escape(text)
    return f"{escape(text[:limit])}<span class='xlt-quiet'> ... and {len(text) - limit:,} characters more</span>"


def language_attributes(language: Language | None) -> str:
    """The attributes lang and dir for text in a language; where it is unknown, the browser finds the direction."""
    if language is None:
        return "dir='auto'"
    return f"lang='{escape(html_language(language))}' dir='{escape(language.direction or 'auto')}'"


def html_language(language: Language) -> str:
    """The code that browsers know: of two letters where there is one, else of three."""
    return next((alias for alias in language.aliases if len(alias) == 2), language.code.replace("_", "-"))


def language_label(language: Language) -> str:
    """A language in a menu: name, autonym, code."""
    own = "" if language.autonym in ("", language.name) else f" · {language.autonym}"
    return f"{language.name}{own} ({language.code})"


def details_html(key: str, summary: str, body: str) -> str:
    """A closed <details>. By its key the page keeps it open while content streams. summary, body: HTML."""
    return (
        f"<details data-fold='{escape(key)}'><summary>{summary}</summary><div class='xlt-fold'>{body}</div></details>"
    )


def message_html(text: str, kind: str = "note") -> str:
    """A message to the user in a box; "" for an empty text. kind: note or problem."""
    if not text:
        return ""
    role = "alert" if kind == "problem" else "status"
    return f"<p class='xlt-message xlt-{kind}' role='{role}'>{with_code(text)}</p>"


def with_code(text: str) -> str:
    """A sentence as HTML: what stands in backticks is set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def number(value: float) -> str:
    """A score or a difference with two decimals and a typographic minus."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"
