"""Parallel sentences to adapt on, out of a dataset or a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlt_core import catalog
from xlt_core.adaptation.corpus import LEAST_DOCUMENTS, Text, file_digest
from xlt_core.adaptation.records import Adaptation
from xlt_core.diagnosis.parallel import Sentences
from xlt_core.records import InputError, Language

EVERY = 10**9  # sentences, more than there are


@dataclass(frozen=True)
class Pairs:
    """Sentences of a language with their English, each pair once."""

    language: Language
    rows: tuple[tuple[str, str], ...]


def read_pairs(plan: Adaptation, split: str) -> list[Pairs]:
    """The pairs of each corpus, whose source is a dataset or a file. Raises InputError."""
    roots = [Path(root).expanduser() for root in plan.data_root]
    parts = replace(catalog.PARTS, dataset=lambda name: catalog.dataset(name, roots)) if roots else catalog.PARTS
    found = []
    for corpus in plan.corpora:
        language = catalog.language(corpus.language)
        rows = tuple(dict.fromkeys(Sentences(corpus.source, split, parts, EVERY).of(language).values()))
        if len(rows) < LEAST_DOCUMENTS:
            raise InputError(f"{Path(corpus.source).name} has {len(rows)} sentences in {language.name} with their "
                             f"English, and adapting needs {LEAST_DOCUMENTS}; give more.")  # fmt: skip
        found.append(Pairs(language, rows))
    return found


def sides(pairs: Sequence[Pairs], plan: Adaptation) -> tuple[Text, ...]:
    """The sentences of each language as a text, then the English ones."""
    sources = [corpus.source for corpus in plan.corpora]
    own = [Text(one.language, _each([row[0] for row in one.rows]), file=file_digest(source), source=source)
           for one, source in zip(pairs, sources, strict=True)]  # fmt: skip
    english = _each([row[1] for one in pairs for row in one.rows])
    return (*own, Text(catalog.language(catalog.PIVOT), english, source=", ".join(dict.fromkeys(sources))))


def _each(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))
