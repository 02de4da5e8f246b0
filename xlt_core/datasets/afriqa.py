"""AfriQA (Ogundepo et al. 2023, arXiv 2305.06897): questions in African languages on passages in English or French."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, called, json_lines
from xlt_core.records import Example
from xlt_core.text.answers import EITHER
from xlt_core.text.forms import key

PASSAGES = {"bem": "en", "fon": "fr", "hau": "en", "ibo": "en", "kin": "en", "swa": "en", "twi": "en", "wol": "fr",
            "yor": "en", "zul": "en"}  # fmt: skip
WRITTEN = {"en": "eng", "fr": "fra"}
FILES = {"train": "train", "validation": "dev", "test": "test"}
GITHUB = "https://raw.githubusercontent.com/masakhane-io/afriqa/main"


@dataclass(frozen=True)
class Item:
    """A row. answers: in the passage's language; english: of the question, by a human."""

    name: str
    question: str
    passage: str
    answers: tuple[str, ...]
    english: str

    @property
    def asked(self) -> bool:
        return bool(self.question and self.passage and self.answers)

    @property
    def stands(self) -> bool:
        """Whether an answer stands in the passage."""
        return any(key(answer) in key(self.passage) for answer in self.answers)


class AfriQa(Reader):
    """The gold passages: the question in the language, passage and answer in English, or French for Fon and Wolof."""

    title = "AfriQA"
    licence = "CC BY-SA 4.0"
    citation = "Ogundepo et al. 2023: AfriQA, cross-lingual open-retrieval question answering for African languages."
    url = "https://github.com/masakhane-io/afriqa"
    tasks = ("qa",)

    def codes(self) -> Mapping[str, str]:
        return called(PASSAGES)

    def address(self, name: str, split: str) -> Address:
        file = f"gold_span_passages.afriqa.{name}.{PASSAGES[name]}.{FILES[split]}.json"
        path = f"data/gold_passages/{name}/{file}"
        return Address((path,), (), (f"{GITHUB}/{path}",))

    def written_in(self, task: str, language: str) -> Mapping[str, str]:
        spoken = WRITTEN[PASSAGES[self.codes().get(language, "hau")]]
        return {"passage": spoken, "answer": spoken}

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        languages, english = self.written_in(task, language), PASSAGES[self.codes()[language]] == "en"
        for item in filter(lambda item: item.asked, _items(path)):
            name, answer = f"{split}-{item.name}", f" {EITHER} ".join(item.answers)
            texts = {"passage": item.passage, "question": item.question}
            pivot = Example(name, {**texts, "question": item.english}, answer) if english and item.english else None
            yield Example(name, texts, answer, (), pivot, languages)

    def note(self, task: str, language: str, split: str) -> str:
        """What of a file that is here cannot be asked, and which answers do not stand in their passage."""
        path = self.here(self.codes().get(language, ""), split)
        return _said(list(_items(path)), split) if path else ""


def _items(path: Path) -> Iterator[Item]:
    for number, row in enumerate(json_lines(path, path.read_bytes().split(b"\n")), 1):
        texts = [str(row.get(name) or "").strip() for name in ("question_lang", "context", "question_translated")]
        yield Item(str(row.get("id") or number), texts[0], texts[1], _answers(row), texts[2])


def _answers(row: Mapping[str, Any]) -> tuple[str, ...]:
    found = row.get("answer_pivot")
    given = found.get("text") if isinstance(found, dict) else None
    listed = given if isinstance(given, list) else []
    return tuple(dict.fromkeys(text for text in (str(one or "").strip() for one in listed) if text))


def _said(items: list[Item], split: str) -> str:
    asked = [item for item in items if item.asked]
    astray = [item for item in asked if not item.stands]
    yes_or_no = sum({*map(key, item.answers)} <= {"yes", "no", "oui", "non"} for item in astray)
    passages = sum(not item.passage for item in items)
    told = {f"{passages} without a passage": passages, f"{sum(not item.answers for item in items)} without an answer":
            sum(not item.answers for item in items)}  # fmt: skip
    left_out = ", ".join(text for text, number in told.items() if number)
    said = [f"of {len(items)} {split} items {left_out}, left out"] if left_out else []
    if astray:
        share = f"{len(astray)} of {len(asked)} (yes or no: {yes_or_no})"
        said.append(f"{split} answers that do not stand in their passage: {share}")
    return "; ".join(said)
