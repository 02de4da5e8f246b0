"""What the MasakhaNER readers share: the kinds, and the human English of Luganda sentences, from MAFAND-MT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from xlt_core.contracts import SPLITS
from xlt_core.reading.download import Address
from xlt_core.reading.parallel import mafand_address
from xlt_core.reading.reader import Reader, json_lines
from xlt_core.records import Example, InputError, Span
from xlt_core.text.forms import key
from xlt_core.text.placing import assign
from xlt_core.text.search import places
from xlt_core.text.words import words

KINDS = ("PER", "LOC", "ORG", "DATE")
CITATION = "Adelani et al. 2022: MasakhaNER 2.0, Africa-centric transfer learning for named entity recognition."
REPOSITORY = "https://github.com/masakhane-io/masakhane-ner"
RAW = "https://raw.githubusercontent.com/masakhane-io/masakhane-ner/main"
PARALLEL = ("lug",)  # the languages whose sentences are MAFAND's
FILES = {"train": "train", "validation": "dev", "test": "test"}


@dataclass(frozen=True)
class Mafand(Reader):
    """MAFAND-MT (Adelani et al. 2022): sentences with human translations; here only for its English."""

    title = "MAFAND-MT"
    licence = "CC BY-NC 4.0"
    citation = "Adelani et al. 2022: A few thousand translations go a long way."
    url = "https://github.com/masakhane-io/lafand-mt"
    tasks = ("mt",)

    def codes(self) -> Mapping[str, str]:
        return {code: code for code in PARALLEL}

    def address(self, name: str, split: str) -> Address:
        return mafand_address(name, split)


def with_pivots(examples: Iterable[Example], language: str, roots: tuple[Path, ...], clones: bool) -> list[Example]:
    """The examples with their human English, where a sentence has one.

    The pivot's answer has the entities as they stand in the English; None where one of them does not stand there.
    """
    mafand = Mafand(roots)
    found = _english(mafand, language) if language in PARALLEL and (mafand.clones or not clones) else {}
    return [_paired(example, found.get(_letters(example.text), "")) for example in examples]


@lru_cache(maxsize=4)
def _english(mafand: Mafand, language: str) -> dict[str, str]:
    """All English sentences by the letters of the other language's: tokens and quotation marks differ between sets."""
    found: dict[str, str] = {}
    for split in SPLITS:
        try:
            path = mafand.file(language, split)
        except InputError:  # a split less of translations: the items without one are machine-translated, and say so
            continue
        for row in json_lines(path, path.read_bytes().split(b"\n")):
            pair = row.get("translation", {})
            if pair.get(language) and pair.get("en"):
                found.setdefault(_letters(pair[language]), pair["en"])
    return found


def _paired(example: Example, english: str) -> Example:
    if not english.strip():
        return example
    answer = None if example.answer is None else _standing(english, example.answer)
    return replace(example, pivot=Example(f"{example.id}-english", {"text": english}, answer, example.choices))


def _standing(text: str, spans: Sequence[Span]) -> tuple[Span, ...] | None:
    """The entities as they stand in another text, each at a place of its own; None where one does not."""
    found: list[Span] = []
    for span, place in zip(spans, assign([[places(span.text, text)[0]] for span in spans], ordered=False), strict=True):
        if not place:
            return None
        found.append(Span(text[slice(*place)], span.kind, *place))
    return tuple(sorted(found, key=lambda span: span.start))


def _letters(text: str) -> str:
    return "".join(words(key(text)))
