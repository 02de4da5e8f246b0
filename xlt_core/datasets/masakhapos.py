"""MasakhaPOS (Dione et al. 2023, arXiv 2305.13989): parts of speech in tokenised news sentences, in 20 languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, called, lines_of_text
from xlt_core.records import Example, Span

LANGUAGES = "bam bbj ewe fon hau ibo kin lug luo mos nya pcm sna swa tsn twi wol xho yor zul".split()
TAGS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
FILES = {"train": "train", "validation": "dev", "test": "test"}
RAW = "https://raw.githubusercontent.com/masakhane-io/masakhane-pos/main"


class MasakhaPos(Reader):
    """One `word TAG` a line, sentences apart by a blank line. The text is the words with a space between them; a tag
    that is none of the 17 is X."""

    title = "MasakhaPOS"
    licence = "MIT"
    citation = "Dione et al. 2023: MasakhaPOS, part-of-speech tagging for typologically diverse African languages."
    url = "https://github.com/masakhane-io/masakhane-pos"
    tasks = ("pos",)

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"data/{name}/{FILES[split]}.txt"
        return Address((path,), (), (f"{RAW}/{path}",))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        for number, words in enumerate(_sentences(path), 1):
            spans, start = [], 0
            for word, tag in words:
                spans.append(Span(word, tag, start, start + len(word)))
                start += len(word) + 1
            text = " ".join(word for word, _ in words)
            yield Example(f"{split}-{number}", {"text": text}, tuple(spans), tuple(TAGS))


def _sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    words: list[tuple[str, str]] = []
    for line in [*lines_of_text(path), ""]:
        match = re.fullmatch(r"\s*(\S+)\s+(\S+)\s*", line)
        if match:
            word = '"' if match[1] == '""""' else match[1]  # a quotation mark as spreadsheets write it
            words.append((word, match[2].upper() if match[2].upper() in TAGS else "X"))
        elif words and not line.strip():
            yield words
            words = []
