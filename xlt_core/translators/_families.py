"""How each family of translation models is told the languages: NLLB-200, M2M100 and MADLAD-400."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlt_core.records import InputError, Language


@dataclass(frozen=True)
class Family:
    """The tokens that stand for languages, and where they go. token: how one is spelled; flores: whether by FLORES
    codes, else by ISO 639; prefix: whether the target goes before the text, and the source is not told."""

    token: str
    flores: bool = False
    prefix: bool = False

    def names(self, language: Language) -> tuple[str, ...]:
        """What the family may call the language, the likeliest first."""
        if self.flores:
            return tuple(name for name in (language.flores, *language.aliases) if "_" in name)
        return (*(alias for alias in language.aliases if "_" not in alias), language.code)

    def code(self, language: Language, vocabulary: frozenset[str]) -> str | None:
        """The language's code, where its token is in the vocabulary."""
        return next((name for name in self.names(language) if self.token.format(name) in vocabulary), None)

    def encode(self, tokenizer: Any, texts: Sequence[str], source: str, target: str) -> list[list[int]]:
        """The tokens of each text with what tells the languages. A text that spells a control token stays text."""
        head = []
        if self.prefix:
            head = tokenizer(self.token.format(target), add_special_tokens=False)["input_ids"]
        else:
            tokenizer.src_lang = source
        return [head + list(row) for row in tokenizer(list(texts), split_special_tokens=True)["input_ids"]]

    def first(self, tokenizer: Any, target: str) -> int | None:
        """The token that the translation must begin with."""
        return None if self.prefix else tokenizer.convert_tokens_to_ids(self.token.format(target))


NLLB, M2M100, MADLAD = Family("{}", flores=True), Family("__{}__"), Family("<2{}>", prefix=True)


def family(vocabulary: frozenset[str], english: Language, name: str) -> Family:
    """The family whose English is in the vocabulary. Raises InputError where there is none."""
    for known in (NLLB, M2M100, MADLAD):
        if known.code(english, vocabulary):
            return known
    raise InputError(
        f"The model {name!r} names no language as NLLB-200, M2M100 and MADLAD-400 do; give one of these, "
        "or a model of their form."
    )
