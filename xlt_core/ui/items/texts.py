"""The texts of an item as HTML: one as it is, several each under the name of its field and in its own language."""

from __future__ import annotations

from xlt_core.formats.fields import label_of
from xlt_core.language_table import by_code
from xlt_core.records import Example, Language
from xlt_core.ui.shared.html import escape, language_attributes, truncated


def texts_html(example: Example, language: Language | None, limit: int) -> str:
    """limit: how many characters of each text are shown."""
    if "text" in example.texts:
        return truncated(example.text, limit)
    return "".join(
        f"<span class='xlt-field'><span class='xlt-tag'>{escape(_title(example, name))}</span> "
        f"<span {language_attributes(field_language(example, name, language))}>{truncated(text, limit)}</span></span>"
        for name, text in example.texts.items()
        if text.strip()
    )


def _title(example: Example, name: str) -> str:
    """The field's name, with its language where that is another than the item's."""
    spoken = by_code(example.languages[name]) if name in example.languages else None
    return label_of(name) + (f" ({spoken.name})" if spoken else "")


def field_language(example: Example, name: str, language: Language | None) -> Language | None:
    """The language of a field, or of the answer: a passage may be in English."""
    code = example.languages.get(name, "")
    return by_code(code) if code else language
