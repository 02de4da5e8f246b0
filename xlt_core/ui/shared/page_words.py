"""The page's own words in other languages: tables in assets/page_words that a speaker can correct, one file a language.

Gradio's I18n follows the browser's language alone and leaves out what handlers draw; here the visitor chooses, and a
script replaces whole texts of the page, wherever they come from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xlt_core import catalog
from xlt_core.settings import ASSETS
from xlt_core.ui.shared.html import escape, html_language

FOLDER = ASSETS / "page_words"


@dataclass(frozen=True)
class PageWords:
    """The page in one language. mark: who wrote or checked it; words: by the English, with # for each number."""

    code: str
    name: str
    mark: str
    words: dict[str, str]


@cache
def tables(folder: Path = FOLDER) -> tuple[PageWords, ...]:
    """The tables by code. The first line of a file is `# NAME<tab>MARK`, every other one `ENGLISH<tab>TRANSLATION`."""
    return tuple(_read(path) for path in sorted(folder.glob("*.tsv")))


def _read(path: Path) -> PageWords:
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    name, _, mark = first.removeprefix("#").strip().partition("\t")
    pairs = (line.split("\t", 1) for line in lines if "\t" in line)
    return PageWords(path.stem, name, mark.strip(), {english: own.strip() for english, own in pairs if own.strip()})


def menu_html() -> str:
    """The menu of the page's languages; a table that no speaker has checked says so in it."""
    rows = "".join(
        f"<option value='{table.code}'>{escape(table.name)}{escape(f' ({table.mark})' if table.mark else '')}</option>"
        for table in tables()
    )
    return (
        "<select id='page-language' class='xlt-copy' aria-label='Language of the page'>"
        f"<option value='eng'>English</option>{rows}</select>"
    )


def script() -> str:
    """The tables as data, and the script that uses them."""
    data = {}
    for table in tables():
        language = catalog.language(table.code)
        data[table.code] = {"lang": html_language(language), "dir": language.direction, "words": table.words}
    written = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    code = (ASSETS / "page_words.js").read_text(encoding="utf-8")
    return f"<script type='application/json' id='page-words'>{written}</script><script>{code}</script>"
