"""Text to adapt on: its documents, cleaned, each once; and whether they look like the language."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from xlt_core.adaptation.texts import HUB, POCKET, documents
from xlt_core.records import InputError, Language
from xlt_core.text.forms import canonical

LEAST_DOCUMENTS = 20
LEAST_WORDS = 6
LEAST_LETTERS = 20  # where the script puts no spaces between words
UNSPACED = frozenset({"Thai", "Mymr", "Khmr", "Laoo", "Tibt", "Hans", "Hant", "Jpan"})
MOST_CHARACTERS = 200_000_000
JUDGED = 1000  # documents whose language is looked at


@dataclass(frozen=True)
class Corpus:
    """Where the text of one language is: a .txt, .jsonl or .parquet file, hub:ID[:CONFIG][:COLUMN], or pocket: news
    of the bundled world."""

    language: str
    source: str


@dataclass(frozen=True)
class Replay(Corpus):
    """Text that a model must not forget. share: of the rows that are trained on; of 0 it is only measured."""

    share: float = 0.2


@dataclass(frozen=True)
class Text:
    """Cleaned documents of a language. short: how many were dropped as too short or without a letter; file: SHA-256
    of the file that they are from, if they are from one; source: as in Corpus."""

    language: Language
    documents: tuple[str, ...]
    duplicates: int = 0
    short: int = 0
    whole: bool = True
    file: str = ""
    source: str = ""

    @property
    def size(self) -> int:
        """UTF-8 bytes."""
        return sum(len(document.encode()) for document in self.documents)

    def digest(self) -> str:
        """Sixteen hexadecimal digits of the documents, whatever their order."""
        return hashlib.sha256("\n\n".join(sorted(self.documents)).encode()).hexdigest()[:16]


def read(source: str, language: Language, most: int = MOST_CHARACTERS) -> Text:
    """The documents of a source, each once in any normal form, until they have `most` characters. Raises InputError."""
    seen: dict[str, str] = {}
    duplicates = short = characters = 0
    whole = True
    for raw in documents(source, language):
        document = cleaned(raw)
        if not enough(document, language.script):
            short += 1
        elif canonical(document) in seen:
            duplicates += 1
        else:
            seen[canonical(document)] = document
            characters += len(document)
            if characters >= most and len(seen) >= LEAST_DOCUMENTS:
                whole = False
                break
    if len(seen) < LEAST_DOCUMENTS:
        hint = " Separate the documents by blank lines, or write one a line." if source.endswith(".txt") else ""
        held = "1 document" if len(seen) == 1 else f"{len(seen)} documents"
        raise InputError(
            f"{_name(source)} holds {held} of {LEAST_WORDS} words or more, and adapting needs {LEAST_DOCUMENTS}; "
            f"give more text.{hint}"
        )
    return Text(language, tuple(seen.values()), duplicates, short, whole, file_digest(source), source)


def file_digest(source: str) -> str:
    """What `sha256sum` prints for a file; empty for what is none."""
    if source == POCKET or source.startswith(HUB) or not Path(source).expanduser().is_file():
        return ""
    with Path(source).expanduser().open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cleaned(document: str) -> str:
    """The document without the lines that hold no letter, such as page numbers and rules."""
    lines = (line.strip() for line in document.splitlines())
    return "\n".join(line for line in lines if any(map(str.isalpha, line)))


def enough(document: str, script: str) -> bool:
    """Whether a document is long enough to learn from."""
    if script in UNSPACED:
        return sum(map(str.isalpha, document)) >= LEAST_LETTERS
    return len(document.split()) >= LEAST_WORDS


def foreign(text: Text) -> float | None:
    """Share of documents that look like another language, by py3langid; None where it does not know this one."""
    identifier = _identifier()
    codes = {text.language.code, *text.language.aliases} & set(identifier.labels)
    if not codes:
        return None
    step = max(1, len(text.documents) // JUDGED)
    judged = text.documents[::step]
    return sum(identifier.classify(canonical(document))[0] not in codes for document in judged) / len(judged)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)


def _name(source: str) -> str:
    return source if source.startswith(HUB) else Path(source).name
