"""How the languages are given to each family of translation models: NLLB-200, M2M100 and MADLAD-400."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlt_core.records import InputError, Language


@dataclass(frozen=True)
class Family:
    """The format and the position of language tokens. token: the format; flores: whether its codes are those of FLORES,
    otherwise of ISO 639; target_first: whether the target goes before the text, and the source is not given."""

    token: str
    flores: bool = False
    target_first: bool = False

    def names(self, language: Language) -> tuple[str, ...]:
        """The codes that the family may have for the language, the likeliest first."""
        if self.flores:
            return tuple(name for name in (language.flores, *language.aliases) if "_" in name)
        return (*(alias for alias in language.aliases if "_" not in alias), language.code)

    def code(self, language: Language, vocabulary: frozenset[str]) -> str | None:
        """The language's code whose token is in the vocabulary, if any."""
        return next((name for name in self.names(language) if self.token.format(name) in vocabulary), None)

    def encode(self, tokenizer: Any, texts: Sequence[str], source: str, target: str) -> list[list[int]]:
        """The tokens of each text with its language tokens. A text that contains the spelling of a control token stays
        text."""
        prefix = []
        if self.target_first:
            prefix = tokenizer(self.token.format(target), add_special_tokens=False)["input_ids"]
        else:
            tokenizer.src_lang = source
        return [prefix + list(row) for row in tokenizer(list(texts), split_special_tokens=True)["input_ids"]]

    def forced_first_token(self, tokenizer: Any, target: str) -> int | None:
        """The token that the translation must start with."""
        return None if self.target_first else tokenizer.convert_tokens_to_ids(self.token.format(target))


NLLB, M2M100, MADLAD = Family("{}", flores=True), Family("__{}__"), Family("<2{}>", target_first=True)


def find_family(vocabulary: frozenset[str], english: Language, name: str) -> Family:
    """The family whose token for English is in the vocabulary. Raises InputError if there is none."""
    for family in (NLLB, M2M100, MADLAD):
        if family.code(english, vocabulary):
            return family
    raise InputError(
        f"The model {name!r} names no language as NLLB-200, M2M100 and MADLAD-400 do; give one of these, "
        "or a model of their form."
    )
