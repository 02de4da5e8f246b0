"""MasakhaNER 2.0 (Adelani et al. 2022, arXiv 2210.12391): entities in tokenised news sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.entities import CITATION, FILES, KINDS, RAW, REPOSITORY, with_pivots
from xlt_core.reading.reader import Reader, called
from xlt_core.records import Example, InputError, Span

LANGUAGES = "bam bbj ewe fon hau ibo kin lug luo mos nya pcm sna swa tsn twi wol xho yor zul".split()
Token = tuple[str, str]


class MasakhaNer(Reader):
    """The text is the tokens with a space between them. Luganda sentences have the human English of MAFAND-MT."""

    title = "MasakhaNER 2.0"
    licence = "CC BY-NC 4.0"
    citation = CITATION
    url = REPOSITORY
    tasks = ("ner",)

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"MasakhaNER2.0/data/{name}/{FILES[split]}.txt"
        return Address((path,), (), (f"{RAW}/{path}",))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise InputError(f"{path} is not in UTF-8; fetch the file again.") from None
        made = [_example(f"{split}-{number}", tokens) for number, tokens in enumerate(sentences(text), 1)]
        return with_pivots(made, language, self.roots, bool(self.clones))


def sentences(text: str) -> Iterator[list[Token]]:
    """Tokens with their tags, sentence by sentence. Lenient: a line without a tag is a token outside of entities."""
    tokens: list[Token] = []
    # Only real line ends: a token may be one of the characters that Unicode counts as such.
    for line in [*re.split(r"\r?\n", text), ""]:
        if line.strip(" \t"):
            tokens += _token(line)
        elif tokens:
            yield tokens
            tokens = []


def _token(line: str) -> list[Token]:
    match = re.fullmatch(r"[ \t]*(.*?)(?:[ \t]+([BIbi]-[A-Za-z]+|[Oo]))?[ \t]*", line)
    token = match[1] if match else line.strip(" \t")
    token = '"' if token == '""""' else token  # a quotation mark as spreadsheets write it
    return [] if not token or token == "-DOCSTART-" else [(token, ((match and match[2]) or "O").upper())]


def _example(name: str, tokens: Sequence[Token]) -> Example:
    text = " ".join(token for token, _ in tokens)
    return Example(name, {"text": text}, tuple(_spans(text, tokens)), KINDS)


def _spans(text: str, tokens: Sequence[Token]) -> Iterator[Span]:
    """Entities as characters of the text. An I- without an entity of its kind before it begins one."""
    kind, start, end, position = "", 0, 0, 0
    for token, tag in [*tokens, ("", "O")]:
        mark, _, named = tag.partition("-")
        if kind and not (mark == "I" and named == kind):
            yield Span(text[start:end], kind, start, end)
            kind = ""
        if named in KINDS and not kind:
            kind, start = named, position
        end = position + len(token)
        position = end + 1
